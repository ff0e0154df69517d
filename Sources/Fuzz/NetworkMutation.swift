import FileFormats
import Networks
import Random

/// Changes a network file: its JSON, its header, its tensors or bytes anywhere.
enum NetworkMutation {
    static func mutated(_ file: SafetensorsFile, using random: inout SeededGenerator) -> [UInt8] {
        var file = file
        switch random.integer(0...19) {
        case 0...7:
            guard
                let key = file.metadata.keys.sorted().filter({ $0 == "float" || $0 == "quantized" }).randomElement(
                    using: &random)
            else { break }
            let text = TextMutation.mutated(Array(file.metadata[key]!.utf8), using: &random)
            file.metadata[key] = String(decoding: text, as: UTF8.self)
        case 8...14: for _ in 0..<random.element(of: [1, 1, 2, 4]) { changeElements(&file, using: &random) }
        case 15: reshape(&file, using: &random)
        case 16: rename(&file, using: &random)
        case 17: return withHeaderMutated(file.bytes, using: &random)
        case 18: return ByteMutation.mutated(file.bytes, using: &random)
        default:
            if let key = file.metadata.keys.sorted().randomElement(using: &random) {
                file.metadata[key] = random.element(of: ["", "2", "{}", "null", "[1]"])
            }
        }
        return file.bytes
    }

    private static func name(of file: SafetensorsFile, using random: inout SeededGenerator) -> String? {
        file.tensors.keys.sorted().randomElement(using: &random)
    }

    private static func changeElements(_ file: inout SafetensorsFile, using random: inout SeededGenerator) {
        guard let name = name(of: file, using: &random), let tensor = file.tensors[name] else { return }
        var bytes = tensor.bytes
        ByteMutation.mutateElements(&bytes, width: tensor.elementType.byteCount, using: &random)
        file.tensors[name] = SafetensorsTensor(elementType: tensor.elementType, shape: tensor.shape, bytes: bytes)
    }

    /// The same elements in another shape, or more or fewer of them.
    private static func reshape(_ file: inout SafetensorsFile, using random: inout SeededGenerator) {
        guard let name = name(of: file, using: &random), let tensor = file.tensors[name] else { return }
        var shape = tensor.shape
        var bytes = tensor.bytes
        switch random.integer(0...4) {
        case 0: shape = [bytes.count / tensor.elementType.byteCount]
        case 1: shape.append(1)
        case 2: shape.reverse()
        case 3: (shape, bytes) = ([0], [])
        default:
            shape = [2] + shape
            bytes += bytes
        }
        file.tensors[name] = SafetensorsTensor(elementType: tensor.elementType, shape: shape, bytes: bytes)
    }

    private static func rename(_ file: inout SafetensorsFile, using random: inout SeededGenerator) {
        guard let name = name(of: file, using: &random), let tensor = file.tensors[name] else { return }
        switch random.integer(0...2) {
        case 0: file.tensors[name] = nil
        case 1: file.tensors[name + random.element(of: ["x", "/../x", "\0", ".weights"])] = tensor
        default: if let other = self.name(of: file, using: &random) { file.tensors[other] = tensor }
        }
    }

    /// The header's text changed and its length made right again.
    private static func withHeaderMutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        let count = bytes[..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = TextMutation.mutated(Array(bytes[8..<8 + count]), using: &random)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + bytes[(8 + count)...]
    }
}
