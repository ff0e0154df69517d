/// A table in fixed-width text: the first column to the left, the others to the right.
public struct TextTable: Sendable {
    private var rows: [[String]]
    private let leftColumns: Int

    public init(header: [String], leftColumns: Int = 1) {
        self.rows = [header]
        self.leftColumns = leftColumns
    }

    /// What would break the table, line breaks and control characters in names, is written out.
    public mutating func append(_ row: [String]) { rows.append(row.map(\.printableWord)) }

    public var text: String {
        let layout = TableLayout(widestOf: rows, leftColumns: leftColumns)
        var lines = rows.map(layout.line)
        lines.insert(layout.rule, at: 1)
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A table whose rows take long: each is text as soon as it is there, in columns that were laid out before.
public struct GrowingTable: Sendable {
    private let layout: TableLayout
    private let isFitted: Bool
    /// The header and the rule below it, each with the end of its line.
    public let heading: String

    /// - Parameters:
    ///   - header: words with a line break between them stand one below the other.
    ///   - expected: rows that are as wide as any to come, of any number of fields; a longer field moves what follows
    ///     in its row.
    ///   - width: characters of a line, nil for as many as it takes: where the rows are wider, the first column is cut
    ///     between words and goes on in lines below.
    public init(header: [String], expected: [[String]], width: Int? = nil, leftColumns: Int = 1) {
        let words = header.map { $0.split(separator: "\n").map(String.init) }
        let height = words.map(\.count).max() ?? 1
        // The last words stand on the rule.
        let lines = (0..<height).map { line in
            words.map { word in
                let index = line - (height - word.count)
                return index < 0 ? "" : word[index]
            }
        }
        let whole = TableLayout(widestOf: lines + expected.map { $0.map(\.printableWord) }, leftColumns: leftColumns)
        isFitted = width.map { whole.total > $0 } ?? false
        layout = if let width, isFitted { whole.fitted(to: width) } else { whole }
        heading = (lines.map(layout.line) + [layout.rule]).map { $0 + "\n" }.joined()
    }

    /// The heading with all rows.
    public func text(of rows: [[String]]) -> String { heading + rows.map { text(of: $0) }.joined() }

    /// A row with the end of its line.
    public func text(of row: [String]) -> String {
        let fields = row.map(\.printableWord)
        guard isFitted, let name = fields.first else { return layout.line(fields) + "\n" }
        let style = TextStyle(width: layout.widths[0], isTerminal: false, usesColour: false)
        let parts = style.wrapped(name, indent: 2).split(separator: "\n").map(String.init)
        let lines = [layout.line([parts.first ?? ""] + fields.dropFirst())] + parts.dropFirst()
        return lines.map { $0 + "\n" }.joined()
    }
}

/// The widths of a table's columns.
private struct TableLayout: Sendable {
    /// The first column is not made narrower than this.
    private static let fewest = 12

    var widths: [Int]
    let leftColumns: Int

    init(widestOf rows: [[String]], leftColumns: Int) {
        let columns = rows.map(\.count).max() ?? 0
        widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        self.leftColumns = leftColumns
    }

    /// Of a line.
    var total: Int { widths.reduce(0, +) + 2 * max(0, widths.count - 1) }

    /// With a narrower first column.
    func fitted(to width: Int) -> TableLayout {
        var narrower = self
        narrower.widths[0] = max(min(Self.fewest, widths[0]), widths[0] - (total - width))
        return narrower
    }

    var rule: String { widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") }

    func line(_ row: [String]) -> String {
        row.indices.map { pad(row[$0], to: $0 < widths.count ? widths[$0] : 0, left: $0 < leftColumns) }.joined(
            separator: "  "
        ).trimmingTrailingSpaces()
    }

    private func pad(_ field: String, to width: Int, left: Bool) -> String {
        let blanks = String(repeating: " ", count: max(0, width - field.count))
        return left ? field + blanks : blanks + field
    }
}

extension String {
    func trimmingTrailingSpaces() -> String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
