import Diagnostics

/// Which columns a topology has, by its first line.
struct TopologyHeader {
    enum Kind { case convolutions, matrices }

    let kind: Kind
    let separator: Character
    /// Names of the columns behind the layer's, as they are written.
    let columns: [String]

    /// Columns behind the layer's name that each kind needs, by how they begin.
    private static let convolutionColumns = [
        "ifmap", "ifmap", "filter h", "filter w", "channel", "num filter", "stride",
    ]
    private static let matrixColumns = ["m", "n", "k"]

    var valueCount: Int {
        switch kind {
        case .convolutions: Self.convolutionColumns.count
        case .matrices: Self.matrixColumns.count
        }
    }

    /// Places of optional columns, counted as `columns` are.
    func place(of name: String) -> Int? {
        columns.indices.dropFirst(valueCount).first { columns[$0].lowercased() == name }
    }

    /// - Throws: `topologyHeaderUnknown`.
    init(_ line: Substring, number: Int, at place: String) throws(Diagnostic) {
        separator = line.contains(",") || !line.contains("\t") ? "," : "\t"
        let cells = TopologyCells.split(line, separator)
        columns = Array(cells.dropFirst())
        let words = columns.map { $0.lowercased() }
        if Self.begin(words, Self.convolutionColumns) {
            kind = .convolutions
        } else if words.count >= 3, Array(words[..<3]) == Self.matrixColumns {
            kind = .matrices
        } else {
            throw Diagnostic(
                .topologyHeaderUnknown, at: "\(place), line \(number)",
                found: "'\(line.prefix(120))'",
                expected:
                    """
                    'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, \
                    Strides' or 'Layer, M, N, K'
                    """,
                remedy: "write one of these as the first line: what columns mean is read from it")
        }
    }

    private static func begin(_ words: [String], _ expected: [String]) -> Bool {
        words.count >= expected.count && zip(words, expected).allSatisfy { $0.hasPrefix($1) }
    }

    /// Whether a first line is a topology's, whatever follows.
    static func isOne(_ line: Substring) -> Bool { (try? TopologyHeader(line, number: 1, at: "")) != nil }
}

/// The cells of a line.
enum TopologyCells {
    /// Without blanks around them, up to a comment.
    static func split(_ line: Substring, _ separator: Character) -> [String] {
        var cells: [String] = []
        for cell in line.split(separator: separator, omittingEmptySubsequences: false) {
            let text = String(cell.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
            if text.hasPrefix("#") { break }
            cells.append(text)
        }
        return cells
    }

    /// Spreadsheets write spaces that do not break, too.
    private static func isBlank(_ character: Character) -> Bool { character.isWhitespace }
}
