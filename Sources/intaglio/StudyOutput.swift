import ArgumentParser
import Diagnostics
import Reports
import Simulation
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
    /// Of choices that cannot be measured.
    private var refused: [Diagnostic] = []

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

    /// What a row shows; nil for a choice that cannot be, which is said at the end: the others are measured.
    mutating func measured<Figures>(_ choice: String, _ figures: () throws(Diagnostic) -> Figures) -> Figures? {
        do throws(Diagnostic) {
            return try figures()
        } catch {
            refused.append(error.within(choice))
            return nil
        }
    }

    /// After the last row, and after `close`.
    ///
    /// - Parameters:
    ///   - pictures: refused ones.
    ///   - done: how many pictures were measured on.
    /// - Throws: `RefusedItems` for choices and pictures that were refused.
    func requireAll(pictures: [Diagnostic], done: Int) throws {
        guard !refused.isEmpty else { return try RefusedItems.requireNone(pictures, done: done, items: "pictures") }
        let others = rows.isEmpty ? "there is no result" : "the rows are those of the other \(rows.count)"
        let ofPictures = pictures.isEmpty ? "" : " and \(pictures.count) of \(pictures.count + done) pictures"
        throw RefusedItems(
            refused + pictures,
            consequence: "refused: \(refused.count) of \(refused.count + rows.count) choices\(ofPictures); \(others)")
    }

    /// After the last row.
    func close(_ header: DocumentHeader) throws(Diagnostic) {
        guard json || folder != nil else { return }
        let text = Document(ResultRows(rows), header).text
        try folder?.complete(text)
        if json { try Console.result(text) }
    }
}
