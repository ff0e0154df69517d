/// Interleaved rANS: symbol i goes to state i mod `lanes`; all states share one run of 16-bit words.
///
///     stream   | state 0 ... state lanes - 1: 5 bytes each, little endian
///              | words in the order in which the decoder takes them, 2 bytes each |
///
/// A state x lies in 2^24 ..< 2^40. A slot with start s and frequency f of 2^16:
///
///     before   if x >= f 2^24: put out the low 16 bits, x >>= 16          (once is enough, as f >= 1)
///     encode   x = floor(x / f) 2^16 + s + x mod f
///
/// Symbols are encoded from the last to the first, every state from 2^24; so a decoder that took every symbol is back
/// at 2^24, and anything else is corruption. Bypass bits are slots of equal frequency. Escapes: `Escape`.
public struct InterleavedEncoder: Sendable {
    public static let smallestState: UInt64 = 1 << 24
    public static let stateBytes = 5
    public static let lanes = 1...16

    @usableFromInline var states: [UInt64]
    /// In the order of encoding: the decoder's last word first.
    @usableFromInline var words: [UInt16] = []

    private init(lanes: Int) {
        states = Array(repeating: Self.smallestState, count: lanes)
    }

    /// Encodes `symbols[i]` by table `tableIndices[i]`.
    public static func encode(
        _ symbols: [Int32], tableIndices: [UInt16], of tables: FrequencyTables, lanes: Int = 4
    ) -> [UInt8] {
        precondition(symbols.count == tableIndices.count, "\(symbols.count) symbols, \(tableIndices.count) tables")
        precondition(Self.lanes.contains(lanes), "\(lanes) lanes")
        var encoder = InterleavedEncoder(lanes: lanes)
        encoder.words.reserveCapacity(symbols.count / 4 + 16)
        // Buffers, not arrays: no reference counts and no bounds checks in the loop over all symbols, whose bounds the
        // tables' initializer has established.
        tables.firstSymbols.withUnsafeBufferPointer { firstSymbols in
            tables.slotOffsets.withUnsafeBufferPointer { slotOffsets in
                tables.starts.withUnsafeBufferPointer { starts in
                    let view = TableView(firstSymbols: firstSymbols, slotOffsets: slotOffsets, starts: starts)
                    encoder.putAll(symbols, tableIndices, view)
                }
            }
        }
        return encoder.bytes
    }

    private struct TableView {
        let firstSymbols: UnsafeBufferPointer<Int32>
        let slotOffsets: UnsafeBufferPointer<Int32>
        let starts: UnsafeBufferPointer<UInt16>
    }

    private mutating func putAll(_ symbols: [Int32], _ tableIndices: [UInt16], _ tables: TableView) {
        let lanes = states.count
        var lane = symbols.isEmpty ? 0 : (symbols.count - 1) % lanes
        symbols.withUnsafeBufferPointer { symbols in
            tableIndices.withUnsafeBufferPointer { tableIndices in
                var index = symbols.count - 1
                while index >= 0 {
                    let table = Int(tableIndices[index])
                    precondition(table < tables.firstSymbols.count, "table \(table) of \(tables.firstSymbols.count)")
                    put(symbols[index], table: table, of: tables, lane: lane)
                    lane = lane == 0 ? lanes - 1 : lane - 1
                    index -= 1
                }
            }
        }
    }

    @inline(__always)
    private mutating func put(_ symbol: Int32, table: Int, of tables: TableView, lane: Int) {
        let offset = Int(tables.slotOffsets[table])
        let escape = Int(tables.slotOffsets[table + 1]) - 1 - offset
        let first = tables.firstSymbols[table]
        let distance = Int(symbol) - Int(first)
        let isEscape = distance < 0 || distance >= escape
        if isEscape { putEscape(Escape.distance(of: symbol, first: first, symbolCount: Int32(escape)), lane: lane) }
        let slot = offset + (isEscape ? escape : distance)
        let start = UInt32(tables.starts[slot])
        let end = isEscape ? UInt32(FrequencyTables.total) : UInt32(tables.starts[slot + 1])
        put(start: start, frequency: end - start, lane: lane)
    }

    /// What the decoder reads after the slot goes in before it.
    @inline(never)
    private mutating func putEscape(_ distance: UInt32, lane: Int) {
        let bits = Escape.payloadBits(distance)
        let payload = (distance + 1) ^ (1 << UInt32(bits))
        let low = min(bits, Escape.pieceBits)
        if low > 0 { putBits(payload & (1 << UInt32(low) - 1), count: low, lane: lane) }
        if bits > low { putBits(payload >> UInt32(low), count: bits - low, lane: lane) }
        putBits(UInt32(bits), count: Escape.lengthBits, lane: lane)
    }

    private mutating func putBits(_ value: UInt32, count: Int, lane: Int) {
        let shift = UInt32(FrequencyTables.precisionBits - count)
        put(start: value << shift, frequency: 1 << shift, lane: lane)
    }

    @inline(__always)
    private mutating func put(start: UInt32, frequency: UInt32, lane: Int) {
        var state = states[lane]
        if state >= UInt64(frequency) << 24 {
            words.append(UInt16(truncatingIfNeeded: state))
            state >>= 16
        }
        let (quotient, remainder) = state.quotientAndRemainder(dividingBy: UInt64(frequency))
        states[lane] = quotient << 16 + UInt64(start) + remainder
    }

    private var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(states.count * Self.stateBytes + words.count * 2)
        for state in states {
            for byte in 0..<Self.stateBytes { bytes.append(UInt8(truncatingIfNeeded: state >> UInt64(8 * byte))) }
        }
        for word in words.reversed() {
            bytes.append(UInt8(truncatingIfNeeded: word))
            bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        }
        return bytes
    }
}
