import FileFormats
import Random

/// Changes a state dict as training loops do, and as no one should.
enum StateDictMutation {
    static func mutated(_ file: SafetensorsFile, using random: inout SeededGenerator) -> [UInt8] {
        var file = file
        if random.once(in: 4) { prefix(&file, using: &random) }
        if random.once(in: 4) { narrow(&file, using: &random) }
        switch random.integer(0...9) {
        case 0...1: return file.bytes
        case 2...3: changeNumbers(&file, using: &random)
        case 4: removePart(&file, using: &random)
        default: return NetworkMutation.mutated(file, using: &random)
        }
        return file.bytes
    }

    /// `module.` before all names, or before one.
    private static func prefix(_ file: inout SafetensorsFile, using random: inout SeededGenerator) {
        let prefix = String(repeating: "module.", count: random.integer(1...3))
        let only = random.once(in: 4) ? file.tensors.keys.sorted().randomElement(using: &random) : nil
        var tensors: [String: SafetensorsTensor] = [:]
        for (name, tensor) in file.tensors {
            tensors[only == nil || name == only ? prefix + name : name] = tensor
        }
        file.tensors = tensors
    }

    /// All floats, or those of one tensor, in 16 bits.
    private static func narrow(_ file: inout SafetensorsFile, using random: inout SeededGenerator) {
        let type: SafetensorsTensor.ElementType = random.once(in: 2) ? .float16 : .bfloat16
        let only = random.once(in: 4) ? file.tensors.keys.sorted().randomElement(using: &random) : nil
        for (name, tensor) in file.tensors where tensor.elementType == .float32 && (only == nil || name == only) {
            let halves = tensor.floats.map { value in
                type == .float16 ? Float16(value).bitPattern : UInt16(truncatingIfNeeded: value.bitPattern >> 16)
            }
            file.tensors[name] = SafetensorsTensor(
                elementType: type, shape: tensor.shape,
                bytes: halves.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        }
    }

    /// Extremes in the numbers that are computed with at import: betas, gammas, quantiles, stages of the bottleneck.
    private static func changeNumbers(_ file: inout SafetensorsFile, using random: inout SeededGenerator) {
        let parts = ["beta", "gamma", "quantiles", "matrices.0", "biases.0", "factors.0", "pedestal", "bound"]
        let part = random.element(of: parts)
        let extremes: [Float] = [0, -0.0, 1e-45, -1, 1e9, 1.8e19, 1.9e19, 3.4e38, -3.4e38, .infinity, .nan]
        for name in file.tensors.keys.sorted() where name.hasSuffix(part) && random.once(in: 2) {
            guard let tensor = file.tensors[name], tensor.elementType == .float32, tensor.count > 0 else { continue }
            var values = tensor.floats
            values[random.integer(0...values.count - 1)] = random.element(of: extremes)
            file.tensors[name] = SafetensorsTensor(values, shape: tensor.shape)
        }
    }

    /// A whole transform or the bottleneck is not there.
    private static func removePart(_ file: inout SafetensorsFile, using random: inout SeededGenerator) {
        let part = random.element(of: ["g_a.", "g_s.", "h_", "entropy_", "gaussian_", "context_"])
        file.tensors = file.tensors.filter { !$0.key.contains(part) }
    }
}
