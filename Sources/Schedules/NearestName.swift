extension String {
    /// The name a person most likely meant: fewest single-character edits, at most a third of the longer word; nil when none is near.
    public func nearest(in names: [String]) -> String? {
        var best: (name: String, edits: Int)?
        for name in names {
            let edits = editDistance(to: name)
            if edits <= Swift.max(count, name.count) / 3 + 1, edits < best?.edits ?? .max { best = (name, edits) }
        }
        return best?.name
    }

    /// Insertions, deletions and substitutions that turn one into the other.
    private func editDistance(to other: String) -> Int {
        let (first, second) = (Array(lowercased()), Array(other.lowercased()))
        var row = Array(0...second.count)
        for i in first.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in second.indices {
                let substituted = diagonal + (first[i] == second[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(substituted, row[j + 1] + 1, row[j] + 1)
            }
        }
        return row[second.count]
    }
}
