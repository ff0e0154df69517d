import Diagnostics
import Graph
import Tensors

extension ReferenceModel {
    /// The largest stored element of each window, positions outside the input left out: entries grow with the code, so
    /// that it is the largest value, too.
    ///
    /// - Throws: `referenceFormatsDisagree` unless input and output have one format.
    func runMaxPooling(
        _ pooling: Pooling, of operand: StoredOperand, into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        for c in 0..<target.shape.channels { try requireCopy(from: operand, channel: c, to: target, channel: c) }
        _ = try operand.values(operandBits: nil)
        let input = operand.tensor.shape
        var output = Tensor<Int32>(shape: target.shape, repeating: 0)
        for y in 0..<target.shape.height {
            for x in 0..<target.shape.width {
                for c in 0..<target.shape.channels {
                    var window: [Int32] = []
                    for r in 0..<pooling.kernelHeight {
                        for s in 0..<pooling.kernelWidth {
                            let row = y * pooling.strideY + r - pooling.padding.top
                            let column = x * pooling.strideX + s - pooling.padding.left
                            guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
                            window.append(operand.tensor[row, column, c])
                        }
                    }
                    // Padding is smaller than the kernel, and the last window begins inside.
                    output[y, x, c] = window.max()!
                }
            }
        }
        return LayerResult(output: output, saturatedOutputsByChannel: Array(repeating: 0, count: target.shape.channels))
    }
}
