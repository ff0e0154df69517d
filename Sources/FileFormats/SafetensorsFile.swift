public import Diagnostics
import Text

/// A `.safetensors` file: named tensors and a table of strings.
///
///     0        8                      8 + n                          end
///     ├────────┼──────────────────────┼──────────────────────────────┤
///     │ n (u64)│ JSON header, n bytes │ tensors, one after the other │
///
/// The header names element type, shape and byte range of each tensor, and `__metadata__` with strings. Written files
/// hold the tensors in the order of their names without gaps, and the header is padded with spaces to a multiple of 8:
/// equal contents give equal bytes.
public struct SafetensorsFile: Equatable, Sendable {
    public var metadata: [String: String]
    public var tensors: [String: SafetensorsTensor]
    /// Names of the tensors that the file holds too but that were not wanted when it was read.
    public private(set) var unreadTensors: [String] = []

    public init(metadata: [String: String] = [:], tensors: [String: SafetensorsTensor] = [:]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// The header may not be larger than this many bytes.
    public static let largestHeaderBytes = 100_000_000

    /// What a byte of a tensor takes while a network is made of it: the file's, and the values (a float of 16 bits
    /// becomes one of 32) twice at most.
    private static let bytesPerTensorByte = 5
    /// What a byte of JSON takes as a tree: an element of an array is two bytes in the text.
    private static let bytesPerHeaderByte = 32

    /// The whole file.
    public var bytes: [UInt8] {
        var members: [JSONValue.Member] = []
        if !metadata.isEmpty {
            members.append(
                .init(
                    "__metadata__",
                    .object(metadata.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })))
        }
        var body: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = body.count
            body += tensor.bytes
            members.append(
                .init(
                    name,
                    .object([
                        .init("dtype", .string(tensor.elementType.rawValue)),
                        .init("shape", .array(tensor.shape.map { .integer($0) })),
                        .init("data_offsets", .array([.integer(start), .integer(body.count)])),
                    ])))
        }
        var header = Array(JSONValue.object(members).text.utf8)
        header += Array(repeating: 0x20, count: (8 - header.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + body
    }
}

extension SafetensorsFile {
    /// Reads a whole file from bytes. `place` names it in diagnostics.
    ///
    /// - Throws: `networkFileTruncated`, `networkHeaderTooLarge`, `networkHeaderMalformed`, `networkTensorOffsets`,
    ///   `networkTrailingBytes`, `networkUnknownElementType`, `networkNotFinite`, `importFormatUnknown` for a
    ///   checkpoint of PyTorch.
    public init(_ bytes: [UInt8], at place: String) throws(Diagnostic) {
        try self.init(count: bytes.count, at: place, isWanted: { _, _ in true }) { (range) throws(Diagnostic) in
            Array(bytes[range])
        }
    }

    /// Reads the file at a path, but of its tensors only those that `isWanted`, by name and by the file's metadata; the
    /// others keep their places only.
    ///
    /// - Throws: as above, what `FileBytes` throws, and `memoryBudgetExceeded` where the tensors that are wanted, or
    ///   the header, ask for more than `memory`.
    public init(
        readingFrom path: String, memory: MemoryBudget = .standard, isWanted: (String, [String: String]) -> Bool
    ) throws(Diagnostic) {
        let file = try FileBytes(path)
        try self.init(count: file.count, at: path, memory: memory, isWanted: isWanted) { (range) throws(Diagnostic) in
            try file.read(range)
        }
    }

    /// Reads a file that lies in memory, tensors as above.
    ///
    /// - Throws: as above.
    package init(
        readingFrom memory: UnsafeRawBufferPointer, at place: String, isWanted: (String, [String: String]) -> Bool
    ) throws(Diagnostic) {
        try self.init(count: memory.count, at: place, isWanted: isWanted) { (range) throws(Diagnostic) in
            Array(memory[range])
        }
    }

