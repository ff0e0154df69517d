import Diagnostics
import Foundation
import Schedules

extension Schedule {
    /// Reads a schedule file.
    ///
    /// - Throws: `scheduleUnreadable`, and what parsing throws.
    init(contentsOf path: String) throws(Diagnostic) {
        guard let text = FileManager.default.contents(atPath: path) else {
            throw Diagnostic(
                .scheduleUnreadable, at: path, found: "no readable file", expected: "a schedule file", remedy: "write one: intaglio schedule --output \(path)")
        }
        try self.init(yaml: String(decoding: text, as: UTF8.self), path: path)
    }
}
