import Diagnostics
import Graph
import Networks
import Tensors

extension ReferenceModel {
    /// The accumulators:
    ///
    ///     acc[p][q][k] = bias[k] + sum over r, s, c of
    ///                    v[p strideY + r dilationY - top][q strideX + s dilationX - left][c] w[k][r][s][c],
    ///
    /// v = 0 outside the input.
    func runConvolution(
        _ convolution: Convolution, _ parameters: AccumulationParameters, of operand: StoredOperand,
        into target: LayerTarget
    )
        throws(Diagnostic) -> LayerResult
    {
        let input = operand.tensor.shape
        let groupInputs = input.channels / convolution.groups
        let groupOutputs = convolution.outputChannels / convolution.groups
        let (kernelHeight, kernelWidth) = (convolution.kernelHeight, convolution.kernelWidth)
        let stage = try AccumulationStage(parameters, taps: kernelHeight * kernelWidth * groupInputs, target: target)
        let values = try operand.values(operandBits: target.widths.activationBits)

        return try assembleRows(target.shape) { p throws(Diagnostic) in
            var row = OutputRow(channels: target.shape.channels)
            for q in 0..<target.shape.width {
                for k in 0..<target.shape.channels {
                    var sum = stage.bias[k]
                    for r in 0..<kernelHeight {
                        let y = p * convolution.strideY + r * convolution.dilationY - convolution.padding.top
                        guard y >= 0, y < input.height else { continue }
                        for s in 0..<kernelWidth {
                            let x = q * convolution.strideX + s * convolution.dilationX - convolution.padding.left
                            guard x >= 0, x < input.width else { continue }
                            sum += dotProduct(
                                values, from: input.index(y, x, k / groupOutputs * groupInputs),
                                stage.weights, from: ((k * kernelHeight + r) * kernelWidth + s) * groupInputs,
                                count: groupInputs)
                        }
                    }
                    row.append(try stage.store(sum, channel: k), channel: k)
                }
            }
            return row
        }
    }
}
