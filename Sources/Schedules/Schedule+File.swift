public import Diagnostics
import FileFormats

extension Schedule {
    /// Reads a schedule file.
    ///
    /// - Throws: `scheduleUnreadable`, and what `init(yaml:path:)` throws.
    public init(contentsOf path: String) throws(Diagnostic) {
        let text: String
        do {
            text = try TextFile.read(path)
        } catch {
            throw Diagnostic(
                .scheduleUnreadable, at: path, found: error.found, expected: "a schedule: \(TextFile.Refusal.expected)",
                remedy: error == .file(.missing)
                    ? "write one: intaglio schedule --output \(path)"
                    : error.remedy(or: "name a file that intaglio schedule wrote, and check its permissions"))
        }
        try self.init(yaml: text, path: path)
    }
}
