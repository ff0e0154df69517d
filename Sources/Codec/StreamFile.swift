public import Diagnostics
import Glibc

/// Reads a coded picture's file.
public enum StreamFile {
    /// No stream is longer: 2^28 pixels at 16 bytes.
    public static let largestByteCount = 1 << 32

    /// - Throws: `streamMissing`.
    public static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= largestByteCount, let file = fopen(path, "rb") else {
            throw Diagnostic(.streamMissing, at: path, found: "no readable file", expected: "a coded picture", remedy: "check the path and the permissions")
        }
        defer { fclose(file) }
        let size = Int(status.st_size)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in count = size == 0 ? 0 : fread(buffer.baseAddress, 1, size, file) }
    }
}
