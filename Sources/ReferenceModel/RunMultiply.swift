import Diagnostics
import Networks
import Tensors

extension ReferenceModel {
    /// `a b`, exact, then post-processing of the product; the only pixel of a second operand of one pixel meets every
    /// pixel of the first.
    ///
    /// - Throws: `referenceShiftedAccumulatorTooWide`.
    func runMultiply(
        _ parameters: PostProcessing, of operandA: StoredOperand, and operandB: StoredOperand,
        into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        // Two values of 16 bits have a product of at most 2^30, which needs 32 bits.
        let stage = try PostProcessingStage(parameters, target: target, sumBits: 32)
        let a = try operandA.values(of: target)
        let b = try operandB.values(of: target)
        let shape = target.shape
        let second = operandB.tensor.shape
        let isPixel = second.height == 1 && second.width == 1

        return try assembleRows(shape) { y throws(Diagnostic) in
            var row = OutputRow(channels: shape.channels)
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    let factor = isPixel ? b[second.index(0, 0, c)] : b[second.index(y, x, c)]
                    let product = Int64(a[shape.index(y, x, c)]) * Int64(factor)
                    row.append(try stage.store(product, channel: c), channel: c)
                }
            }
            return row
        }
    }
}
