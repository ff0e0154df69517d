public import Diagnostics
import Glibc

/// Whole files as bytes.
public enum FileBytes {
    /// Networks larger than this are refused: 4 GiB.
    public static let largestFileBytes = 1 << 32

    /// - Throws: `networkFileMissing`, `networkFileTooLarge`.
    public static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let file = fopen(path, "rb") else {
            throw Diagnostic(
                .networkFileMissing, at: path, found: "no readable file", expected: "a network file", remedy: "check the path and the permissions")
        }
        defer { fclose(file) }
        guard status.st_size <= largestFileBytes else {
            throw Diagnostic(
                .networkFileTooLarge, at: path, found: "\(status.st_size) bytes", expected: "at most \(largestFileBytes)", remedy: "check that this is a network file")
        }
        let byteCount = Int(status.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = byteCount == 0 ? 0 : fread(buffer.baseAddress, 1, byteCount, file)
        }
        guard bytes.count == byteCount else {
            throw Diagnostic(
                .networkFileTruncated, at: path, found: "\(bytes.count) readable bytes", expected: "\(byteCount)", remedy: "copy the whole file again")
        }
        return bytes
    }
}
