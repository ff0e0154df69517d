import Diagnostics

/// Which columns a topology has, by its first line.
struct TopologyHeader {
    enum Kind { case convolutions, matrices }

    let kind: Kind
    let separator: Character
    /// Names of the columns behind the layer's, as they are written.
    let columns: [String]
    /// What a reader should know of the names. Some files of SCALE-Sim call both columns of the input IFMAP Width.
    private(set) var notes: [String] = []

    /// Columns behind the layer's name that each kind needs, by how they begin.
    private static let convolutionColumns = [
        "ifmap", "ifmap w", "filter h", "filter w", "channel", "num filter", "stride",
    ]
    private static let matrixColumns = ["m", "n", "k"]
    /// Columns behind those, which are read where they are there.
    private static let optionalColumns = ["batch size", "sparsity"]

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
            guard words[0].hasPrefix("ifmap h") || words[0] == words[1] else {
                throw Self.refusal(
                    "\(place), line \(number), column 2",
                    found: "'\(columns[0].prefix(60))' before "
                        + "'\(columns[1].prefix(60))'", expected: "IFMAP Height, then IFMAP Width")
            }
            if words[0] == words[1] {
                notes = ["line \(number) calls the height \(columns[0]): column 2 is the height"]
            }
        } else if words.count >= 3, Array(words[..<3]) == Self.matrixColumns {
            kind = .matrices
        } else {
            let isDoubled = words.count > 1 && words[0].hasPrefix("ifmap") && words[0] == words[1]
            throw Self.refusal(
                "\(place), line \(number)" + (isDoubled ? ", column 3" : ""),
                found: isDoubled ? "a second '\(columns[1].prefix(60))'" : "'\(line.prefix(120))'",
                expected:
                    """
                    'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, \
                    Strides' or 'Layer, M, N, K'
                    """)
        }
        let known = Set(Self.optionalColumns)
        for (index, word) in words.enumerated().dropFirst(valueCount) where !word.isEmpty && !known.contains(word) {
            notes.append("column \(index + 2), \(columns[index].prefix(60)), is not read")
        }
        for name in Self.optionalColumns {
            let places = words.indices.dropFirst(valueCount).filter { words[$0] == name }
            guard places.count <= 1 else {
                throw Self.refusal(
                    "\(place), line \(number), column \(places[1] + 2)",
                    found: "a second '\(columns[places[1]])'", expected: "each column once")
            }
        }
    }

    private static func refusal(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .topologyHeaderUnknown, at: place, found: found, expected: expected,
            remedy: "write the columns so in the first line: what they mean is read from it")
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
