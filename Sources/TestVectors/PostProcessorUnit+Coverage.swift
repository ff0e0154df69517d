import ExactArithmetic
import FixedPoint

/// Which points the post-processor has, and which of them a stimulus hits.
extension PostProcessorUnit {
    enum Fraction: String, CaseIterable {
        case none
        case belowHalf = "below half"
        case half
        case aboveHalf = "above half"
    }
    static let signs = ["negative", "positive"]
    static let doubleRules: [RoundingRule] = [.gemmlowpDouble, .halfUpDouble, .tosaDouble]
    private static let mantissas: [UInt32] = [0, 1, 1 << 30, 1 << 31 - 1]

    /// What the shift drops of the magnitude, against half.
    private func fraction(_ numerator: Int128, _ shift: Int) -> Fraction {
        let rest = numerator.magnitude & (1 << UInt128(shift) - 1)
        if rest == 0 { return .none }
        let half: UInt128 = 1 << UInt128(shift - 1)
        return rest < half ? .belowHalf : rest == half ? .half : .aboveHalf
    }

    /// Why x is never a tie at the exponent s, for a sum of that sign.
    private func tieReason(_ rule: RoundingRule, exponent: Int, sign: String) -> String? {
        // x = sum m 2^(s-31) is half an odd number. The mantissa brings 2^30 at most, so that the sum must bring 2^-s.
        let largestPower =
            (rule == .gemmlowpDouble ? min(accumulatorBits, 32) : accumulatorBits) - (sign == "negative" ? 1 : 2)
        return -exponent <= largestPower
            ? nil : "the product would have to be an odd multiple of 2^(30-s), and no \(sign) sum has the factor 2^-s"
    }

    var points: [CoveragePoint] {
        var points: [CoveragePoint] = []
        for rule in RoundingRule.allCases {
            let additionReason =
                Self.additionRules.contains(rule) ? nil : "an addition with \(rule.rawValue) is refused"
            for sign in Self.signs {
                for fraction in Fraction.allCases {
                    points.append(CoveragePoint("roundings", "\(rule.rawValue), \(sign), \(fraction.rawValue)"))
                    points.append(
                        CoveragePoint(
                            "additions", "\(rule.rawValue), \(sign), \(fraction.rawValue)", unreachable: additionReason)
                    )
                }
                for exponent in QuantizedMultiplier.exponents {
                    let reason = tieReason(rule, exponent: exponent, sign: sign)
                    points.append(
                        CoveragePoint("ties", "\(rule.rawValue), \(sign), exponent \(exponent)", unreachable: reason))
                }
            }
            for bits in [24, 32] {
                for edge in ResultBits.edges {
                    let never = rule == .gemmlowpDouble && bits == 32
                    points.append(
                        CoveragePoint(
                            "saturation", "\(rule.rawValue), R = \(bits), \(edge)",
                            unreachable: never
                                ? """
                                the sum times 2^max(s,0) fits 32 bits and the mantissa is below 2^31, so that the \
                                result stays inside
                                """
                                : edgeReason(rule, bits, edge)))
                }
            }
        }
        for rule in Self.doubleRules {
            for sign in Self.signs {
                for place in ["first rounding ties", "second rounding ties", "differs from one rounding"] {
                    points.append(CoveragePoint("double roundings", "\(rule.rawValue), \(sign), \(place)"))
                }
            }
        }
        for step in ["sum", "mantissa", "product"] {
            for place in ["tie to even below", "tie to even above", "rounded"] {
                points.append(CoveragePoint("float32 steps", "\(step), \(place)"))
            }
        }
        for sign in Self.signs {
            for exponent in QuantizedMultiplier.exponents {
                points.append(CoveragePoint("exponents", "\(sign), \(exponent)"))
            }
            for mantissa in Self.mantissas { points.append(CoveragePoint("mantissas", "\(sign), \(mantissa)")) }
            points.append(CoveragePoint("bypass", sign))
            points.append(CoveragePoint("biases", sign))
        }
        for exponent in -31...30 { points.append(CoveragePoint("addition exponents", "\(exponent)")) }
        for total in Self.specialTotals(totals) { points.append(CoveragePoint("sums", "\(total)")) }
        points.append(CoveragePoint("biases", "zero"))
        for edge in ResultBits.edges { points.append(CoveragePoint("bypass", "R = 24, \(edge)")) }
        for clip in ResultBits.clips { points.append(CoveragePoint("clip", clip)) }
        return points
    }