    private init(
        count: Int, at place: String, memory: MemoryBudget = .standard, isWanted: (String, [String: String]) -> Bool,
        read: (Range<Int>) throws(Diagnostic) -> [UInt8]
    ) throws(Diagnostic) {
        guard count >= 8 else {
            throw Self.truncated(place, found: count.counted("byte"), expected: "at least 8 bytes of header length")
        }
        let declared = try read(0..<8).withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        // A header is a JSON object: what begins otherwise may be of another format.
        let begins = declared <= UInt64(Self.largestHeaderBytes) && count > 8 ? try read(8..<9) : []
        if begins != [UInt8(ascii: "{")],
            let other = ForeignFormat(count: count, reading: { try? read($0) })
        {
            throw other.refusal(at: place)
        }
        guard declared <= UInt64(Self.largestHeaderBytes) else {
            throw Diagnostic(
                .networkHeaderTooLarge, at: place, found: "a header of \(declared.counted("byte"))",
                expected: "at most \(Self.largestHeaderBytes)",
                remedy: "check that this is a safetensors file")
        }
        let bodyStart = 8 + Int(declared)
        guard count >= bodyStart else {
            throw Self.truncated(place, found: count.counted("byte"), expected: "at least \(bodyStart) for the header")
        }
        try memory.require(
            Self.bytesPerHeaderByte * Int(declared), for: "a header of \(declared.counted("byte"))", at: place)
        let header = try JSONParser.parse(read(8..<bodyStart), at: "\(place), header")
        guard case .object(let members) = header else {
            throw Self.malformed(place, found: "a header that is no object", expected: "a JSON object")
        }
        self.init()
        var ranges: [TensorRange] = []
        for member in members {
            if member.name == "__metadata__" {
                metadata = try Self.metadata(member.value, at: place)
            } else {
                ranges.append(try TensorRange(member, at: place))
            }
        }
        try Self.requireContiguous(ranges, bodyBytes: count - bodyStart, at: place)
        let wantedBytes = ranges.reduce(0) { isWanted($1.name, metadata) ? $0 + $1.end - $1.start : $0 }
        try memory.require(
            Self.bytesPerTensorByte * wantedBytes, for: "tensors of \(MemoryBudget.text(wantedBytes))", at: place)
        for range in ranges {
            guard isWanted(range.name, metadata) else {
                unreadTensors.append(range.name)
                continue
            }
            let bytes = try read(bodyStart + range.start..<bodyStart + range.end)
            let tensor = SafetensorsTensor(elementType: range.elementType, shape: range.shape, bytes: bytes)
            try Self.requireFinite(tensor, name: range.name, at: place)
            tensors[range.name] = tensor
        }
    }

    static func truncated(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .networkFileTruncated, at: place, found: found, expected: expected, remedy: "copy the whole file again")
    }

