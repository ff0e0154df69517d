/// What became of a reader's inputs.
struct Tally {
    var accepted = 0
    var diagnosed = 0
    var signals = 0
    var overTime = 0
    var overBudget = 0
    var wrong = 0
    /// How often each diagnostic was given.
    var codes: [String: Int] = [:]
    var seconds = 0.0

    var tried: Int { accepted + diagnosed + failures }
    var failures: Int { signals + overTime + overBudget + wrong }
}

/// The table that a campaign ends with.
struct TallyTable {
    var tallies: [(reader: Reader, tally: Tally)] = []

    var text: String {
        var rows = [
            [
                "reader", "inputs", "accepted", "diagnosed", "signals", "over 10 s", "above budget", "wrong", "codes",
                "inputs/s",
            ]
        ]
        for (reader, tally) in tallies {
            rows.append(
                [reader.rawValue]
                    + [
                        tally.tried, tally.accepted, tally.diagnosed, tally.signals, tally.overTime, tally.overBudget,
                        tally.wrong, tally.codes.count,
                    ].map(String.init)
                    + [String(Int(Double(tally.tried) / max(tally.seconds, 0.001)))])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        return rows.map { row in
            row.enumerated().map { index, word in
                let padding = String(repeating: " ", count: widths[index] - word.count)
                return index == 0 ? word + padding : padding + word
            }.joined(separator: "  ")
        }.joined(separator: "\n") + "\n"
    }

    /// A line a reader: the diagnostics that it gave, most frequent first.
    var codesText: String {
        tallies.map { reader, tally in
            let codes = tally.codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            return "\(reader.rawValue): \(codes.joined(separator: ", "))\n"
        }.joined()
    }
}
