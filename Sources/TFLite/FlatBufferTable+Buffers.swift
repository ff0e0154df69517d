import Diagnostics
import Text

// Bytes that stay in the file.
extension FlatBufferTable {
    /// Where the contents of a buffer lie; an empty range where it has none.
    ///
    /// - Throws: `tfliteTruncated`, and what reading throws.
    func bufferRange() throws(Diagnostic) -> Range<Int> {
        if let range = try byteRange(0, "contents"), !range.isEmpty { return range }
        return try outerRange(offset: 1, byteCount: 2) ?? 0..<0
    }

    /// Bytes behind the FlatBuffer, which files over 2 GiB have: two numbers of 64 bits, the first from the start of
    /// the file. An offset of 0 or 1 says that there are none.
    ///
    /// - Throws: `tfliteTruncated`.
    func outerRange(offset: Int, byteCount: Int) throws(Diagnostic) -> Range<Int>? {
        let offset = try number(offset, default: 0 as UInt64)
        guard offset > 1 else { return nil }
        let byteCount = try number(byteCount, default: 0 as UInt64)
        let fileBytes = UInt64(buffer.bytes.count)
        guard offset <= fileBytes, byteCount <= fileBytes - offset else {
            throw FlatBuffer.truncated(
                place, found: "\(byteCount.counted("byte")) at byte \(offset)",
                expected: "bytes inside the \(fileBytes) of the file")
        }
        return Int(offset)..<Int(offset + byteCount)
    }
}
