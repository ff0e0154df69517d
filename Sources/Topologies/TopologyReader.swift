public import Diagnostics
import FileFormats
import Graph
import Text

extension Topology {
    /// Rows of a file: as many as a graph has layers.
    static let mostRows = GraphLimits.layers
    /// Of any value.
    static let largestValue = 1 << 30

    /// Whether a path names a topology: by its ending, or by a first line that is a topology's.
    public static func isOne(_ path: String) -> Bool {
        if path.lowercased().hasSuffix(".csv") { return true }
        guard let file = try? InputFile(path, limit: TextFile.largestBytes), file.byteCount > 0,
            let bytes = try? file.read(0..<min(file.byteCount, 512)), let end = bytes.firstIndex(of: 0x0A),
            let text = try? TextFile.text(of: Array(bytes[..<end]))
        else { return false }
        return TopologyHeader.isOne(text[...])
    }

    /// The file at a path.
    ///
    /// - Throws: `topologyUnreadable`, `importFormatUnknown` for a checkpoint and the like under a topology's name, and
    ///   what `init(_:name:at:)` throws.
    public init(contentsOf path: String) throws(Diagnostic) {
        let text: String
        try ForeignFormat.refuse(path)
        do {
            text = try TextFile.read(path)
        } catch {
            throw Diagnostic(
                .topologyUnreadable, at: path, found: error.found, expected: TextFile.Refusal.expected,
                remedy: "name a topology file of SCALE-Sim")
        }
        let last = path.split(separator: "/").last.map(String.init) ?? path
        let stem = last.lowercased().hasSuffix(".csv") ? String(last.dropLast(4)) : last
        try self.init(text, name: PlainName.mapped(stem), at: path)
    }

    /// The text of a file; `place` names it in diagnostics.
    ///
    /// - Throws: `topologyHeaderUnknown`, `topologyValueInvalid`, `topologyRowUnfit`, `topologyTooLarge`.
    public init(_ text: String, name: String, at place: String) throws(Diagnostic) {
        var reader = TopologyReader(place: place)
        var header: TopologyHeader?
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard line.contains(where: { !" \t,".contains($0) }), line.first(where: { !$0.isWhitespace }) != "#" else {
                continue
            }
            if let header {
                try reader.append(line, number: index + 1, header)
            } else {
                header = try TopologyHeader(line, number: index + 1, at: place)
            }
        }
        guard !reader.rows.isEmpty else {
            throw Diagnostic(
                .topologyValueInvalid, at: place, found: header == nil ? "no line" : "no row of a layer",
                expected: "a first line that names the columns, and a row for each layer",
                remedy: "name a topology file of SCALE-Sim")
        }
        self.init(name: name, place: place, rows: reader.rows, notes: (header?.notes ?? []) + reader.notes)
    }
}

/// Collects rows line by line.
private struct TopologyReader {
    let place: String
    private(set) var rows: [TopologyRow] = []
    private(set) var notes: [String] = []
    private var names: Set<String> = []

    init(place: String) { self.place = place }

    mutating func append(_ line: Substring, number: Int, _ header: TopologyHeader) throws(Diagnostic) {
        let cells = TopologyCells.split(line, header.separator)
        guard let title = cells.first, cells.contains(where: { !$0.isEmpty }) else { return }
        let values = Array(cells.dropFirst())
        guard values.contains(where: { !$0.isEmpty }) else {
            notes.append("line \(number) is a title: \(title.prefix(60))")
            return
        }
        guard rows.count < Topology.mostRows else {
            throw Diagnostic(
                .topologyTooLarge, at: "\(place), line \(number)", found: "more than \(Topology.mostRows.grouped) rows",
                expected: "at most \(Topology.mostRows.grouped)", remedy: "cut the file into several")
        }
        guard !title.isEmpty else {
            throw Diagnostic(
                .topologyValueInvalid, at: "\(place), line \(number), column 1", found: "no name",
                expected: "the layer's name", remedy: "name the layer: reports and schedules call it so")
        }
        var numbers: [Int] = []
        for column in 0..<header.valueCount {
            numbers.append(
                try integer(column < values.count ? values[column] : "", header.columns[column], title, number))
        }
        noteStray(values, title, number, header)
        try noteOptional(values, title, number, header)
        let name = unique(PlainName.mapped(String(title.prefix(100))))
        let row =
            switch header.kind {
            case .convolutions:
                TopologyRow(
                    line: number, name: name, height: numbers[0], width: numbers[1], kernelHeight: numbers[2],
                    kernelWidth: numbers[3], channels: numbers[4], filters: numbers[5], stride: numbers[6])
            case .matrices:
                TopologyRow(
                    line: number, name: name, height: numbers[0], width: numbers[2], kernelHeight: 1,
                    kernelWidth: numbers[2], channels: 1, filters: numbers[1], stride: 1)
            }
        try requireFit(row, title)
        rows.append(row)
    }

    private func integer(_ text: String, _ column: String, _ title: String, _ number: Int) throws(Diagnostic) -> Int {
        if let value = Int(text), (1...Topology.largestValue).contains(value) { return value }
        throw Diagnostic(
            .topologyValueInvalid, at: "\(place), line \(number), layer \(title.prefix(60)), \(column)",
            found: text.isEmpty ? "no value" : "'\(text.prefix(60))'",
            expected: "an integer in 1...\(Topology.largestValue.grouped)",
            remedy: "write a number; a template with letters needs its sizes first")
    }

    /// Columns behind those that every row has.
    private mutating func noteOptional(
        _ values: [String], _ title: String, _ number: Int, _ header: TopologyHeader
    ) throws(Diagnostic) {
        if let column = header.place(of: "batch size"), column < values.count, !values[column].isEmpty {
            let batch = try integer(values[column], header.columns[column], title, number)
            guard batch == 1 else {
                throw Diagnostic(
                    .topologyRowUnfit, at: "\(place), line \(number), layer \(title.prefix(60))",
                    found: "a batch of \(batch.grouped)", expected: "one picture at a time",
                    remedy: "write the row \(batch.grouped) times, or its rows of matrices one below the other")
            }
        }
        if let column = header.place(of: "sparsity"), column < values.count, !values[column].isEmpty {
            notes.append("line \(number): sparsity \(values[column].prefix(20)) is planned dense")
        }
    }

    /// What stands in no column is said, not refused: files have it, and their own tool reads past it.
    private mutating func noteStray(_ values: [String], _ title: String, _ number: Int, _ header: TopologyHeader) {
        let stray = values.indices.first { index in
            !values[index].isEmpty && (index >= header.columns.count || header.columns[index].isEmpty)
        }
        guard let stray else { return }
        notes.append(
            """
            line \(number), layer \(title.prefix(60)): '\(values[stray].prefix(60))' in column \(stray + 2), which the \
            first line does not name, is not read
            """)
    }

    private func requireFit(_ row: TopologyRow, _ title: String) throws(Diagnostic) {
        guard row.kernelHeight <= row.height, row.kernelWidth <= row.width else {
            throw Diagnostic(
                .topologyRowUnfit, at: "\(place), line \(row.line), layer \(title.prefix(60))",
                found: "a filter of \(row.kernelHeight)x\(row.kernelWidth) on \(row.height)x\(row.width)",
                expected: "a filter that is not larger than its input: rows have no padding",
                remedy: "write the height and width after padding")
        }
    }

    /// The same name with a number where it was there already.
    private mutating func unique(_ name: String) -> String {
        var candidate = name
        var count = 1
        while !names.insert(candidate).inserted {
            count += 1
            candidate = "\(name)-\(count)"
        }
        return candidate
    }
}
