import Diagnostics
import Networks
import Tensors

extension ReferenceModel {
    /// `acc[k] = bias[k] + sum over all elements i of the input, in NHWC order, of v[i] w[k][i]`.
    func runFullyConnected(
        _ parameters: AccumulationParameters, of operand: StoredOperand, into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        let count = operand.tensor.shape.count
        let stage = try AccumulationStage(parameters, taps: count, target: target)
        let values = try operand.values(operandBits: target.widths.activationBits)

        return try assembleRows(target.shape) { _ throws(Diagnostic) in
            var row = OutputRow(channels: target.shape.channels)
            for k in 0..<target.shape.channels {
                let sum = stage.bias[k] + dotProduct(values, from: 0, stage.weights, from: k * count, count: count)
                row.append(try stage.store(sum, channel: k), channel: k)
            }
            return row
        }
    }
}
