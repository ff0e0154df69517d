import ExactArithmetic
import Quantization

/// Which points the unit by segments has, and the stimuli made for them.
extension TableNormalizationUnit {
    private static let forms = ["gdn", "igdn", "gdn1", "igdn1"]
    private static let largestMantissa = 1 << 24 - 1

    private var largestExponent: Int { Int.bitWidth - 1 - largestNorm.leadingZeroBitCount }

    /// |v| M y, and the places s that it moves to the right.
    private func product(_ stimulus: Stimulus) -> (product: Int, places: Int) {
        let factor = oracle(stimulus.form).factor(norm: ExactInteger(stimulus.norm))
        return (abs(stimulus.value) * stimulus.mantissa * Int(exactly: factor.y)!, stimulus.shift + factor.shift)
    }

    var points: [CoveragePoint] {
        var points: [CoveragePoint] = []
        for (form, name) in Self.forms.enumerated() {
            for sign in ["negative", "zero", "positive"] { points.append(CoveragePoint("forms", "\(name), \(sign)")) }
            for place in ["tie", "one below a tie"] { points.append(CoveragePoint("ties", "\(name), \(place)")) }
            for exponent in 0...largestExponent { points.append(CoveragePoint("exponents", "\(name), \(exponent)")) }
            for norm in ["1", "largest"] { points.append(CoveragePoint("norms", "\(name), \(norm)")) }
            for segment in tables[form].bases.indices {
                for offset in ["first", "last"] {
                    points.append(CoveragePoint("segments", "\(name), \(segment), \(offset) offset"))
                }
            }
            for bits in [24, 32] {
                for edge in ResultBits.edges {
                    points.append(CoveragePoint("saturation", "\(name), R = \(bits), \(edge)"))
                }
            }
            points.append(CoveragePoint("magnitudes", "\(name), zero from a value that is not"))
        }
        for direction in ["left", "none", "right"] { points.append(CoveragePoint("places", direction)) }
        for shift in 0...62 { points.append(CoveragePoint("shifts", "\(shift)")) }
        for mantissa in [1, Self.largestMantissa] { points.append(CoveragePoint("mantissas", "\(mantissa)")) }
        for value in [valueRange.lowerBound, valueRange.upperBound] {
            points.append(CoveragePoint("values", "\(value)"))
        }
        for clip in ResultBits.clips { points.append(CoveragePoint("clip", clip)) }
        return points
    }

    func hits(_ stimulus: Stimulus) -> [String] {
        let name = Self.forms[stimulus.form]
        let rounded = rounded(stimulus)
        let factor = oracle(stimulus.form).factor(norm: ExactInteger(stimulus.norm))
        let (product, places) = product(stimulus)
        var keys = [
            "forms: \(name), " + (stimulus.value < 0 ? "negative" : stimulus.value == 0 ? "zero" : "positive"),
            "shifts: \(stimulus.shift)",
        ]
        keys.append("exponents: \(name), \(factor.exponent)")
        keys.append("places: " + (places < 0 ? "left" : places == 0 ? "none" : "right"))
        if (1...60).contains(places) {
            let rest = product & (1 << places - 1)
            if rest == 1 << (places - 1) { keys.append("ties: \(name), tie") }
            if rest == 1 << (places - 1) - 1 { keys.append("ties: \(name), one below a tie") }
        }
        if let place = factor.place {
            if place.offset == 0 { keys.append("segments: \(name), \(place.segment), first offset") }
            if place.offset == 1 << tables[stimulus.form].offsetBits - 1 {
                keys.append("segments: \(name), \(place.segment), last offset")
            }
        }
        if stimulus.norm == 1 { keys.append("norms: \(name), 1") }
        if stimulus.norm == largestNorm { keys.append("norms: \(name), largest") }
        if let edge = stimulus.result.edge(rounded) {
            keys.append("saturation: \(name), R = \(stimulus.result.bits), \(edge)")
        }
        if rounded.signum == 0, stimulus.value != 0 {
            keys.append("magnitudes: \(name), zero from a value that is not")
        }
        if [1, Self.largestMantissa].contains(stimulus.mantissa) { keys.append("mantissas: \(stimulus.mantissa)") }
        if [valueRange.lowerBound, valueRange.upperBound].contains(stimulus.value) {
            keys.append("values: \(stimulus.value)")
        }
        keys.append("clip: " + stimulus.result.clipped(rounded))
        return keys
    }

