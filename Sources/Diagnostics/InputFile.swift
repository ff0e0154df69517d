import Glibc
import Text

/// A regular file open for reading, whole or in parts. Nothing else is opened: a pipe could wait for ever, a device has
/// no end.
///
/// The modules that read files turn a `Refusal` into a diagnostic of their own code.
public final class InputFile: Sendable {
    public let path: String
    /// Of the whole file, when it was opened.
    public let byteCount: Int
    private let descriptor: Int32

    /// Why a file cannot be read.
    public enum Refusal: Error, Equatable, Sendable {
        case missing
        case folder
        /// A pipe, a socket or a device.
        case special
        case unreadable(errorNumber: Int32)
        case tooLarge(byteCount: Int, limit: Int)
        /// Fewer bytes can be read than the file had when it was opened: it has become shorter, or it is made while it
        /// is read and has no length.
        case shortened(byteCount: Int)
        /// What a clone has in place of a file that Git LFS keeps elsewhere.
        case lfsPointer

        /// For `found` of a diagnostic.
        public var found: String {
            switch self {
            case .missing: "no such file"
            case .folder: "is a folder"
            case .special: "is a pipe or a device, not a regular file"
            case .unreadable(let errorNumber): "cannot be read: \(String(cString: strerror(errorNumber)))"
            case .tooLarge(let byteCount, let limit):
                "\(byteCount.counted("byte")), \(byteCount - limit) more than are read"
            case .shortened(let byteCount): "\(byteCount) readable bytes, fewer than the file's length"
            case .lfsPointer: "a pointer of Git LFS in place of the file"
            }
        }

        /// For `remedy` of a diagnostic: the refusal's own where it has one, else what the reader of the file says.
        public func remedy(or other: String) -> String {
            self == .lfsPointer ? "fetch the file itself: git lfs pull" : other
        }
    }

    /// Opens a file of at most `limit` bytes. A pointer of Git LFS is none, whatever is read here.
    public init(_ path: String, limit: Int) throws(Refusal) {
        guard !path.utf8.contains(0) else { throw .missing }
        // Without O_NONBLOCK the opening of a pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let errorNumber = errno
            // Sockets and devices without a driver cannot be opened at all.
            throw [ENOENT, ENOTDIR].contains(errorNumber)
                ? .missing : [ENXIO, ENODEV].contains(errorNumber) ? .special : .unreadable(errorNumber: errorNumber)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let errorNumber = errno
            close(descriptor)
            throw .unreadable(errorNumber: errorNumber)
        }
        let refusal: Refusal? =
            switch status.st_mode & S_IFMT {
            case S_IFREG: Int(status.st_size) > limit ? .tooLarge(byteCount: Int(status.st_size), limit: limit) : nil
            case S_IFDIR: .folder
            default: .special
            }
        if let refusal {
            close(descriptor)
            throw refusal
        }
        FileClaims.read(status)
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
        if byteCount < Self.lfsPointerBytes, Self.beginsAsLFSPointer(try read(0..<min(byteCount, 64))) {
            throw .lfsPointer
        }
    }

    /// No pointer is as long.
    private static let lfsPointerBytes = 1024

    /// Whether the first bytes of a file are those of a pointer of Git LFS.
    package static func beginsAsLFSPointer(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("version https://git-lfs".utf8))
    }

    deinit { close(descriptor) }

    /// The bytes in `range`, which lies in `0..<byteCount`.
    public func read(_ range: Range<Int>) throws(Refusal) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "\(range) of a file of \(byteCount) bytes")
        var errorNumber: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { [descriptor] buffer, count in
            while count < range.count {
                let read = pread(
                    descriptor, buffer.baseAddress! + count, range.count - count, off_t(range.lowerBound + count))
                if read < 0 && errno == EINTR { continue }
                if read < 0 { errorNumber = errno }
                guard read > 0 else { return }
                count += read
            }
        }
        guard errorNumber == 0 else { throw .unreadable(errorNumber: errorNumber) }
        guard bytes.count == range.count else { throw .shortened(byteCount: range.lowerBound + bytes.count) }
        return bytes
    }

    /// The whole file.
    public func read() throws(Refusal) -> [UInt8] { try read(0..<byteCount) }

    /// The whole file at a path, of at most `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(Refusal) -> [UInt8] {
        try InputFile(path, limit: limit).read()
    }
}
