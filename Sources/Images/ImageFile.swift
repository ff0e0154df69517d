package import Diagnostics
import Glibc

/// Reads a whole file into memory.
package enum ImageFile {
    /// The largest PNG file that is read: 2^31 bytes, more than 2^28 pixels of 8-bit RGB can take, and an end for files that have none.
    package static let maximumBytes = 1 << 31

    /// All bytes of the file. Throws `IMAGE-001` when it is missing, `IMAGE-006` when it cannot be read, `IMAGE-005` when it is longer than `limit`,
    /// and stops at the first block that does not start as `prefix`, returning what was read.
    package static func bytes(of path: String, whileStarting prefix: [UInt8], limit: Int = maximumBytes) throws(Diagnostic) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errorNumber: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &block, block.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errorNumber: errno)
            }
            if count == 0 { return bytes }
            bytes += block[..<count]
            if bytes.count >= prefix.count && !bytes.starts(with: prefix) { return bytes }
            guard bytes.count <= limit else {
                throw Diagnostic(
                    .imageTooLarge, at: path, found: "more than \(limit) bytes", expected: "a PNG file of at most \(limit) bytes",
                    remedy: "store the picture compressed, or cut it into parts")
            }
        }
    }

    private static func unreadable(_ path: String, errorNumber: Int32) -> Diagnostic {
        if errorNumber == ENOENT || errorNumber == ENOTDIR {
            return Diagnostic(
                .imageMissing, at: path, found: "no such file", expected: "a PNG picture", remedy: "check the path; it is taken from the current folder")
        }
        return Diagnostic(
            .imageUnreadable, at: path, found: "cannot be read: \(String(cString: strerror(errorNumber)))", expected: "a PNG file that may be read",
            remedy: "name a file, and check its permissions")
    }
}
