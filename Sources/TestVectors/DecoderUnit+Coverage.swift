import Quantization

/// Which points the decoder has, and the stimuli made for them.
extension DecoderUnit {
    private static let modes = ["value", "square", "magnitude"]

    private enum Rest: String, CaseIterable {
        case none
        case belowHalf = "below half"
        case half
        case aboveHalf = "above half"
    }

    /// What the rounding shift of v^2 drops, against half of the kept unit.
    private func rest(_ value: Int, shift: Int) -> Rest {
        let rest = value * value & (1 << shift - 1)
        if rest == 0 { return .none }
        return 2 * rest < 1 << shift ? .belowHalf : 2 * rest == 1 << shift ? .half : .aboveHalf
    }

    /// A value of V bits whose square leaves that rest, the smallest magnitude first.
    private func value(leaving wanted: Rest, shift: Int) -> Int? {
        (0...(1 << (bits - 1))).first { rest($0, shift: shift) == wanted }
    }

    var points: [CoveragePoint] {
        var points: [CoveragePoint] = []
        for (select, book) in codebooks.enumerated() {
            for code in 0..<256 {
                let reason =
                    code < book.entries.count ? nil : "a stored code is below the number of its codebook's entries"
                points.append(CoveragePoint("entries", "codebook \(select), code \(code)", unreachable: reason))
            }
        }
        for mode in Self.modes {
            for sign in ["negative", "zero", "positive", "padding"] {
                points.append(CoveragePoint("modes", "\(mode), \(sign)"))
            }
        }
        for sign in ["negative", "zero", "positive"] { points.append(CoveragePoint("offsets", sign)) }
        for end in ["lowest value", "highest value"] { points.append(CoveragePoint("values", end)) }
        for place in ["below the limit", "at the limit", "beyond the limit"] {
            points.append(CoveragePoint("squares", place))
        }
        for shift in 0...30 {
            for rest in Rest.allCases {
                let reason =
                    value(leaving: rest, shift: shift) == nil
                    ? "no square of a value of \(bits) bits leaves such a rest" : nil
                points.append(
                    CoveragePoint("square rounding", "shift \(shift), rest \(rest.rawValue)", unreachable: reason))
            }
        }
        return points
    }

    func hits(_ stimulus: Stimulus) -> [String] {
        let value = value(stimulus)
        let sign = stimulus.padding ? "padding" : value < 0 ? "negative" : value == 0 ? "zero" : "positive"
        var keys = ["modes: \(Self.modes[stimulus.mode]), \(sign)"]
        guard !stimulus.padding else { return keys }
        keys.append("entries: codebook \(stimulus.select), code \(stimulus.code)")
        keys.append("offsets: " + (stimulus.offset < 0 ? "negative" : stimulus.offset == 0 ? "zero" : "positive"))
        if value == -(1 << (bits - 1)) { keys.append("values: lowest value") }
        if value == 1 << (bits - 1) - 1 { keys.append("values: highest value") }
        guard stimulus.mode == 1 else { return keys }
        keys.append("square rounding: shift \(stimulus.shift), rest \(rest(value, shift: stimulus.shift).rawValue)")
        let limit = 1 << (stimulus.activationBits - 1) - 1
        let rounded = (value * value + (1 << stimulus.shift) / 2) >> stimulus.shift
        keys.append(
            "squares: " + (rounded < limit ? "below the limit" : rounded == limit ? "at the limit" : "beyond the limit")
        )
        return keys
    }

    func directed() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for (select, book) in codebooks.enumerated() {
            for code in book.entries.indices {
                stimuli.append(Stimulus(code: code, select: select, activationBits: bits))
            }
        }
        for mode in 0...2 {
            for value in [-3, 0, 3] { stimuli.append(stimulus(value: value, mode: mode)) }
            stimuli.append(Stimulus(code: 0, select: 0, mode: mode, activationBits: bits, padding: true))
        }
        let highest = 1 << (bits - 1) - 1
        stimuli += [-highest - 1, highest].map { stimulus(value: $0) }
        // v = 2^k - 1 and its neighbours against every limit 2^(V'-1) - 1 of a network with fewer bits.
        for narrower in stride(from: bits, through: 2, by: -1) {
            let limit = 1 << (narrower - 1) - 1
            for value in [1, limit, -limit - 1] {
                stimuli.append(stimulus(value: value, mode: 1, activationBits: narrower))
            }
            // v^2 / 2^S at the limit itself, with the S that makes the largest square fit.
            stimuli.append(stimulus(value: limit, mode: 1, shift: narrower - 1, activationBits: narrower))
            for value in 0...limit where value * value == limit || (value * value + 1) >> 1 == limit {
                stimuli.append(
                    stimulus(value: value, mode: 1, shift: value * value == limit ? 0 : 1, activationBits: narrower))
            }
        }
        for shift in 0...30 {
            for rest in Rest.allCases {
                guard let magnitude = value(leaving: rest, shift: shift) else { continue }
                for value in [min(magnitude, highest), -magnitude] where self.rest(value, shift: shift) == rest {
                    stimuli.append(stimulus(value: value, mode: 1, shift: shift))
                }
            }
        }
        return stimuli
    }

    /// The value as an entry of the linear codebook plus an offset.
    private func stimulus(value: Int, mode: Int = 0, shift: Int = 0, activationBits: Int? = nil) -> Stimulus {
        let entries = codebooks[0].entries
        let code = entries.firstIndex { Int($0) == min(max(value, Int(entries[0])), Int(entries.last!)) }!
        return Stimulus(
            code: code, select: 0, offset: value - Int(entries[code]), mode: mode, shift: shift,
            activationBits: activationBits ?? bits)
    }
}
