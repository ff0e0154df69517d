import Diagnostics
import Text

/// A table of a FlatBuffer: fields by number, each absent or inside the table.
///
///     vtable                                   table
///     ├────────────┬────────────┬─────────┬─   ├──────────────┬─ ─ ─ ─ ─ ─ ─
///     │ bytes (u16)│ table's    │ field 0 │    │ back to the  │ fields, at the
///     │ of vtable  │ bytes (u16)│ (u16)   │    │ vtable (i32) │ vtable's places
///
/// A field's entry in the vtable is its distance from the table's start, 0 where it is absent; fields beyond the vtable
/// are absent too. Scalars stand in the table, everything else behind an offset.
struct FlatBufferTable {
    let buffer: FlatBuffer
    let place: FlatBufferPlace
    private let start: Int
    private let byteCount: Int
    private let vtable: Int
    private let fieldCount: Int

    /// - Throws: `tfliteTruncated`, `tfliteMalformed`.
    init(_ buffer: FlatBuffer, at start: Int, place: FlatBufferPlace) throws(Diagnostic) {
        let back = Int(try buffer.number(at: start, as: Int32.self, in: place))
        let vtable = start - back
        guard vtable >= 0 else {
            throw FlatBuffer.truncated(
                place, found: "a vtable at byte \(vtable)", expected: "one inside the \(buffer.bytes.count) of the file"
            )
        }
        let vtableBytes = Int(try buffer.number(at: vtable, as: UInt16.self, in: place))
        let byteCount = Int(try buffer.number(at: vtable + 2, as: UInt16.self, in: place))
        guard vtableBytes >= 4, vtableBytes % 2 == 0, byteCount >= 4 else {
            throw FlatBuffer.malformed(
                place, found: "a vtable of \(vtableBytes.counted("byte")) for a table of \(byteCount)",
                expected: "an even number, both 4 or more")
        }
        guard vtableBytes <= buffer.bytes.count - vtable, byteCount <= buffer.bytes.count - start else {
            throw FlatBuffer.truncated(
                place,
                found:
                    "a table of \(byteCount) bytes at byte \(start), its vtable of \(vtableBytes) at \(vtable)",
                expected: "both inside the \(buffer.bytes.count) of the file")
        }
        self.buffer = buffer
        self.place = place
        self.start = start
        self.byteCount = byteCount
        self.vtable = vtable
        fieldCount = (vtableBytes - 4) / 2
    }

    /// The table that a file begins with.
    ///
    /// - Throws: as above.
    static func root(of buffer: FlatBuffer, place: FlatBufferPlace) throws(Diagnostic) -> FlatBufferTable {
        try buffer.charge(tables: 1, in: place)
        return try FlatBufferTable(buffer, at: buffer.target(ofOffsetAt: 0, in: place), place: place)
    }

    /// Where a field of so many bytes stands in the file.
    private func position(_ field: Int, byteCount: Int) throws(Diagnostic) -> Int? {
        guard field < fieldCount else { return nil }
        let offset = Int(try buffer.number(at: vtable + 4 + 2 * field, as: UInt16.self, in: place))
        guard offset != 0 else { return nil }
        guard offset >= 4, offset + byteCount <= self.byteCount else {
            throw FlatBuffer.malformed(
                place, found: "field \(field) of \(byteCount) bytes at byte \(offset) of its table",
                expected: "a field between bytes 4 and \(self.byteCount)")
        }
        return start + offset
    }

    /// What the offset in a field leads to.
    private func target(_ field: Int) throws(Diagnostic) -> Int? {
        guard let position = try position(field, byteCount: 4) else { return nil }
        return try buffer.target(ofOffsetAt: position, in: place)
    }
}

