package import Diagnostics

/// Reads a whole picture file into memory.
package enum ImageFile {
    /// The largest PNG file that is read: 2^31 bytes, more than 2^28 pixels of 8-bit RGB can take.
    package static let maximumBytes = 1 << 31

    /// All bytes of the file, or only its first where they are not `prefix`: a large file that is no picture is not
    /// read.
    ///
    /// - Throws: `IMAGE-001` when it is missing, `IMAGE-006` when it is no regular file, a pointer of Git LFS or cannot
    ///   be read, `IMAGE-005` when it is longer than `limit`.
    package static func bytes(
        of path: String, whileStarting prefix: [UInt8], limit: Int = maximumBytes
    ) throws(Diagnostic) -> [UInt8] {
        do {
            let file = try InputFile(path, limit: limit)
            let first = try file.read(0..<min(prefix.count, file.byteCount))
            return first == prefix ? try file.read() : first
        } catch {
            throw Diagnostic(picture: path, error)
        }
    }
}

extension Diagnostic {
    fileprivate init(picture path: String, _ refusal: InputFile.Refusal) {
        switch refusal {
        case .missing:
            self.init(
                .imageMissing, at: path, found: refusal.found, expected: "a PNG picture",
                remedy: "check the path; it is taken from the current folder")
        case .tooLarge(_, let limit):
            self.init(
                .imageTooLarge, at: path, found: refusal.found, expected: "a PNG file of at most \(limit) bytes",
                remedy: "store the picture compressed, or cut it into parts")
        case .folder, .special, .unreadable, .shortened, .lfsPointer:
            self.init(
                .imageUnreadable, at: path, found: refusal.found, expected: "a PNG file that may be read",
                remedy: refusal.remedy(or: "name a regular file, and check its permissions"))
        }
    }
}