    /// A float32 of 24 significant bits has no 2^31 - 1.
    private func edgeReason(_ rule: RoundingRule, _ bits: Int, _ edge: String) -> String? {
        rule == .onnxFloat32 && bits == 32 && edge == "highest kept"
            ? "2^31 - 1 has more than the 24 significant bits of a float32" : nil
    }

    static func specialTotals(_ totals: ClosedRange<Int>) -> [Int] { [totals.lowerBound, -1, 0, 1, totals.upperBound] }

    func hits(_ stimulus: Stimulus) -> [String] {
        let rounded = rounded(stimulus)
        let (numerator, shift) = quotient(stimulus)
        let sign = numerator < 0 ? "negative" : "positive"
        var keys = ["clip: " + stimulus.result.clipped(rounded)]
        if let addition = stimulus.addition {
            keys.append("additions: \(stimulus.rounding.rawValue), \(sign), \(fraction(numerator, shift).rawValue)")
            keys.append("addition exponents: \(addition.exponent)")
            return keys
        }
        if stimulus.isBypass {
            keys.append("bypass: \(sign)")
            if let edge = stimulus.result.edge(rounded), !stimulus.result.isWide {
                keys.append("bypass: R = 24, \(edge)")
            }
            return keys
        }
        let rule = stimulus.rounding
        let multiplier = stimulus.multiplier
        let totalSign = stimulus.total < 0 ? "negative" : "positive"
        let fraction = fraction(numerator, shift)
        keys.append("roundings: \(rule.rawValue), \(sign), \(fraction.rawValue)")
        if fraction == .half { keys.append("ties: \(rule.rawValue), \(sign), exponent \(multiplier.exponent)") }
        if let edge = stimulus.result.edge(rounded) {
            keys.append("saturation: \(rule.rawValue), R = \(stimulus.result.bits), \(edge)")
        }
        keys.append("exponents: \(totalSign), \(multiplier.exponent)")
        keys.append("mantissas: \(totalSign), \(multiplier.mantissa)")
        keys.append("sums: \(stimulus.total)")
        keys.append("biases: " + (stimulus.bias == 0 ? "zero" : stimulus.bias < 0 ? "negative" : "positive"))
        if Self.doubleRules.contains(rule), multiplier.exponent < 0 {
            keys += doubleRoundingHits(stimulus, numerator, rounded, sign)
        }
        if rule == .onnxFloat32 { keys += floatHits(stimulus) }
        return keys
    }

    private func doubleRoundingHits(
        _ stimulus: Stimulus, _ numerator: Int128, _ rounded: ExactInteger, _ sign: String
    ) -> [String] {
        let name = "double roundings: \(stimulus.rounding.rawValue), \(sign), "
        var keys: [String] = []
        let lower = Int128(1) << 31
        if numerator & (lower - 1) == lower / 2 { keys.append(name + "first rounding ties") }
        let high = (numerator + lower / 2) >> 31
        if fraction(high, -stimulus.multiplier.exponent) == .half { keys.append(name + "second rounding ties") }
        let once = ExactRequantize.quotient(ExactInteger(stimulus.total), by: stimulus.multiplier).rounded(.halfUp)
        if rounded != once { keys.append(name + "differs from one rounding") }
        return keys
    }

    private func floatHits(_ stimulus: Stimulus) -> [String] {
        let sum = ExactRational(stimulus.total)
        let mantissa = ExactRational(ExactInteger(stimulus.multiplier.mantissa))
        let product = ExactRequantize.roundedTo24Bits(sum) * ExactRequantize.roundedTo24Bits(mantissa)
        return [("sum", sum), ("mantissa", mantissa), ("product", product)].compactMap { step, value in
            let kept = ExactRequantize.roundedTo24Bits(value)
            if kept == value { return nil }
            let error = kept < value ? value - kept : kept - value
            // One more bit holds a tie exactly; a neighbour on the other side is as far away.
            let mirrored = kept < value ? value + error : value - error
            let isTie = ExactRequantize.roundedTo24Bits(mirrored) == mirrored
            return "float32 steps: \(step), "
                + (isTie ? (kept < value ? "tie to even below" : "tie to even above") : "rounded")
        }
    }
}
