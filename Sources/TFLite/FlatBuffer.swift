import Diagnostics
import Text

/// The bytes of a FlatBuffer and what may still be read of them.
///
///     0            4                8
///     ├────────────┼────────────────┼─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─┤
///     │ root (u32) │ identifier     │ tables, vtables, vectors and strings        │
///
/// Every position is checked before it is read, numbers are little-endian, and nothing has to be aligned. Offsets may
/// name the same bytes many times, which could ask for time and memory without bound. So whatever is read is charged
/// against an allowance of `chargesPerByte` for a byte of the file: more than a file needs whose parts do not overlap.
final class FlatBuffer {
    /// A table of a vector is charged as 32 bytes: with its offset it takes 8 of the file at least.
    static let chargePerTable = 32
    static let chargesPerByte = 4
    /// More tables than this are not read: 2^18.
    static let mostTables = 1 << 18

    let bytes: [UInt8]
    private var allowance: Int
    private var tablesLeft = FlatBuffer.mostTables

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        allowance = bytes.count.multipliedReportingOverflow(by: Self.chargesPerByte).partialValue
    }

    /// The number at a position.
    ///
    /// - Throws: `tfliteTruncated`.
    func number<Number: FixedWidthInteger>(
        at position: Int, as type: Number.Type = Number.self, in place: FlatBufferPlace
    ) throws(Diagnostic) -> Number {
        try require(MemoryLayout<Number>.size, at: position, for: "a number", in: place)
        return bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Number.self))
        }
    }

    /// Where the offset at a position leads: always forward.
    ///
    /// - Throws: `tfliteTruncated`, `tfliteMalformed` for an offset of 0.
    func target(ofOffsetAt position: Int, in place: FlatBufferPlace) throws(Diagnostic) -> Int {
        let offset = Int(try number(at: position, as: UInt32.self, in: place))
        guard offset > 0 else {
            throw Self.malformed(place, found: "an offset of 0 at byte \(position)", expected: "one that leads forward")
        }
        // Positions lie inside the file, and offsets have 32 bits.
        return position + offset
    }

    /// The first element and the number of elements of the vector at a position.
    ///
    /// - Throws: `tfliteTruncated`.
    func vector(
        at position: Int, elementBytes: Int, in place: FlatBufferPlace
    ) throws(Diagnostic) -> (start: Int, count: Int) {
        let count = Int(try number(at: position, as: UInt32.self, in: place))
        let start = position + 4
        try require(count * elementBytes, at: start, for: "a vector of \(count)", in: place)
        return (start, count)
    }

    /// Pays for bytes that are copied out of the file.
    ///
    /// - Throws: `tfliteTooLarge`.
    func charge(bytes byteCount: Int, in place: FlatBufferPlace) throws(Diagnostic) {
        guard byteCount <= allowance else {
            throw Diagnostic(
                .tfliteTooLarge, at: "\(place)",
                found: "parts that lie on one another and ask for more than \(Self.chargesPerByte) times the file",
                expected: "parts with bytes of their own", remedy: "convert the model again")
        }
        allowance -= byteCount
    }

    /// Pays for the tables of a vector before any of them is read.
    ///
    /// - Throws: `tfliteTooLarge`.
    func charge(tables count: Int, in place: FlatBufferPlace) throws(Diagnostic) {
        guard count <= tablesLeft else {
            throw Diagnostic(
                .tfliteTooLarge, at: "\(place)", found: "\(count) tables, \(count - tablesLeft) more than are read",
                expected: "at most \(Self.mostTables) tables in a file", remedy: "split the model")
        }
        tablesLeft -= count
        try charge(bytes: count * Self.chargePerTable, in: place)
    }

    /// Whether a field's bytes lie inside the file. `position` is not negative.
    private func require(
        _ byteCount: Int, at position: Int, for what: @autoclosure () -> String, in place: FlatBufferPlace
    ) throws(Diagnostic) {
        guard position <= bytes.count, byteCount <= bytes.count - position else {
            throw Self.truncated(
                place, found: "\(what()) at byte \(position) that ends behind the file",
                expected: "\(byteCount.counted("byte")) inside the \(bytes.count) of the file")
        }
    }

    static func truncated(_ place: FlatBufferPlace, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .tfliteTruncated, at: "\(place)", found: found, expected: expected, remedy: "copy the whole file again")
    }

    static func malformed(_ place: FlatBufferPlace, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .tfliteMalformed, at: "\(place)", found: found, expected: expected, remedy: "convert the model again")
    }
}
