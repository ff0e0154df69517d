import Diagnostics
import Graph
import Networks
import Tensors

extension ReferenceModel {
    /// The accumulators:
    ///
    ///     acc[oy][ox][k] = bias[k] + sum over iy, ix, c of
    ///                      v[iy][ix][c] w[k][oy + top - strideY iy][ox + left - strideX ix][c],
    ///
    /// taps inside the kernel only.
    ///
    /// The sum runs over the kernel rows r and takes the input row iy with `strideY iy + r = oy + top` where there is
    /// one; columns likewise.
    func runTransposedConvolution(
        _ transposed: TransposedConvolution, _ parameters: AccumulationParameters, of operand: StoredOperand,
        into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        let input = operand.tensor.shape
        let (kernelHeight, kernelWidth) = (transposed.kernelHeight, transposed.kernelWidth)
        let stage = try AccumulationStage(parameters, taps: kernelHeight * kernelWidth * input.channels, target: target)
        let values = try operand.values(operandBits: target.widths.activationBits)

        return try assembleRows(target.shape) { oy throws(Diagnostic) in
            var row = OutputRow(channels: target.shape.channels)
            for ox in 0..<target.shape.width {
                for k in 0..<target.shape.channels {
                    var sum = stage.bias[k]
                    for r in 0..<kernelHeight {
                        let distanceY = oy + transposed.padding.top - r
                        guard distanceY >= 0, distanceY % transposed.strideY == 0,
                            distanceY / transposed.strideY < input.height
                        else { continue }
                        for s in 0..<kernelWidth {
                            let distanceX = ox + transposed.padding.left - s
                            guard distanceX >= 0, distanceX % transposed.strideX == 0,
                                distanceX / transposed.strideX < input.width
                            else { continue }
                            sum += dotProduct(
                                values,
                                from: input.index(distanceY / transposed.strideY, distanceX / transposed.strideX, 0),
                                stage.weights, from: ((k * kernelHeight + r) * kernelWidth + s) * input.channels,
                                count: input.channels)
                        }
                    }
                    row.append(try stage.store(sum, channel: k), channel: k)
                }
            }
            return row
        }
    }
}
