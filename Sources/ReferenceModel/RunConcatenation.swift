import Diagnostics
import Networks
import Quantization
import Tensors

extension ReferenceModel {
    /// Channels of all operands one after the other; stored elements are copied.
    ///
    /// - Throws: `referenceFormatsDisagree` unless all formats have the same step and the same codebooks, and each
    ///   output channel the select and offset of the channel that it copies (or all are 16-bit integers of one step).
    func runConcatenation(of operands: [StoredOperand], into target: LayerTarget) throws(Diagnostic) -> LayerResult {
        var firstChannel = 0
        for operand in operands {
            for c in 0..<operand.tensor.shape.channels {
                try requireCopy(from: operand, channel: c, to: target, channel: firstChannel + c)
            }
            firstChannel += operand.tensor.shape.channels
            _ = try operand.values(operandBits: nil)
        }
        let shape = target.shape
        var elements: [Int32] = []
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for operand in operands {
                    for c in 0..<operand.tensor.shape.channels { elements.append(operand.tensor[y, x, c]) }
                }
            }
        }
        return LayerResult(
            output: Tensor(shape: shape, elements: elements),
            saturatedOutputsByChannel: Array(repeating: 0, count: shape.channels))
    }

    /// A stored element may be copied where both channels give it the same meaning.
    func requireCopy(
        from operand: StoredOperand, channel source: Int, to target: LayerTarget, channel destination: Int
    ) throws(Diagnostic) {
        let agrees =
            switch (operand.format, target.format) {
            case (.codes(let from), .codes(let to)):
                from.step == to.step && from.codebooks == to.codebooks
                    && from.selects[source] == to.selects[destination]
                    && from.offsets[source] == to.offsets[destination]
            case (.integers16(let from), .integers16(let to)): from == to
            case (.codes, .integers16), (.integers16, .codes): false
            }
        guard agrees else {
            throw Diagnostic(
                .referenceFormatsDisagree, at: "layer \(target.layer), output channel \(destination)",
                found: "a format other than that of channel \(source) of \(operand.name), whose elements it copies",
                expected: "equal step, codebooks, select and offset",
                remedy: "put a requantize before the layer, or quantize its operands together")
        }
    }
}
