public import Diagnostics
import Glibc

/// A file open for reading: whole, or only the parts that are wanted.
public final class FileBytes {
    /// Networks larger than this are refused: 4 GiB.
    public static let largestFileBytes = 1 << 32

    public let path: String
    /// Of the whole file.
    public let count: Int
    private let descriptor: Int32

    /// - Throws: `networkFileMissing`, `networkFileTooLarge`.
    public init(_ path: String) throws(Diagnostic) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, case let descriptor = open(path, O_RDONLY | O_CLOEXEC), descriptor >= 0 else {
            throw Diagnostic(
                .networkFileMissing, at: path, found: "no readable file", expected: "a network file", remedy: "check the path and the permissions")
        }
        self.path = path
        self.descriptor = descriptor
        count = Int(status.st_size)
        guard status.st_size <= FileBytes.largestFileBytes else {
            throw Diagnostic(
                .networkFileTooLarge, at: path, found: "\(status.st_size) bytes", expected: "at most \(FileBytes.largestFileBytes)",
                remedy: "check that this is a network file")
        }
    }

    deinit { close(descriptor) }

    /// The bytes in `range`, which lies in `0..<count`.
    ///
    /// - Throws: `networkFileTruncated` where the file has become shorter.
    public func read(_ range: Range<Int>) throws(Diagnostic) -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { [descriptor] buffer, count in
            while count < range.count {
                let read = pread(descriptor, buffer.baseAddress! + count, range.count - count, off_t(range.lowerBound + count))
                guard read > 0 else { return }
                count += read
            }
        }
        guard bytes.count == range.count else {
            throw Diagnostic(
                .networkFileTruncated, at: path, found: "\(range.lowerBound + bytes.count) readable bytes", expected: "\(count)",
                remedy: "copy the whole file again")
        }
        return bytes
    }

    /// The whole file at a path.
    ///
    /// - Throws: `networkFileMissing`, `networkFileTooLarge`, `networkFileTruncated`.
    public static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
        let file = try FileBytes(path)
        return try file.read(0..<file.count)
    }
}
