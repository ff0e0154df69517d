import Diagnostics
import Tensors

extension ReferenceModel {
    /// `in[y][x][c r^2 + r dy + dx] -> out[r y + dy][r x + dx][c]`; stored elements are copied.
    ///
    /// - Throws: `referenceFormatsDisagree` unless each of the r^2 source channels has the format of the output
    ///   channel.
    func runPixelShuffle(
        factor r: Int, of operand: StoredOperand, into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        for c in 0..<operand.tensor.shape.channels {
            try requireCopy(from: operand, channel: c, to: target, channel: c / (r * r))
        }
        _ = try operand.values(operandBits: nil)
        let input = operand.tensor.shape
        var output = Tensor<Int32>(shape: target.shape, repeating: 0)
        for y in 0..<input.height {
            for x in 0..<input.width {
                for c in 0..<target.shape.channels {
                    for dy in 0..<r {
                        for dx in 0..<r {
                            output[r * y + dy, r * x + dx, c] = operand.tensor[y, x, c * r * r + r * dy + dx]
                        }
                    }
                }
            }
        }
        return LayerResult(output: output, saturatedOutputsByChannel: Array(repeating: 0, count: target.shape.channels))
    }
}
