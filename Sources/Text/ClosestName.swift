/// The name that was probably meant by `name`: the one with the fewest single-letter edits, if they are at most a third
/// of its letters (and letter case costs nothing).
///
/// Of equally close names the first is taken.
public func closestName(to name: String, among names: [String]) -> String? {
    let typed = Array(name.lowercased())
    var best: (name: String, edits: Int)?
    for candidate in names {
        let edits = editDistance(typed, Array(candidate.lowercased()))
        if edits <= max(1, candidate.count / 3), edits < best?.edits ?? .max { best = (candidate, edits) }
    }
    return best?.name
}

/// Insertions, deletions, replacements and exchanges of neighbours that turn `a` into `b`.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    guard a.count <= 256, b.count <= 256 else { return .max }
    var twoAbove: [Int] = []
    var above = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var edits = min(above[j] + (a[i] == b[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, twoAbove[j - 1] + 1) }
            row.append(edits)
        }
        (twoAbove, above) = (above, row)
    }
    return above[b.count]
}
