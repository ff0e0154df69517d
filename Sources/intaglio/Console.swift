import Diagnostics
import Glibc
import Reports
import Synchronization
import Text

/// Talk goes to standard error, results to standard output; progress only to a terminal.
enum Console {
    /// As somebody typed it: for commands to paste.
    static var programName: String {
        getenv("INTAGLIO_STARTED_AS").map { String(cString: $0) } ?? CommandLine.arguments.first ?? ToolVersion.name
    }

    /// Writes to standard output.
    ///
    /// - Throws: `OUTPUT-001` where it is closed, `OUTPUT-002` where its device is full: a lost result is no success.
    static func result(_ text: String) throws(Diagnostic) {
        try AtomicFile.write(text.printableDocument, to: "/dev/stdout")
    }

    /// A result as one JSON document.
    static func document(_ result: some Encodable, _ header: DocumentHeader) throws(Diagnostic) {
        try Self.result(Document(result, header).text)
    }

    /// Text that was made safe already, and may have colours.
    static func styled(_ text: String) throws(Diagnostic) { try AtomicFile.write(text, to: "/dev/stdout") }

    /// Nothing that happens to standard error changes an exit code.
    static func say(_ text: String) {
        eraseProgress()
        talk(text.printable + "\n")
    }

    /// An error as one JSON document on standard error, in which names are written as JSON does it.
    static func say(_ error: ErrorDocument) {
        eraseProgress()
        talk(error.text.printableDocument)
    }

    /// A sentence on what does not stop the work; nothing with `--quiet`.
    static func warn(_ sentence: String) { note("warning: \(sentence)") }

    /// What was done, beside the result; nothing with `--quiet`.
    static func note(_ text: String) { if !isQuiet { say(text) } }

    /// Whether `--quiet` stands on the command line: results and errors only.
    static var isQuiet: Bool { CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--quiet") }

    /// A terminal that cannot erase a line.
    private static let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false

    /// Replaces the current line of a terminal; nothing in a pipe, nor on a terminal that cannot.
    static func progress(_ text: String) {
        guard isatty(2) == 1, !isQuiet, !isDumb else { return }
        talk("\r\u{1B}[K" + text.printableWord)
        hasProgress.withLock { $0 = !text.isEmpty }
    }

    /// Whether a line of progress stands where the next sentence would begin.
    private static let hasProgress = Mutex(false)

    private static func eraseProgress() { if hasProgress.withLock({ $0 }) { endProgress() } }

    /// The same of work in equal parts, with the time that is left.
    static func progress(_ what: String, _ number: Int, of count: Int) {
        guard isatty(2) == 1 else { return }
        progress(ProgressClock.text(what, number, of: count))
    }

    static func endProgress() { progress("") }

    private static func talk(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
