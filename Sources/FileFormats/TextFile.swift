package import Diagnostics
import Text

/// The text of a small file that people write: UTF-8 of at most 1 MiB, with or without a byte order mark, lines ended
/// by LF or CR LF.
package enum TextFile {
    package static let largestBytes = 1 << 20

    /// Why a file is no text.
    package enum Refusal: Error, Equatable, Sendable {
        case file(InputFile.Refusal)
        /// The line of the first byte that belongs to no character.
        case notUTF8(line: Int)

        package static let expected = "a text file in UTF-8 of at most \(largestBytes.counted("byte"))"

        /// For `found` of a diagnostic.
        package var found: String {
            switch self {
            case .file(.tooLarge): "is larger than \(TextFile.largestBytes) bytes"
            case .file(let refusal): refusal.found
            case .notUTF8(let line): "is not UTF-8 text: line \(line)"
            }
        }

        /// For `remedy` of a diagnostic: the refusal's own where it has one, else what the reader of the text says.
        package func remedy(or other: String) -> String {
            if case .file(let refusal) = self { refusal.remedy(or: other) } else { other }
        }
    }

    /// The file at a path.
    ///
    /// - Throws: `Refusal`.
    package static func read(_ path: String) throws(Refusal) -> String {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(path, limit: largestBytes)
        } catch {
            throw .file(error)
        }
        return try text(of: bytes)
    }

    /// The text of a file's bytes: without its byte order mark, lines ended by LF.
    package static func text(of bytes: [UInt8]) throws(Refusal) -> String {
        let start = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count - start)
        for index in start..<bytes.count {
            if bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A { continue }
            kept.append(bytes[index])
        }
        guard let text = String(validating: kept, as: UTF8.self) else { throw .notUTF8(line: firstInvalidLine(kept)) }
        return text
    }

    package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func firstInvalidLine(_ bytes: [UInt8]) -> Int {
        var line = 1
        for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { return line }
            line += 1
        }
        return line
    }
}
