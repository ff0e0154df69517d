public import Diagnostics
import FileFormats
public import FixedPoint
public import Tensors

/// One int8 layer with inputs and expected outputs, as published beside other kernels: a JSON file.
///
///     acc = bias + sum((input + inputOffset) * (weight + weightOffset));   out = clamp(requantize(acc) + outputOffset)
///
/// int8 elements q become codes q + 128. The offsets become those of linear codebooks: inputs decode to
/// `code - 128 + inputOffset`, weights likewise, and outputs encode with the offset `-outputOffset`, so that clamping q
/// is clipping `r = q - outputOffset`.
public struct Int8LayerCase: Sendable {
    public let name: String
    /// One a batch sample, codes.
    public let inputs: [Tensor<Int32>]
    /// One a batch sample, codes.
    public let expected: [Tensor<Int32>]
    /// The rule that the file's arithmetic names.
    public let rounding: RoundingRule
    let description: Int8LayerDescription
    let geometry: Int8LayerGeometry

    /// No layer case is longer: 64 MiB.
    static let largestBytes = 1 << 26

    /// - Throws: `memoryBudgetExceeded`, `layerCaseMissing`, `layerCaseCorrupt`, `layerCaseArithmeticUnknown`,
    ///   `layerCaseKindUnknown`, `layerCaseUnknownField`, `layerCaseNameNotPlain`.
    public init(contentsOf path: String, memory: MemoryBudget = .standard) throws(Diagnostic) {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(path, limit: Self.largestBytes)
        } catch {
            throw Diagnostic(
                .layerCaseMissing, at: path, found: error.found,
                expected: "a JSON layer case of at most \(Self.largestBytes) bytes",
                remedy: error.remedy(or: "correct the path, or fetch the vectors"))
        }
        try memory.requireDocument(bytes.count, at: path)
        let fields = try JSONFields(document: bytes, at: path, codes: .layerCase)
        let description = try Int8LayerDescription(fields)
        self.description = description
        name = description.name
        rounding = try Int8LayerArithmetic.roundingRule(of: description.arithmetic, at: path)
        geometry = try Int8LayerGeometry(description, fields)
        inputs = Int8LayerCase.samples(description.input, shape: geometry.input, batches: geometry.batches)
        expected = Int8LayerCase.samples(description.expected, shape: geometry.output, batches: geometry.batches)
    }

    /// Splits a batch, whose elements are as many as the shape says, into tensors of codes.
    private static func samples(_ elements: [Int], shape: TensorShape, batches: Int) -> [Tensor<Int32>] {
        (0..<batches).map { batch in
            Tensor(
                shape: shape,
                elements: elements[batch * shape.count..<(batch + 1) * shape.count].map { Int32($0) + 128 })
        }
    }
}