// Scalars
extension FlatBufferTable {
    /// A number, or the schema's default where the field is absent.
    func number<Number: FixedWidthInteger>(
        _ field: Int, default absent: Number, as type: Number.Type = Number.self
    ) throws(Diagnostic) -> Number {
        guard let position = try position(field, byteCount: MemoryLayout<Number>.size) else { return absent }
        return try buffer.number(at: position, as: type, in: place)
    }

    /// A 32-bit signed number.
    func integer(_ field: Int, default absent: Int32 = 0) throws(Diagnostic) -> Int {
        Int(try number(field, default: absent))
    }

    /// An index: a 32-bit number without sign.
    func index(_ field: Int) throws(Diagnostic) -> Int { Int(try number(field, default: 0 as UInt32)) }

    func flag(_ field: Int, default absent: Bool = false) throws(Diagnostic) -> Bool {
        try number(field, default: absent ? 1 : 0 as UInt8) != 0
    }

    func float(_ field: Int) throws(Diagnostic) -> Float {
        Float(bitPattern: try number(field, default: 0 as UInt32))
    }
}

// What lies behind an offset
extension FlatBufferTable {
    func has(_ field: Int) throws(Diagnostic) -> Bool { try target(field) != nil }

    func table(_ field: Int, _ word: StaticString) throws(Diagnostic) -> FlatBufferTable? {
        guard let target = try target(field) else { return nil }
        let place = FlatBufferPlace.field(place, word)
        try buffer.charge(tables: 1, in: place)
        return try FlatBufferTable(buffer, at: target, place: place)
    }

    /// A value of each table of a vector, in order; none where the field is absent.
    func tables<Value>(
        _ field: Int, _ word: StaticString, _ value: (FlatBufferTable) throws(Diagnostic) -> Value
    ) throws(Diagnostic) -> [Value] {
        guard let target = try target(field) else { return [] }
        let (start, count) = try buffer.vector(at: target, elementBytes: 4, in: .field(place, word))
        try buffer.charge(tables: count, in: .field(place, word))
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            let place = FlatBufferPlace.element(place, word, index: index)
            let position = try buffer.target(ofOffsetAt: start + 4 * index, in: place)
            values.append(try value(FlatBufferTable(buffer, at: position, place: place)))
        }
        return values
    }

    /// Text; bytes that are not UTF-8 are replaced. Empty where the field is absent.
    func string(_ field: Int, _ word: StaticString) throws(Diagnostic) -> String {
        guard let range = try byteRange(field, word) else { return "" }
        try buffer.charge(bytes: range.count, in: .field(place, word))
        return String(decoding: buffer.bytes[range], as: UTF8.self)
    }

    /// Where a vector of bytes lies in the file. Nothing is copied.
    func byteRange(_ field: Int, _ word: StaticString) throws(Diagnostic) -> Range<Int>? {
        guard let target = try target(field) else { return nil }
        let (start, count) = try buffer.vector(at: target, elementBytes: 1, in: .field(place, word))
        return start..<start + count
    }

    /// A vector of numbers; nil where the field is absent.
    func numbers<Number: FixedWidthInteger>(
        _ field: Int, _ word: StaticString, as type: Number.Type
    ) throws(Diagnostic) -> [Number]? {
        guard let target = try target(field) else { return nil }
        let elementBytes = MemoryLayout<Number>.size
        let (start, count) = try buffer.vector(at: target, elementBytes: elementBytes, in: .field(place, word))
        try buffer.charge(bytes: count * elementBytes, in: .field(place, word))
        return buffer.bytes.littleEndian(start..<start + count * elementBytes, as: type)
    }

    /// A vector of 32-bit signed numbers; nil where the field is absent.
    func integers(_ field: Int, _ word: StaticString) throws(Diagnostic) -> [Int]? {
        try numbers(field, word, as: Int32.self)?.map { Int($0) }
    }

    func floats(_ field: Int, _ word: StaticString) throws(Diagnostic) -> [Float]? {
        try numbers(field, word, as: UInt32.self)?.map { Float(bitPattern: $0) }
    }
}
