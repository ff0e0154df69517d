import Glibc

/// A file that is written whole or not at all.
///
/// The bytes go to a file of a temporary name in the same folder, which takes the file's name when `commit()` is
/// called; until then, and after any error, the name keeps what it had. An existing file's permissions are kept and a
/// symbolic link is followed. What is not a regular file (`/dev/full`, a pipe, `/dev/stdout`) has no earlier contents
/// to protect and is written in place. A signal that ends the program removes the temporary file; a broken pipe ends it
/// as SIGPIPE does.
///
/// Errors: `OUTPUT-001` when the file cannot be written, `OUTPUT-002` when the device is full.
public struct AtomicFile: ~Copyable {
    /// The path the caller gave, for messages.
    private let path: String
    /// Where the bytes go until the commit; `nil` when they are written in place.
    private let temporaryPath: String?
    /// The file that is replaced: the path with symbolic links followed.
    private let finalPath: String
    private let descriptor: Int32
    private var isCommitted = false

    /// Opens the file for writing; nothing is visible under `path` yet.
    public init(path: String) throws(Diagnostic) {
        self.path = path
        let target = try OutputTarget(path: path)
        switch target {
        case .inPlace(let descriptor):
            self.descriptor = descriptor
            self.finalPath = path
            self.temporaryPath = nil
        case .replace(let finalPath, let permissions):
            try FileClaims.requireFree(finalPath)
            let folder = finalPath.lastIndex(of: "/").map { String(finalPath[...$0]) } ?? ""
            let temporaryPath = folder + ".intaglio-\(String(UInt64.random(in: .min ... .max), radix: 36)).partial"
            Interruption.add(file: temporaryPath)
            let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                let errorNumber = errno
                Interruption.remove(file: temporaryPath)
                throw .unwritable(path, errorNumber: errorNumber)
            }
            if let permissions { _ = fchmod(descriptor, permissions) }
            self.descriptor = descriptor
            self.finalPath = finalPath
            self.temporaryPath = temporaryPath
        }
    }

    /// Appends bytes. After an error the file is to be dropped.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count > 0 { written += count }
            guard count < 0 else { continue }
            switch errno {
            case EINTR: break
            case EAGAIN:
                // A stream that its other owner made one that does not wait.
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&room, 1, -1)
            case let errorNumber:
                if errorNumber == EPIPE { Interruption.endByBrokenPipe() }
                throw .unwritable(path, errorNumber: errorNumber)
            }
        }
    }

    /// Appends bytes. After an error the file is to be dropped.
    public mutating func append(_ bytes: [UInt8]) throws(Diagnostic) {
        let result: Result<Void, Diagnostic> = bytes.withUnsafeBytes { pointer in
            do throws(Diagnostic) { return .success(try append(pointer)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Appends text as UTF-8. After an error the file is to be dropped.
    public mutating func append(_ text: String) throws(Diagnostic) {
        try append(Array(text.utf8))
    }

    /// Gives the bytes their name. A file that is dropped without a commit leaves nothing behind.
    public consuming func commit() throws(Diagnostic) {
        if let temporaryPath {
            // Some devices say only when the file is closed that they are full; the duplicate leaves the descriptor
            // itself to `deinit`.
            Interruption.waitWhereEnding()
            let duplicate = dup(descriptor)
            guard duplicate >= 0, close(duplicate) == 0, rename(temporaryPath, finalPath) == 0 else {
                throw .unwritable(path, errorNumber: errno)
            }
            FileClaims.wrote(finalPath)
        }
        isCommitted = true
    }

    deinit {
        close(descriptor)
        guard let temporaryPath else { return }
        if !isCommitted { unlink(temporaryPath) }
        Interruption.remove(file: temporaryPath)
    }
}

extension AtomicFile {
    /// Writes a file whole or not at all.
    public static func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
        var file = try AtomicFile(path: path)
        try file.append(bytes)
        try file.commit()
    }

    /// Writes text as UTF-8, whole or not at all.
    public static func write(_ text: String, to path: String) throws(Diagnostic) {
        try write(Array(text.utf8), to: path)
    }
}
