import Glibc

/// A folder of results that one document makes whole: it is removed before anything else is written and written last. A
/// folder without it was left half written, by a run that a signal or an error ended.
public struct ResultFolder: Sendable {
    public let path: String
    private let document: String

    /// Makes the folder where it is missing and removes its document.
    ///
    /// - Parameter document: a file name.
    /// - Throws: `OUTPUT-001`, `OUTPUT-002`.
    public init(at path: String, completedBy document: String) throws(Diagnostic) {
        self.path = path
        self.document = document
        try OutputFolder.create(at: path)
        let file = path + "/" + document
        Interruption.waitWhereEnding()
        try FileClaims.requireFree(file)
        guard unlink(file) == 0 || errno == ENOENT else { throw .unwritable(file, errorNumber: errno) }
    }

    /// Writes another file, whole or not at all.
    public func write(_ text: String, to name: String) throws(Diagnostic) {
        try AtomicFile.write(text, to: path + "/" + name)
    }

    /// Writes the document.
    public func complete(_ text: String) throws(Diagnostic) { try AtomicFile.write(text, to: path + "/" + document) }
}

/// A text that grows while it is made, so that an interrupted run leaves what it has: whole lines, each there as soon
/// as it is appended.
public final class GrowingFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Empties the file, or makes it.
    ///
    /// - Throws: `OUTPUT-001`, `OUTPUT-002`.
    public init(_ path: String) throws(Diagnostic) {
        self.path = path
        try FileClaims.requireFree(path)
        // Without O_NONBLOCK the opening of a pipe would wait for a reader.
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o666)
        guard descriptor >= 0 else { throw .unwritable(path, errorNumber: errno) }
        FileClaims.wrote(path)
    }

    deinit { close(descriptor) }

    /// - Parameter lines: each with its end.
    public func append(_ lines: String) throws(Diagnostic) {
        Interruption.waitWhereEnding()
        var rest = Array(lines.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unwritable(path, errorNumber: errno) }
            rest = rest.dropFirst(count)
        }
    }
}
