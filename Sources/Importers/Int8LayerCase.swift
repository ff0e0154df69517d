public import Diagnostics
public import FixedPoint
import Foundation
public import Tensors

/// One int8 layer with inputs and expected outputs, as published beside other kernels: a JSON file of `vectors/int8_layers`.
///
///     acc = bias + sum((input + inputOffset) * (weight + weightOffset));   out = clamp(requantize(acc) + outputOffset)
///
/// int8 elements q become codes q + 128. The offsets become those of linear codebooks: inputs decode to `code - 128 + inputOffset`, weights likewise, and outputs
/// encode with the offset `-outputOffset`, so that clamping q is clipping `r = q - outputOffset`.
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

    /// - Throws: `layerCaseMissing`, `layerCaseCorrupt`, `layerCaseArithmeticUnknown`, `layerCaseKindUnknown`.
    public init(contentsOf path: String) throws(Diagnostic) {
        guard let text = FileManager.default.contents(atPath: path) else {
            throw Diagnostic(
                .layerCaseMissing, at: path, found: "no readable file", expected: "a JSON layer case", remedy: "correct the path or fetch the vectors")
        }
        let description: Int8LayerDescription
        do {
            description = try JSONDecoder().decode(Int8LayerDescription.self, from: text)
        } catch {
            throw Int8LayerCase.corrupt(path, found: Int8LayerCase.sentence(for: error), expected: "the fields of an int8 layer case")
        }
        self.description = description
        name = description.case
        rounding = try Int8LayerCase.roundingRule(named: description.arithmetic, path: path)
        geometry = try Int8LayerGeometry(description, path: path)
        try description.requireRanges(path: path)
        inputs = try Int8LayerCase.samples(description.input, shape: geometry.input, batches: geometry.batches, name: "input", path: path)
        expected = try Int8LayerCase.samples(description.expected, shape: geometry.output, batches: geometry.batches, name: "expected", path: path)
    }

    /// The rule by the words that the file's `arithmetic` uses for it.
    private static func roundingRule(named arithmetic: String, path: String) throws(Diagnostic) -> RoundingRule {
        let words: [(String, RoundingRule)] = [("gemmlowp double rounding", .gemmlowpDouble)]
        guard let (_, rule) = words.first(where: { arithmetic.contains($0.0) }) else {
            throw Diagnostic(
                .layerCaseArithmeticUnknown, at: "\(path), field arithmetic", found: "'\(arithmetic)'",
                expected: "words that name a rounding: \(words.map(\.0).joined(separator: ", "))", remedy: "name the rounding of the file's requantization")
        }
        return rule
    }

    /// Splits a batch into tensors of codes.
    private static func samples(_ elements: [Int], shape: TensorShape, batches: Int, name: String, path: String) throws(Diagnostic) -> [Tensor<Int32>] {
        guard elements.count == batches * shape.count else {
            throw corrupt(path, found: "\(elements.count) elements in \(name)", expected: "\(batches) x \(shape)")
        }
        guard elements.allSatisfy((-128...127).contains) else {
            throw corrupt(path, found: "an element outside -128...127 in \(name)", expected: "int8 elements")
        }
        return (0..<batches).map { batch in
            Tensor(shape: shape, elements: elements[batch * shape.count..<(batch + 1) * shape.count].map { Int32($0) + 128 })
        }
    }

    static func corrupt(_ path: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(.layerCaseCorrupt, at: path, found: found, expected: expected, remedy: "repair the file or fetch it again")
    }

    private static func sentence(for error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "no field '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "a value of another type in field '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
        default: "text that is not JSON"
        }
    }
}
