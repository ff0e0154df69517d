import Diagnostics
package import FixedPoint

/// Whether a multiplier and a rounding rule give the codes of a runtime for every accumulator of a range.
///
/// Neither side decreases, and only results within the clamp are told apart. So both are equal everywhere where they
/// are equal at both ends and pass each result of the clamp at the same accumulator.
package struct RequantizationProof {
    let runtime: RuntimeRequantization
    /// Every sum that the channel's weights can come to.
    let accumulators: ClosedRange<Int64>
    /// Results that pass the clamp: elements less the output's zero point.
    let results: ClosedRange<Int64>

    /// Where the runtime's own arithmetic is defined: see `requireDefined(_:_:channel:at:)`.
    package init(_ runtime: RuntimeRequantization, accumulators: ClosedRange<Int64>, results: ClosedRange<Int64>) {
        self.runtime = runtime
        self.accumulators = accumulators
        self.results = results
    }

    /// The runtimes' accumulators have 32 bits, and double rounding shifts them left first where the factor is above 1.
    ///
    /// - Throws: `tfliteRequantizationUnproven`.
    static func requireDefined(
        _ runtime: RuntimeRequantization, _ accumulators: ClosedRange<Int128>, channel: Int, at place: OperatorPlace
    ) throws(Diagnostic) {
        var bits = BitWidth.signed(holding: accumulators)
        if case .doubleRounding(let multiplier) = runtime { bits += max(0, multiplier.exponent) }
        guard bits > 32 else { return }
        throw Diagnostic(
            .tfliteRequantizationUnproven, at: "\(place.text), output channel \(channel)",
            found: "sums that may need \(bits) bits with the shift that comes before rounding",
            expected: "32 bits, the runtime's",
            remedy: "quantize the model again, or cut the graph before this operator with --outputs")
    }

    package func holds(_ multiplier: QuantizedMultiplier, _ rule: RoundingRule) -> Bool {
        guard RequantizationRefusal.reason(rule: rule, multiplier: multiplier, accumulators: accumulators) == nil else {
            return false
        }
        func clamped(_ result: Int64) -> Int64 { min(max(result, results.lowerBound), results.upperBound) }
        func candidate(_ accumulator: Int64) -> Int64 {
            clamped(requantize(accumulator, by: multiplier, rounding: rule))
        }
        var result = clamped(runtime.value(of: accumulators.lowerBound))
        let end = (accumulator: accumulators.upperBound, result: runtime.value(of: accumulators.upperBound))
        let last = clamped(end.result)
        guard candidate(accumulators.lowerBound) == result, candidate(end.accumulator) == last else { return false }
        let (stepsPerResult, stepOffset) = (runtime.stepsPerResult, runtime.stepOffset)
        while result < last {
            let estimate = (Double(result) + 0.5) * stepsPerResult + (result < 0 ? stepOffset : -stepOffset)
            let step = first(reaching: result + 1, before: end, near: estimate)
            guard candidate(step.accumulator - 1) == result, candidate(step.accumulator) == clamped(step.result) else {
                return false
            }
            // A step may be higher than one.
            result = step.result
        }
        return true
    }

    /// The smallest accumulator whose result is at least this, and its result.
    ///
    /// - Parameters:
    ///   - end: the last accumulator of the range, which reaches it, and its result; the first does not.
    ///   - estimate: of the accumulator.
    private func first(
        reaching result: Int64, before end: (accumulator: Int64, result: Int64), near estimate: Double
    ) -> (accumulator: Int64, result: Int64) {
        var (below, reached) = (accumulators.lowerBound, end)
        // The estimate is rarely wrong by more than one: its neighbour on the other side settles it.
        var (next, tries) = (abs(estimate) < 0x1p40 ? Int64(estimate) : below, 4)
        while reached.accumulator - below > 1 {
            let isNear = tries > 0 && next > below && next < reached.accumulator
            let accumulator = isNear ? next : below + (reached.accumulator - below) / 2
            let value = runtime.value(of: accumulator)
            if value >= result {
                (reached, next) = ((accumulator, value), accumulator - 1)
            } else {
                (below, next) = (accumulator, accumulator + 1)
            }
            tries -= 1
        }
        return reached
    }
}