    func directed() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for form in 0...3 {
            for value in [-5, 0, 5, valueRange.lowerBound, valueRange.upperBound] {
                for norm in [1, 2, 3, largestNorm - 1, largestNorm] {
                    for mantissa in [1, Self.largestMantissa] {
                        stimuli.append(Stimulus(norm: norm, value: value, mantissa: mantissa, form: form))
                        stimuli.append(Stimulus(norm: norm, value: value, mantissa: mantissa, shift: 12, form: form))
                    }
                }
            }
            for shift in 0...62 {
                for value in [-1, valueRange.upperBound] {
                    stimuli.append(
                        Stimulus(norm: 7, value: value, mantissa: Self.largestMantissa, shift: shift, form: form))
                }
            }
            for exponent in 0...largestExponent {
                for norm in [1 << exponent, min(2 << exponent - 1, largestNorm)] {
                    // A middle result, as far as M goes.
                    let places = oracle(form).factor(norm: ExactInteger(norm)).shift
                    let mantissa = places > 20 ? Self.largestMantissa : 1 << 10
                    stimuli.append(
                        Stimulus(
                            norm: norm, value: 1001, mantissa: mantissa, shift: min(max(10 - places, 0), 62), form: form
                        ))
                }
            }
            stimuli += segments(form) + ties(form)
            for bits in [24, 32] { stimuli += edges(form, bits: bits) }
        }
        for (low, high) in [(-3, 3), (20, 40), (-40, -20), (0, Int(Int32.max)), (5, 5)] {
            for value in [-100, -20, -4, -3, 0, 3, 4, 20, 100] {
                stimuli.append(Stimulus(value: value, form: 3, result: ResultBits(clipLow: low, clipHigh: high)))
            }
        }
        return stimuli
    }

    /// Both ends of every segment, with y itself as the result where |v| M can make up for the places.
    private func segments(_ form: Int) -> [Stimulus] {
        let table = tables[form]
        let isRoot = form < 2
        let octaveBits = isRoot ? table.indexBits - 1 : table.indexBits
        return table.bases.indices.flatMap { segment -> [Stimulus] in
            // The least exponent of the segment's parity with all bits of the offset.
            let isOdd = isRoot && segment >> octaveBits == 1
            let least = octaveBits + table.offsetBits
            let exponent = isRoot && (least % 2 == 1) != isOdd ? least + 1 : least
            let start = 1 << exponent + (segment & (1 << octaveBits - 1)) << (exponent - octaveBits)
            let lastOffset = (1 << table.offsetBits - 1) << (exponent - octaveBits - table.offsetBits)
            return [start, start + lastOffset].map { norm in
                let places = oracle(form).factor(norm: ExactInteger(norm)).shift
                let valueBits = min(max(places, 0), activationBits - 2)
                let value = segment % 2 == 0 ? 1 << valueBits : -(1 << valueBits)
                return Stimulus(
                    norm: norm, value: value, mantissa: 1 << min(max(places, 0) - valueBits, 23),
                    shift: max(-places, 0), form: form)
            }
        }
    }

    /// A tie, and the last product below one.
    private func ties(_ form: Int) -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for norm in [1, 2, 3, 5, 9, 17, 1 << 16 + 1, 1 << 16 + 3, 1 << 17 - 1] {
            let factor = oracle(form).factor(norm: ExactInteger(norm))
            let y = Int(exactly: factor.y)!
            guard y > 0 else { continue }
            for value in [1, -3] {
                let mantissa = 1 << 22
                let shift = (abs(value) * mantissa * y).trailingZeroBitCount + 1 - factor.shift
                if (0...62).contains(shift) {
                    stimuli.append(Stimulus(norm: norm, value: value, mantissa: mantissa, shift: shift, form: form))
                }
                guard y % 2 == 1 else { continue }
                // M |v| y = 2^(s-1) - 1 modulo 2^s, by the inverse of |v| y.
                for shift in 0...10 where (2...23).contains(shift + factor.shift) {
                    let mask = 1 << (shift + factor.shift) - 1
                    let odd = abs(value) * y
                    var inverse = 1
                    for _ in 0..<5 { inverse = inverse &* (2 &- odd &* inverse) & mask }
                    let mantissa = (mask >> 1) &* inverse & mask
                    if mantissa > 0 {
                        stimuli.append(Stimulus(norm: norm, value: value, mantissa: mantissa, shift: shift, form: form))
                    }
                }
            }
        }
        return stimuli
    }

    /// Results at both ends of R bits, found by trying values: for each the mantissa that comes nearest.
    private func edges(_ form: Int, bits: Int) -> [Stimulus] {
        let limit = 1 << (bits - 1)
        var stimuli: [Stimulus] = []
        for target in [limit - 1, limit, limit + 1] {
            search: for norm in [1, 2, 3, 5, 11, 1000] {
                let factor = oracle(form).factor(norm: ExactInteger(norm))
                let y = Int(exactly: factor.y)!
                guard y > 1 << 12 else { continue }
                for shift in 0...12 where (1...30).contains(shift + factor.shift) {
                    let places = shift + factor.shift
                    for magnitude in stride(
                        from: valueRange.upperBound, to: max(valueRange.upperBound - 2000, 0), by: -1)
                    {
                        let mantissa = ((2 * target) << places / (magnitude * y) + 1) / 2
                        guard (1...Self.largestMantissa).contains(mantissa) else { continue }
                        guard (magnitude * mantissa * y + 1 << (places - 1)) >> places == target else { continue }
                        for sign in [1, -1] {
                            stimuli.append(
                                Stimulus(
                                    norm: norm, value: sign * magnitude, mantissa: mantissa, shift: shift, form: form,
                                    result: ResultBits(isWide: bits == 32)))
                        }
                        break search
                    }
                }
            }
        }
        return stimuli
    }
}
