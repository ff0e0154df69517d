import ArgumentParser
import Diagnostics
import Reports
import Text

/// Where a study's rows go.
struct StudyOutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Folder for study.csv, which grows while rows are measured, and study.json.")
    var output: String?
    @Flag(help: "Write all rows as one JSON document to standard output when they are measured.") var json = false
}

/// The rows of a study: shown, or collected, one by one as they are measured.
struct StudyOutput {
    private let table: GrowingTable
    private let json: Bool
    private let folder: ResultFolder?
    private let file: GrowingFile?
    private var rows: [ResultRecord] = []

    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    init(_ table: GrowingTable, _ options: StudyOutputOptions) throws(Diagnostic) {
        self.table = table
        json = options.json
        folder = try options.output.map { path throws(Diagnostic) in
            try ResultFolder(at: path, completedBy: "study.json")
        }
        file = try options.output.map { path throws(Diagnostic) in try GrowingFile(path + "/study.csv") }
        if !json { try Console.result(table.heading) }
    }

    /// - Parameters:
    ///   - words: of the table.
    ///   - record: the same, as values.
    mutating func append(_ words: [String], _ record: ResultRecord) throws(Diagnostic) {
        if rows.isEmpty { try file?.append(record.csvHeader) }
        rows.append(record)
        try file?.append(record.csvRow)
        if !json { try Console.result(table.text(of: words)) }
    }

    /// After the last row.
    func close(_ header: DocumentHeader) throws(Diagnostic) {
        guard json || folder != nil else { return }
        let text = Document(ResultRows(rows), header).text
        try folder?.complete(text)
        if json { try Console.result(text) }
    }
}