    static func malformed(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .networkHeaderMalformed, at: place, found: found, expected: expected,
            remedy: "write the file again from its source")
    }

    private static func metadata(_ value: JSONValue, at place: String) throws(Diagnostic) -> [String: String] {
        guard case .object(let members) = value else {
            throw malformed(place, found: "__metadata__ that is no object", expected: "an object of strings")
        }
        var metadata: [String: String] = [:]
        for member in members {
            guard case .string(let string) = member.value else {
                throw malformed(
                    place, found: "__metadata__ '\(member.name)' that is no string", expected: "an object of strings")
            }
            metadata[member.name] = string
        }
        return metadata
    }

    /// Tensors must cover the body from its start to its end, each byte once.
    private static func requireContiguous(_ ranges: [TensorRange], bodyBytes: Int, at place: String) throws(Diagnostic)
    {
        var end = 0
        for range in ranges.sorted(by: { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }) {
            guard range.start == end else {
                throw Diagnostic(
                    .networkTensorOffsets, at: "\(place), tensor \(range.name)", found: "bytes from \(range.start)",
                    expected: "bytes from \(end), right after the tensor before",
                    remedy: "write the file again: tensors may neither overlap nor leave gaps")
            }
            guard range.end <= bodyBytes else {
                throw truncated(
                    "\(place), tensor \(range.name)", found: "\(bodyBytes.counted("byte")) of tensors",
                    expected: "at least \(range.end)")
            }
            end = range.end
        }
        guard end == bodyBytes else {
            throw Diagnostic(
                .networkTrailingBytes, at: place, found: "\(bodyBytes - end) bytes after the last tensor",
                expected: "none",
                remedy: "write the file again from its source")
        }
    }

    private static func requireFinite(_ tensor: SafetensorsTensor, name: String, at place: String) throws(Diagnostic) {
        let bad: Int? =
            switch tensor.elementType {
            case .float16: tensor.integers(as: UInt16.self).firstIndex { !Float16(bitPattern: $0).isFinite }
            case .bfloat16: tensor.integers(as: UInt16.self).firstIndex { $0 & 0x7F80 == 0x7F80 }
            case .float32: tensor.integers(as: UInt32.self).firstIndex { !Float(bitPattern: $0).isFinite }
            case .float64: tensor.integers(as: UInt64.self).firstIndex { !Double(bitPattern: $0).isFinite }
            default: nil
            }
        guard let bad else { return }
        throw Diagnostic(
            .networkNotFinite, at: "\(place), tensor \(name), element \(ElementPlace.text(bad, in: tensor.shape))",
            found: "a value that is not a finite number", expected: "finite numbers only",
            remedy: "train or export the network again")
    }
}

/// One entry of the header.
private struct TensorRange {
    let name: String
    let elementType: SafetensorsTensor.ElementType
    let shape: [Int]
    let start: Int
    let end: Int

    init(_ member: JSONValue.Member, at place: String) throws(Diagnostic) {
        let place = "\(place), tensor \(member.name)"
        if case .object(let members) = member.value,
            let surplus = members.first(where: { !["dtype", "shape", "data_offsets"].contains($0.name) })
        {
            throw SafetensorsFile.malformed(
                place, found: "a key '\(surplus.name.prefix(80))'", expected: "dtype, shape and data_offsets")
        }
        guard case .string(let word)? = member.value["dtype"] else {
            throw SafetensorsFile.malformed(place, found: "no dtype", expected: "dtype, shape and data_offsets")
        }
        guard let elementType = SafetensorsTensor.ElementType(rawValue: word) else {
            throw Diagnostic(
                .networkUnknownElementType, at: place, found: "dtype '\(word)'",
                expected: SafetensorsTensor.ElementType.allCases.map(\.rawValue).joined(separator: ", "),
                remedy: "convert the tensor, floats to F32")
        }
        let shape = try Self.integers(member.value["shape"], named: "shape", at: place)
        let offsets = try Self.integers(member.value["data_offsets"], named: "data_offsets", at: place)
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw SafetensorsFile.malformed(
                place, found: "data_offsets \(offsets)", expected: "a start and an end that is not before it")
        }
        var byteCount = elementType.byteCount
        for extent in shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
            guard !overflow else {
                throw SafetensorsFile.malformed(place, found: "shape \(shape)", expected: "a shape that fits 64 bits")
            }
            byteCount = product
        }
        guard byteCount == offsets[1] - offsets[0] else {
            throw SafetensorsFile.malformed(
                place, found: "\(offsets[1] - offsets[0]) bytes", expected: "\(byteCount) for shape \(shape) of \(word)"
            )
        }
        self.name = member.name
        self.elementType = elementType
        self.shape = shape
        self.start = offsets[0]
        self.end = offsets[1]
    }

    private static func integers(_ value: JSONValue?, named name: String, at place: String) throws(Diagnostic) -> [Int]
    {
        guard case .array(let elements)? = value else {
            throw SafetensorsFile.malformed(place, found: "no \(name)", expected: "an array of integers")
        }
        var integers: [Int] = []
        for element in elements {
            guard case .integer(let integer) = element, integer >= 0 else {
                throw SafetensorsFile.malformed(
                    place, found: "\(name) with \(element.text)", expected: "integers that are not negative")
            }
            integers.append(integer)
        }
        return integers
    }
}
