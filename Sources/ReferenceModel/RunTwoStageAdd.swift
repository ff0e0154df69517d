import Diagnostics
import FixedPoint
import Graph
import Networks
import Tensors

extension ReferenceModel {
    /// Each operand times 2^L and its multiplier, rounded by `gemmlowpDouble`; their sum or difference, then
    /// post-processing. The only pixel of a second operand of one pixel meets every pixel of the first.
    ///
    /// - Throws: `referenceParametersUnfit` for multipliers of 1 or more, `referenceShiftedAccumulatorTooWide`.
    func runTwoStageAdd(
        _ addition: TwoStageAddition, _ parameters: TwoStageAdditionParameters, of operandA: StoredOperand,
        and operandB: StoredOperand, into target: LayerTarget
    ) throws(Diagnostic) -> LayerResult {
        let multipliers = [parameters.multiplierA, parameters.multiplierB]
        try target.require(
            multipliers.allSatisfy { $0.mantissa < 1 << 31 && (-62...0).contains($0.exponent) },
            "multipliers of mantissas \(multipliers[0].mantissa) and \(multipliers[1].mantissa), exponents "
                + "\(multipliers[0].exponent) and \(multipliers[1].exponent)",
            expected: "mantissas below 2^31, exponents in -62...0")
        let stage = try PostProcessingStage(parameters.postProcessing, target: target, sumBits: 32)
        let a = try operandA.values(of: target)
        let b = try operandB.values(of: target)
        let shape = target.shape
        let second = operandB.tensor.shape
        let isPixel = second.height == 1 && second.width == 1

        return try assembleRows(shape) { y throws(Diagnostic) in
            var row = OutputRow(channels: shape.channels)
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    let other = isPixel ? b[second.index(0, 0, c)] : b[second.index(y, x, c)]
                    let first = try rescaled(a[shape.index(y, x, c)], multipliers[0], addition, target, channel: c)
                    let rest = try rescaled(other, multipliers[1], addition, target, channel: c)
                    row.append(
                        try stage.store(addition.subtracts ? first - rest : first + rest, channel: c), channel: c)
                }
            }
            return row
        }
    }

    /// The first stage of one operand.
    private func rescaled(
        _ value: Int32, _ multiplier: QuantizedMultiplier, _ addition: TwoStageAddition, _ target: LayerTarget,
        channel: Int
    ) throws(Diagnostic) -> Int64 {
        let shifted = Int64(value) << addition.leftShift
        do {
            return Int64(try RoundingRule.gemmlowpDouble.rounded(shifted, times: multiplier))
        } catch {
            throw Diagnostic(
                .referenceShiftedAccumulatorTooWide, at: "layer \(target.layer), channel \(channel)",
                found: "operand \(value) shifted left by \(addition.leftShift)", expected: "32 bits signed",
                remedy: "choose a smaller leftShift")
        }
    }
}
