import ExactArithmetic
import Machine

/// Which points the normalization unit has, and the stimuli made for them.
extension NormalizationUnit {
    private static let forms = ["gdn", "igdn", "gdn1", "igdn1"]

    /// Both sides of the inequality `left <= right` that q must satisfy, at that q.
    private func sides(_ stimulus: Stimulus, _ q: ExactInteger) -> (left: ExactInteger, right: ExactInteger) {
        let odd = 2 * q - 1
        let n = ExactInteger(stimulus.norm)
        let x = 2 * ExactInteger(abs(stimulus.value)) * ExactInteger(stimulus.mantissa)
        switch stimulus.form {
        case 0: return (odd * odd * n << (2 * stimulus.shift), x * x)
        case 1: return (odd * odd << (2 * stimulus.shift), x * x * n)
        case 2: return (odd * n << stimulus.shift, x)
        default: return (odd << stimulus.shift, x * n)
        }
    }

    var points: [CoveragePoint] {
        var points: [CoveragePoint] = []
        for form in Self.forms {
            for sign in ["negative", "zero", "positive"] { points.append(CoveragePoint("forms", "\(form), \(sign)")) }
            for place in ["tie", "one below a tie"] { points.append(CoveragePoint("ties", "\(form), \(place)")) }
            for norm in ["1", "largest"] { points.append(CoveragePoint("norms", "\(form), \(norm)")) }
            for bits in [24, 32] {
                for edge in ResultBits.edges where form.hasPrefix("i") {
                    points.append(CoveragePoint("saturation", "\(form), R = \(bits), \(edge)"))
                }
            }
            points.append(CoveragePoint("magnitudes", "\(form), zero from a value that is not"))
        }
        for shift in 0...62 { points.append(CoveragePoint("shifts", "\(shift)")) }
        for mantissa in [1, 1 << 24 - 1] { points.append(CoveragePoint("mantissas", "\(mantissa)")) }
        for value in [valueRange.lowerBound, valueRange.upperBound] {
            points.append(CoveragePoint("values", "\(value)"))
        }
        for clip in ResultBits.clips { points.append(CoveragePoint("clip", clip)) }
        return points
    }

    func hits(_ stimulus: Stimulus) -> [String] {
        let form = Self.forms[stimulus.form]
        let rounded = rounded(stimulus)
        let q = rounded.magnitude
        var keys = [
            "forms: \(form), " + (stimulus.value < 0 ? "negative" : stimulus.value == 0 ? "zero" : "positive"),
            "shifts: \(stimulus.shift)",
        ]
        if q >= 1 {
            let (left, right) = sides(stimulus, q)
            if left == right { keys.append("ties: \(form), tie") }
        }
        let (left, right) = sides(stimulus, q + 1)
        if left == right + 1 { keys.append("ties: \(form), one below a tie") }
        if stimulus.norm == 1 { keys.append("norms: \(form), 1") }
        if stimulus.norm == largestNorm { keys.append("norms: \(form), largest") }
        if let edge = stimulus.result.edge(rounded), form.hasPrefix("i") {
            keys.append("saturation: \(form), R = \(stimulus.result.bits), \(edge)")
        }
        if q == 0, stimulus.value != 0 { keys.append("magnitudes: \(form), zero from a value that is not") }
        if [1, 1 << 24 - 1].contains(stimulus.mantissa) { keys.append("mantissas: \(stimulus.mantissa)") }
        if [valueRange.lowerBound, valueRange.upperBound].contains(stimulus.value) {
            keys.append("values: \(stimulus.value)")
        }
        keys.append("clip: " + stimulus.result.clipped(rounded))
        return keys
    }

    func directed() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        let largestMantissa = 1 << 24 - 1
        for form in 0...3 {
            for value in [-5, 0, 5, valueRange.lowerBound, valueRange.upperBound] {
                for norm in [1, 2, 3, largestNorm - 1, largestNorm] {
                    for mantissa in [1, largestMantissa] {
                        stimuli.append(Stimulus(norm: norm, value: value, mantissa: mantissa, form: form))
                        stimuli.append(Stimulus(norm: norm, value: value, mantissa: mantissa, shift: 12, form: form))
                    }
                }
            }
            for shift in 0...62 {
                for value in [-1, valueRange.upperBound] {
                    stimuli.append(Stimulus(norm: 7, value: value, mantissa: largestMantissa, shift: shift, form: form))
                }
            }
            for bits in [24, 32] { stimuli += edges(form: form, bits: bits) }
        }
        // A tie and its neighbour on the other side, n and S chosen so that both sides of the inequality are equal, or
        // differ by one.
        for magnitude in [1, 3, 255] {
            for value in [magnitude, -magnitude] {
                stimuli.append(Stimulus(norm: 4, value: value, form: 0))
                stimuli.append(Stimulus(norm: 5, value: value, form: 0))
                stimuli.append(Stimulus(norm: 1, value: value, shift: 1, form: 1))
                stimuli.append(Stimulus(norm: 2, value: value, form: 1))
                stimuli.append(Stimulus(norm: 2, value: value, form: 2))
                stimuli.append(Stimulus(norm: 3, value: value, form: 2))
                stimuli.append(Stimulus(norm: 1, value: value, shift: 1, form: 3))
                stimuli.append(Stimulus(norm: 1, value: value, form: 3))
            }
        }
        for (low, high) in [(-3, 3), (20, 40), (-40, -20), (0, Int(Int32.max)), (5, 5)] {
            for value in [-100, -20, -4, -3, 0, 3, 4, 20, 100] {
                stimuli.append(Stimulus(value: value, form: 3, result: ResultBits(clipLow: low, clipHigh: high)))
            }
        }
        return stimuli
    }

    /// Results at both ends of R bits: |v| n M = q in igdn1, |v| M sqrt n = q in igdn.
    private func edges(form: Int, bits: Int) -> [Stimulus] {
        let limit = 1 << (bits - 1)
        let result = ResultBits(isWide: bits == 32)
        var stimuli: [Stimulus] = []
        for q in [limit - 1, limit, limit + 1, 2 * limit - 2] {
            for sign in [1, -1] {
                if form == 3 {
                    // q itself as the norm, or half of it with M = 2: the norm has at least 31 bits.
                    let mantissa = q > largestNorm ? 2 : 1
                    stimuli.append(
                        Stimulus(
                            norm: min(q / mantissa, largestNorm), value: sign, mantissa: mantissa, form: 3,
                            result: result))
                }
                if form == 1 {
                    // sqrt n = 2^8 in front of M |v| = q 2^-8 exactly, or the nearest n to q^2 that M leaves.
                    for (norm, mantissa) in squares(near: q) {
                        stimuli.append(Stimulus(norm: norm, value: sign, mantissa: mantissa, form: 1, result: result))
                    }
                }
            }
        }
        return stimuli
    }

    /// Norms and mantissas with M sqrt n close to q: n = RHU((q / M)^2).
    private func squares(near q: Int) -> [(Int, Int)] {
        [1 << 8, 1 << 16, 1 << 20, 1 << 24 - 1].flatMap { mantissa in
            let norm = ExactRational(ExactInteger(q) * ExactInteger(q), ExactInteger(mantissa) * ExactInteger(mantissa))
                .rounded(.halfUp)
            return [Int(exactly: norm)!].filter { (1...largestNorm).contains($0) }.map { ($0, mantissa) }
        }
    }
}
