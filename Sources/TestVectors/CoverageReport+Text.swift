import Text

extension CoverageReport {
    /// A table of the groups, then what was missed and why what is unreachable is so.
    public var text: String {
        var table = TextTable(header: ["coverage", "hit", "reachable", "unreachable"])
        for group in groups {
            table.append([
                group.name, group.hit.grouped, group.reachable.grouped,
                group.unreachable.values.reduce(0) { $0 + $1.count }.grouped,
            ])
        }
        table.append(["all", hit.grouped, reachable.grouped, unreachable.grouped])
        var lines = [table.text]
        for group in groups where !group.missed.isEmpty {
            lines.append("missed in \(group.name): \(Self.shortened(group.missed))\n")
        }
        for group in groups {
            for (reason, points) in group.unreachable.sorted(by: { $0.key < $1.key }) {
                lines.append(
                    "unreachable in \(group.name), \(points.count.grouped): \(reason): \(Self.shortened(points))\n")
            }
        }
        return lines.joined()
    }

    /// coverage.json has all of them.
    private static func shortened(_ points: [String]) -> String {
        points.prefix(8).joined(separator: "; ") + (points.count > 8 ? "; ..." : "")
    }
}
