/// A table that fits a width: what is long in a column of names is shortened first, then columns are left out.
///
///     layer           operator             cycles  util %
///     --------------  -----------------  --------  ------
///     reconstruction  reconstructLate…     57,465     0.0
public struct FittedTable: Sendable {
    /// One column.
    public struct Column: Sendable {
        var header: String
        var isLeft: Bool
        /// Fewest characters that it may be shortened to; nil: never.
        var shortest: Int?
        /// Columns of a higher number are left out first; 0: never.
        var expendability: Int
        /// Whether a field that is too long keeps its end, too: names that begin alike.
        var keepsEnd: Bool
        /// What a cell looks like, by its text and its padded text.
        var styled: @Sendable (String, String) -> String

        public init(
            _ header: String, isLeft: Bool = false, shortest: Int? = nil, expendability: Int = 0,
            keepsEnd: Bool = false,
            styled: @escaping @Sendable (String, String) -> String = { $1 }
        ) {
            self.header = header.printableWord
            self.isLeft = isLeft
            self.shortest = shortest
            self.expendability = expendability
            self.keepsEnd = keepsEnd
            self.styled = styled
        }
    }

    private var columns: [Column]
    private var rows: [[String]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// A field for each column. What would break the table, line breaks and control characters in names, is written
    /// out.
    public mutating func append(_ row: [String]) {
        precondition(row.count == columns.count, "a row has a field for each column")
        rows.append(row.map(\.printableWord))
    }

    /// - Parameter width: characters of a line; nil for as many as it takes.
    public func text(width: Int?) -> String {
        var shown = Array(columns.indices)
        let whole = wholeWidths
        var widths = whole
        if let width {
            shorten(&widths, of: shown, to: width)
            while Self.total(widths, shown) > width,
                let least = shown.filter({ columns[$0].expendability > 0 }).max(by: {
                    columns[$0].expendability < columns[$1].expendability
                })
            {
                shown.removeAll { $0 == least }
                // What is left may have the room.
                widths = whole
                shorten(&widths, of: shown, to: width)
            }
        }
        return text(shown, widths)
    }

    /// In several tables, one below the other, where a line does not hold all: each begins with the first column.
    ///
    /// - Parameters:
    ///   - width: characters of a line; nil for as many as it takes.
    ///   - groups: columns that stay together, all but the first, in their order.
    public func text(width: Int?, inGroups groups: [Range<Int>]) -> String {
        var parts: [[Int]] = []
        for group in groups {
            if let last = parts.last, Self.total(wholeWidths, last + group) <= width ?? .max {
                parts[parts.count - 1] += group
            } else {
                parts.append([0] + group)
            }
        }
        return parts.map { shown in
            var widths = wholeWidths
            if let width { shorten(&widths, of: shown, to: width) }
            return text(shown, widths)
        }.joined(separator: "\n")
    }

    /// Of the columns, nothing shortened.
    private var wholeWidths: [Int] {
        columns.indices.map { column in rows.map { $0[column].count }.reduce(columns[column].header.count, max) }
    }

    private func text(_ shown: [Int], _ widths: [Int]) -> String {
        let header = shown.map { pad(columns[$0].header, $0, widths) }.joined(separator: "  ")
        let rule = shown.map { String(repeating: "-", count: widths[$0]) }.joined(separator: "  ")
        let lines = rows.map { row in
            shown.map { columns[$0].styled(row[$0], pad(row[$0], $0, widths)) }.joined(separator: "  ")
        }
        return ([header, rule] + lines).map { $0.trimmingTrailingSpaces() + "\n" }.joined()
    }

    private static func total(_ widths: [Int], _ shown: [Int]) -> Int {
        shown.reduce(0) { $0 + widths[$1] } + 2 * max(0, shown.count - 1)
    }

    /// Character by character off the widest column that may be shorter.
    private func shorten(_ widths: inout [Int], of shown: [Int], to width: Int) {
        while Self.total(widths, shown) > width {
            let longest = shown.filter { column in columns[column].shortest.map { widths[column] > $0 } ?? false }
                .max { widths[$0] < widths[$1] }
            guard let longest else { return }
            widths[longest] -= 1
        }
    }

    private func shortened(_ text: String, to width: Int, keepsEnd: Bool) -> String {
        let end = keepsEnd ? (width - 1) / 2 : 0
        return text.prefix(width - 1 - end) + "…" + text.suffix(end)
    }

    private func pad(_ text: String, _ column: Int, _ widths: [Int]) -> String {
        let width = widths[column]
        let fitting = text.count > width ? shortened(text, to: width, keepsEnd: columns[column].keepsEnd) : text
        let blanks = String(repeating: " ", count: width - fitting.count)
        return columns[column].isLeft ? fitting + blanks : blanks + fitting
    }
}
