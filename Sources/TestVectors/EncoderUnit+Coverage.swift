import Quantization

/// Which points the encoder has, and the stimuli made for them.
extension EncoderUnit {
    private static let integer16 = [-32769, -32768, -1, 0, 32767, 32768]
    private static let extremes = [Int(Int32.min), Int(Int32.max)]

    private func canChoose(_ code: Int, _ book: Codebook) -> Bool {
        guard code < book.entries.count else { return false }
        return code == 0 || code == book.thresholds.count || book.thresholds[code - 1] < book.thresholds[code]
    }

    var points: [CoveragePoint] {
        var points: [CoveragePoint] = []
        for (select, book) in codebooks.enumerated() {
            for index in 1..<256 {
                let reason = index < book.entries.count ? nil : "the codebook has fewer thresholds"
                for side in ["reached", "one below"] {
                    points.append(
                        CoveragePoint(
                            "thresholds", "codebook \(select), threshold \(index), \(side)", unreachable: reason))
                }
            }
            for code in 0..<256 {
                let reason =
                    canChoose(code, book)
                    ? nil
                    : code < book.entries.count ? "equal thresholds skip this code" : "the codebook has fewer entries"
                points.append(CoveragePoint("codes", "codebook \(select), code \(code)", unreachable: reason))
            }
            for place in ["below the first entry", "first entry", "last entry", "above the last entry"] {
                points.append(CoveragePoint("ends", "codebook \(select), \(place)"))
            }
        }
        for code in 0..<256 {
            let reason = codebooks.contains { canChoose(code, $0) } ? nil : "no codebook gives this code"
            points.append(CoveragePoint("code map", "code \(code)", unreachable: reason))
        }
        for sign in ["negative", "zero", "positive"] { points.append(CoveragePoint("offsets", sign)) }
        for value in Self.integer16 { points.append(CoveragePoint("16-bit results", "\(value)")) }
        for result in Self.extremes {
            for offset in Self.extremes {
                points.append(CoveragePoint("33-bit levels", "result \(result), offset \(offset)"))
            }
        }
        return points
    }

    func hits(_ stimulus: Stimulus) -> [String] {
        if stimulus.isInteger16 {
            return Self.integer16.contains(stimulus.result) ? ["16-bit results: \(stimulus.result)"] : []
        }
        let book = codebooks[stimulus.select]
        let level = stimulus.result - stimulus.offset
        var keys: [String] = []
        for (position, threshold) in book.thresholds.enumerated() {
            if level == Int(threshold) {
                keys.append("thresholds: codebook \(stimulus.select), threshold \(position + 1), reached")
            }
            if level == Int(threshold) - 1 {
                keys.append("thresholds: codebook \(stimulus.select), threshold \(position + 1), one below")
            }
        }
        let code = code(stimulus)
        keys.append(stimulus.hasCodeMap ? "code map: code \(code)" : "codes: codebook \(stimulus.select), code \(code)")
        let (first, last) = (Int(book.entries[0]), Int(book.entries.last!))
        if level == first - 1 { keys.append("ends: codebook \(stimulus.select), below the first entry") }
        if level == first { keys.append("ends: codebook \(stimulus.select), first entry") }
        if level == last { keys.append("ends: codebook \(stimulus.select), last entry") }
        if level == last + 1 { keys.append("ends: codebook \(stimulus.select), above the last entry") }
        keys.append("offsets: " + (stimulus.offset < 0 ? "negative" : stimulus.offset == 0 ? "zero" : "positive"))
        if Self.extremes.contains(stimulus.result), Self.extremes.contains(stimulus.offset) {
            keys.append("33-bit levels: result \(stimulus.result), offset \(stimulus.offset)")
        }
        return keys
    }

    func directed() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for (select, book) in codebooks.enumerated() {
            for (position, threshold) in book.thresholds.enumerated() {
                // Offsets of both signs and none, whatever the threshold.
                let offset = [0, 1234, -567][position % 3]
                for level in [Int(threshold), Int(threshold) - 1] {
                    stimuli.append(Stimulus(result: level + offset, select: select, offset: offset))
                }
            }
            for level in [
                Int(book.entries[0]) - 1, Int(book.entries[0]), Int(book.entries.last!), Int(book.entries.last!) + 1,
            ] {
                for offset in [0, 77, -1_000_000_000] {
                    stimuli.append(Stimulus(result: level + offset, select: select, offset: offset))
                }
            }
        }
        for code in 0..<256 {
            guard let select = codebooks.firstIndex(where: { canChoose(code, $0) }) else { continue }
            let book = codebooks[select]
            let level = code == 0 ? Int(book.entries[0]) : Int(book.thresholds[code - 1])
            stimuli.append(Stimulus(result: level, select: select, hasCodeMap: true))
        }
        for value in Self.integer16 {
            // The offset has no part in 16-bit results.
            for offset in [0, 5] { stimuli.append(Stimulus(result: value, offset: offset, isInteger16: true)) }
        }
        for result in Self.extremes {
            stimuli.append(Stimulus(result: result, isInteger16: true))
            for offset in Self.extremes {
                stimuli.append(Stimulus(result: result, select: codebooks.count - 1, offset: offset))
            }
        }
        return stimuli
    }
}
