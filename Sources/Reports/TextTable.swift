/// A table in fixed-width text: the first column to the left, the others to the right.
public struct TextTable: Sendable {
    private var rows: [[String]]
    private let leftColumns: Int

    public init(header: [String], leftColumns: Int = 1) {
        self.rows = [header]
        self.leftColumns = leftColumns
    }

    public mutating func append(_ row: [String]) { rows.append(row) }

    public var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        var lines = rows.map { row in
            row.indices.map { pad(row[$0], to: widths[$0], left: $0 < leftColumns) }.joined(separator: "  ").trimmingTrailingSpaces()
        }
        lines.insert(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
        return lines.joined(separator: "\n") + "\n"
    }

    private func pad(_ field: String, to width: Int, left: Bool) -> String {
        let blanks = String(repeating: " ", count: max(0, width - field.count))
        return left ? field + blanks : blanks + field
    }
}

extension String {
    fileprivate func trimmingTrailingSpaces() -> String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension Int {
    /// With a comma between groups of three digits: `18,432`.
    public var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + text
    }
}

extension Double {
    /// With a fixed number of digits after the point.
    public func fixed(_ digits: Int) -> String {
        guard isFinite else { return "\(self)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (self * scale).rounded(.toNearestOrEven)
        let whole = Int(scaled.magnitude)
        let fraction = digits == 0 ? "" : "." + String(repeating: "0", count: digits - String(whole % Int(scale)).count) + String(whole % Int(scale))
        return (scaled < 0 ? "-" : "") + "\(whole / Int(scale))" + fraction
    }
}
