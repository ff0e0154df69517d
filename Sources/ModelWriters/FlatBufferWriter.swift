/// A value of a FlatBuffer as a test writes it.
package indirect enum Written {
    case int8(Int8)
    case uint8(UInt8)
    case int32(Int32)
    case uint32(UInt32)
    case uint64(UInt64)
    case float(Float)
    case string(String)
    case bytes([UInt8])
    case int32s([Int32])
    case int64s([Int64])
    case floats([Float])
    case table([Int: Written])
    case tables([[Int: Written]])
    /// So many offsets to one table.
    case sameTable([Int: Written], count: Int)
}

/// Writes tables one after the other, each with its vtable before it and what its fields lead to behind it.
///
/// Nothing is aligned: readers must not rely on that.
package struct FlatBufferWriter {
    private(set) var bytes: [UInt8]

    /// A whole file.
    package static func file(_ root: [Int: Written], identifier: String = "TFL3") -> [UInt8] {
        var writer = FlatBufferWriter(bytes: Array(repeating: 0, count: 4) + Array(identifier.utf8))
        let table = writer.append(root)
        writer.put(UInt32(table), at: 0)
        return writer.bytes
    }

    /// Appends a table and returns where it starts.
    private mutating func append(_ fields: [Int: Written]) -> Int {
        let fieldCount = (fields.keys.max() ?? -1) + 1
        let ordered = fields.sorted { $0.key < $1.key }
        let vtable = bytes.count
        let table = vtable + 4 + 2 * fieldCount
        var distances = [UInt16](repeating: 0, count: fieldCount)
        var tableBytes = 4
        for (field, value) in ordered {
            distances[field] = UInt16(tableBytes)
            tableBytes += value.inlineBytes
        }
        append(UInt16(4 + 2 * fieldCount))
        append(UInt16(tableBytes))
        for distance in distances { append(distance) }
        append(Int32(table - vtable))
        for (_, value) in ordered { appendInline(value) }
        for (field, value) in ordered where value.isBehindOffset {
            let position = table + Int(distances[field])
            let target = append(value)
            put(UInt32(target - position), at: position)
        }
        return table
    }

    private mutating func appendInline(_ value: Written) {
        switch value {
        case .int8(let number): append(number)
        case .uint8(let number): append(number)
        case .int32(let number): append(number)
        case .uint32(let number): append(number)
        case .uint64(let number): append(number)
        case .float(let number): append(number.bitPattern)
        default: append(0 as UInt32)
        }
    }

    /// Appends what an offset leads to and returns where it starts.
    private mutating func append(_ value: Written) -> Int {
        if case .table(let fields) = value { return append(fields) }
        let start = bytes.count
        switch value {
        case .string(let text):
            append(UInt32(text.utf8.count))
            bytes += Array(text.utf8) + [0]
        case .bytes(let elements):
            append(UInt32(elements.count))
            bytes += elements
        case .int32s(let elements):
            append(UInt32(elements.count))
            for element in elements { append(element) }
        case .int64s(let elements):
            append(UInt32(elements.count))
            for element in elements { append(element) }
        case .floats(let elements):
            append(UInt32(elements.count))
            for element in elements { append(element.bitPattern) }
        case .tables(let elements):
            appendOffsets(count: elements.count) { writer, index in writer.append(elements[index]) }
        case .sameTable(let fields, let count):
            var first: Int?
            appendOffsets(count: count) { writer, _ in
                let table = first ?? writer.append(fields)
                first = table
                return table
            }
        default: preconditionFailure("\(value) stands in the table")
        }
        return start
    }

    private mutating func appendOffsets(count: Int, target: (inout FlatBufferWriter, Int) -> Int) {
        append(UInt32(count))
        let start = bytes.count
        bytes += Array(repeating: 0, count: 4 * count)
        for index in 0..<count {
            let position = start + 4 * index
            put(UInt32(target(&self, index) - position), at: position)
        }
    }

    private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func put(_ number: UInt32, at position: Int) {
        withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(position..<position + 4, with: $0) }
    }
}

extension Written {
    fileprivate var inlineBytes: Int {
        switch self {
        case .int8, .uint8: 1
        case .uint64: 8
        default: 4
        }
    }

    fileprivate var isBehindOffset: Bool {
        switch self {
        case .int8, .uint8, .int32, .uint32, .uint64, .float: false
        default: true
        }
    }
}
