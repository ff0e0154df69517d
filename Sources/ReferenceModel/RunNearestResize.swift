import Diagnostics
import Tensors

extension ReferenceModel {
    /// `out[y][x][c] = in[y / factor][x / factor][c]`.
    ///
    /// - Throws: `referenceFormatsDisagree` unless input and output have one format.
    func runNearestResize(
        factor: Int, of operand: StoredOperand, into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        for c in 0..<target.shape.channels { try requireCopy(from: operand, channel: c, to: target, channel: c) }
        _ = try operand.values(operandBits: nil)
        var output = Tensor<Int32>(shape: target.shape, repeating: 0)
        for y in 0..<target.shape.height {
            for x in 0..<target.shape.width {
                for c in 0..<target.shape.channels { output[y, x, c] = operand.tensor[y / factor, x / factor, c] }
            }
        }
        return LayerResult(output: output, saturatedOutputsByChannel: Array(repeating: 0, count: target.shape.channels))
    }
}
