import Diagnostics
import Graph
import Tensors

extension ReferenceModel {
    /// `out[y][x][c] = in[y strideY - top][x strideX - left][c]`, or the fill where there is no such row or column.
    ///
    /// - Throws: `referenceFormatsDisagree` unless input and output have one format.
    func runPad(_ pad: Pad, of operand: StoredOperand, into target: LayerTarget) throws(Diagnostic) -> LayerResult {
        for c in 0..<target.shape.channels { try requireCopy(from: operand, channel: c, to: target, channel: c) }
        _ = try operand.values(operandBits: nil)
        let input = operand.tensor.shape
        var output = Tensor<Int32>(shape: target.shape, repeating: Int32(pad.fill))
        for y in 0..<target.shape.height {
            let row = y * pad.strideY - pad.padding.top
            guard (0..<input.height).contains(row) else { continue }
            for x in 0..<target.shape.width {
                let column = x * pad.strideX - pad.padding.left
                guard (0..<input.width).contains(column) else { continue }
                for c in 0..<target.shape.channels { output[y, x, c] = operand.tensor[row, column, c] }
            }
        }
        return LayerResult(output: output, saturatedOutputsByChannel: Array(repeating: 0, count: target.shape.channels))
    }
}
