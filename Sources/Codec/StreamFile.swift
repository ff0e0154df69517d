public import Diagnostics
import Text

/// A coded picture's file: its header is read, the sections behind it only when they are asked for.
public struct StreamFile: Sendable {
    /// No stream is longer: 2^28 pixels at 16 bytes.
    public static let largestByteCount = 1 << 32

    public let path: String
    public let header: StreamHeader
    private let file: InputFile

    /// Opens a file whose header is whole and whose length is the one that the header states.
    ///
    /// - Throws: `streamMissing`, and what the header throws.
    public init(_ path: String) throws(Diagnostic) {
        self.path = path
        let start: [UInt8]
        do {
            file = try InputFile(path, limit: Self.largestByteCount)
            start = try file.read(0..<min(StreamHeader.byteCount, file.byteCount))
        } catch {
            throw Self.diagnostic(path, error)
        }
        header = try StreamHeader(start, at: path)
        try header.requireLength(file.byteCount, at: path)
    }

    /// The whole file.
    ///
    /// - Throws: `streamMissing` where it cannot be read to its end.
    func bytes() throws(Diagnostic) -> [UInt8] {
        do {
            return try file.read()
        } catch {
            throw Self.diagnostic(path, error)
        }
    }

    private static func diagnostic(_ path: String, _ refusal: InputFile.Refusal) -> Diagnostic {
        Diagnostic(
            .streamMissing, at: path, found: refusal.found, expected: "a coded picture",
            remedy: refusal.remedy(or: "check the path and the permissions"))
    }
}

extension StreamHeader {
    /// Asks whether a stream is as long as its header says.
    ///
    /// - Throws: `streamTruncated`, `streamHeaderInvalid`.
    func requireLength(_ byteCount: Int, at place: String) throws(Diagnostic) {
        let expected = Self.byteCount + trellisBytes + hyperLatentBytes + latentBytes
        guard byteCount >= expected else {
            throw Diagnostic(
                .streamTruncated, at: place, found: byteCount.counted("byte"), expected: "\(expected)",
                remedy: "the file is damaged: copy it again")
        }
        guard byteCount == expected, (quantizer == .trellis) == (trellisBytes > 0) else {
            throw Diagnostic(
                .streamHeaderInvalid, at: place,
                found: "\(byteCount.counted("byte")), \(trellisBytes) of them a trellis",
                expected: "\(expected) as the header says",
                remedy: "the file is damaged: copy it again")
        }
    }
}
