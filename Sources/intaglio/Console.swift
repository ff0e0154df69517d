import Diagnostics
import Foundation

/// Talk goes to standard error, results to standard output; progress only to a terminal.
enum Console {
    /// Writes to standard output.
    ///
    /// - Throws: `OUTPUT-001` where it is closed, `OUTPUT-002` where its device is full: a lost result is no success.
    static func result(_ text: String) throws(Diagnostic) {
        try AtomicFile.write(text, to: "/dev/stdout")
    }

    static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Replaces the current line of a terminal; nothing in a pipe.
    static func progress(_ text: String) {
        guard isatty(2) == 1 else { return }
        FileHandle.standardError.write(Data(("\r\u{1B}[K" + text).utf8))
    }

    static func endProgress() { progress("") }
}
