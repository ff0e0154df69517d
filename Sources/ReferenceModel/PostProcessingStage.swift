import Diagnostics
import FixedPoint
import Networks
import Tensors

/// From an exact sum to the stored element: check that the accumulator holds it, multiply by the multiplier that its
/// sign selects, round by the named rule, then `OutputStage`.
struct PostProcessingStage: Sendable {
    private let layer: String
    private let accumulatorBits: Int
    private let parameters: PostProcessing
    private let output: OutputStage

    /// - Parameter sumBits: of sums that are no accumulator's; A where nil.
    init(_ parameters: PostProcessing, target: LayerTarget, sumBits: Int? = nil) throws(Diagnostic) {
        let channels = target.shape.channels
        try target.require(
            parameters.multipliers.count == channels && parameters.multipliersNegative.count == channels,
            "\(parameters.multipliers.count) multipliers, \(parameters.multipliersNegative.count) for negative sums",
            expected: "\(channels) of each, one an output channel")
        layer = target.layer
        accumulatorBits = sumBits ?? target.widths.accumulatorBits
        self.parameters = parameters
        output = try OutputStage(
            target: target, resultBits: parameters.resultBits, clipLow: parameters.clipLow,
            clipHigh: parameters.clipHigh, codeMap: parameters.codeMap)
    }

    /// - Throws: `referenceAccumulatorTooNarrow`, `referenceShiftedAccumulatorTooWide`.
    func store(_ accumulator: Int64, channel: Int) throws(Diagnostic) -> StoredElement {
        try requireAccumulator(accumulator, bits: accumulatorBits, layer: layer, channel: channel)
        let multiplier = accumulator < 0 ? parameters.multipliersNegative[channel] : parameters.multipliers[channel]
        do {
            return output.store(try parameters.rounding.rounded(accumulator, times: multiplier), channel: channel)
        } catch {
            throw Diagnostic(
                .referenceShiftedAccumulatorTooWide, at: "layer \(layer), output channel \(channel)",
                found: "accumulator \(accumulator) shifted left by \(multiplier.exponent)",
                expected: "32 bits signed under \(parameters.rounding.rawValue)",
                remedy: "choose a rounding rule without the limit, or a multiplier with a smaller exponent")
        }
    }
}

/// Refuses a sum outside the A-bit signed range.
func requireAccumulator(_ sum: Int64, bits: Int, layer: String, channel: Int) throws(Diagnostic) {
    let limit = Int64(1) << (bits - 1)
    guard sum >= -limit, sum < limit else {
        let needed = 65 - (sum < 0 ? ~sum : sum).leadingZeroBitCount
        throw Diagnostic(
            .referenceAccumulatorTooNarrow, at: "layer \(layer), output channel \(channel)",
            found: "the sum \(sum), which needs \(needed) bits",
            expected: "sums that fit the accumulator's \(bits) bits",
            remedy: "quantize the network with an accumulator of at least \(needed) bits")
    }
}
