import Diagnostics
import FixedPoint

/// The rounding rule and the multipliers of a layer that were proved to give a runtime's codes.
struct RequantizationChoice {
    let rule: RoundingRule
    let multipliers: [QuantizedMultiplier]

    /// - Parameter proofs: one for each output channel.
    /// - Throws: `tfliteRequantizationUnproven`, with the first channel for which the first rule fails.
    init(_ proofs: [RequantizationProof], at place: OperatorPlace) throws(Diagnostic) {
        var failure: Int?
        for rule in Self.rules(proofs[0].runtime) {
            var multipliers: [QuantizedMultiplier] = []
            for proof in proofs {
                guard let multiplier = Self.multipliers(proof.runtime).first(where: { proof.holds($0, rule) }) else {
                    break
                }
                multipliers.append(multiplier)
            }
            if multipliers.count == proofs.count {
                (self.rule, self.multipliers) = (rule, multipliers)
                return
            }
            failure = failure ?? multipliers.count
        }
        throw Self.unproven(proofs, failure ?? 0, at: place)
    }

    /// Rules that may equal a runtime's, the likeliest first.
    private static func rules(_ runtime: RuntimeRequantization) -> [RoundingRule] {
        switch runtime {
        case .doubleRounding: [.gemmlowpDouble]
        case .float64: [.single, .halfAway, .halfEven, .gemmlowpDouble]
        case .average: [.halfAway, .single]
        }
    }

    /// Multipliers that may do.
    private static func multipliers(_ runtime: RuntimeRequantization) -> [QuantizedMultiplier] {
        let factor: Double
        switch runtime {
        case .doubleRounding(let multiplier): return [multiplier]
        case .float64(let real): factor = real
        case .average(let count, _): factor = 1 / Double(count)
        }
        guard let nearest = QuantizedMultiplier(real: factor) else { return [] }
        return [0, 1, -1].compactMap { nearest.withMantissa(plus: $0) }
    }

    private static func unproven(
        _ proofs: [RequantizationProof], _ channel: Int, at place: OperatorPlace
    ) -> Diagnostic {
        let range = proofs[channel].accumulators
        return Diagnostic(
            .tfliteRequantizationUnproven, at: "\(place.text), output channel \(channel)",
            found:
                "sums in \(range.lowerBound)...\(range.upperBound), and no multiplier that gives the runtime's codes",
            expected: "a multiplier of 31 bits and a rounding rule that equal the runtime for every sum",
            remedy: "quantize the model again, or cut the graph before this operator with --outputs")
    }
}
