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
    /// The smallest accumulator with each result that some accumulator is the first to reach, in order.
    private let steps: [(accumulator: Int64, result: Int64)]

    /// Where the runtime's own arithmetic is defined: see `requireDefined(_:_:channel:at:)`.
    package init(_ runtime: RuntimeRequantization, accumulators: ClosedRange<Int64>, results: ClosedRange<Int64>) {
        self.runtime = runtime
        self.accumulators = accumulators
        self.results = results
        var steps: [(accumulator: Int64, result: Int64)] = []
        let first = max(runtime.value(of: accumulators.lowerBound), results.lowerBound) + 1
        let last = min(runtime.value(of: accumulators.upperBound), results.upperBound)
        var result = first
        while result <= last {
            let step = Self.first(runtime, reaching: result, in: accumulators)
            steps.append((step, result))
            // A step may be higher than one.
            result = max(result, runtime.value(of: step)) + 1
        }
        self.steps = steps
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
        func agrees(_ accumulator: Int64) -> Bool {
            clamped(runtime.value(of: accumulator)) == clamped(requantize(accumulator, by: multiplier, rounding: rule))
        }
        guard agrees(accumulators.lowerBound), agrees(accumulators.upperBound) else { return false }
        return steps.allSatisfy { agrees($0.accumulator) && agrees($0.accumulator - 1) }
    }

    /// The smallest accumulator whose result is at least this; the range's last one reaches it, the first does not.
    private static func first(
        _ runtime: RuntimeRequantization, reaching result: Int64, in accumulators: ClosedRange<Int64>
    ) -> Int64 {
        var (below, reached) = (accumulators.lowerBound, accumulators.upperBound)
        let estimate = (Double(result) - 0.5) * runtime.stepsPerResult
        if abs(estimate) < 0x1p40 {
            // The estimate is rarely wrong by more than one.
            for accumulator in Int64(estimate) - 2...Int64(estimate) + 2
            where accumulator > below && accumulator < reached {
                if runtime.value(of: accumulator) >= result {
                    reached = accumulator
                } else {
                    below = accumulator
                }
            }
        }
        while reached - below > 1 {
            let middle = below + (reached - below) / 2
            if runtime.value(of: middle) >= result { reached = middle } else { below = middle }
        }
        return reached
    }
}
