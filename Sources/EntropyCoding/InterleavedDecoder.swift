public import Diagnostics

/// Reads what `InterleavedEncoder` wrote. Whatever the bytes are, it takes at most as many steps as there are symbols,
/// stops where the bytes have run out, and reads nothing outside them.
public struct InterleavedDecoder {
    private let tables: FrequencyTables
    /// For each table and each value of the upper 8 bits of 2^16, the slot that the lowest such value falls into,
    /// relative to the table.
    private let lookup: [UInt16]
    private let bytes: [UInt8]
    private let place: String
    private var states: [UInt64]
    private var position: Int
    private var lane = 0
    private var isValid = true

    /// - Parameter place: names the stream in diagnostics.
    /// - Throws: `streamPayloadInvalid` when the bytes cannot hold the states.
    public init(_ bytes: [UInt8], tables: FrequencyTables, lanes: Int = 4, at place: String) throws(Diagnostic) {
        precondition(InterleavedEncoder.lanes.contains(lanes), "\(lanes) lanes")
        let stateBytes = InterleavedEncoder.stateBytes
        guard bytes.count >= lanes * stateBytes, (bytes.count - lanes * stateBytes) % 2 == 0 else {
            throw Diagnostic(
                .streamPayloadInvalid, at: place, found: "\(bytes.count) bytes",
                expected: "\(lanes * stateBytes) bytes of states and whole words of 2 bytes",
                remedy: "the file is damaged: copy it again")
        }
        self.tables = tables
        self.lookup = Self.lookup(tables)
        self.bytes = bytes
        self.place = place
        states = (0..<lanes).map { lane in
            (0..<stateBytes).reduce(0) { $0 | UInt64(bytes[lane * stateBytes + $1]) << UInt64(8 * $1) }
        }
        position = lanes * stateBytes
    }

    private static func lookup(_ tables: FrequencyTables) -> [UInt16] {
        var lookup: [UInt16] = []
        lookup.reserveCapacity(tables.count * 256)
        for table in 0..<tables.count {
            let offset = Int(tables.slotOffsets[table])
            let count = Int(tables.slotOffsets[table + 1]) - offset
            var slot = 0
            for bucket in 0..<256 {
                while slot + 1 < count, Int(tables.starts[offset + slot + 1]) <= bucket << 8 { slot += 1 }
                lookup.append(UInt16(slot))
            }
        }
        return lookup
    }

    /// Symbols by tables that are known beforehand; zeros after the bytes ran out, which `requireEnd` refuses.
    public mutating func decode(tableIndices: [UInt16]) -> [Int32] {
        var symbols = [Int32](repeating: 0, count: tableIndices.count)
        for index in tableIndices.indices {
            symbols[index] = next(table: Int(tableIndices[index]))
            guard isValid else { break }
        }
        return symbols
    }

    /// Symbols of a trellis: state s takes table `tableIndices[i] + quantizer[s] quantizerPitch`, and the parity of the
    /// symbol leads to the next state.
    public mutating func decode(tableIndices: [UInt16], along trellis: TrellisTable, quantizerPitch: Int) -> [Int32] {
        var symbols = [Int32](repeating: 0, count: tableIndices.count)
        var state = 0
        for index in tableIndices.indices {
            let symbol = next(table: Int(tableIndices[index]) + trellis.quantizer(of: state) * quantizerPitch)
            symbols[index] = symbol
            guard isValid else { break }
            state = trellis.next(state, parity: Int(symbol & 1))
        }
        return symbols
    }

    /// - Throws: `streamPayloadInvalid` unless every word was taken and every state is back where the encoder began.
    public func requireEnd() throws(Diagnostic) {
        guard isValid, position == bytes.count, states.allSatisfy({ $0 == InterleavedEncoder.smallestState }) else {
            throw Diagnostic(
                .streamPayloadInvalid, at: place, found: "symbols that do not end where the bytes end",
                expected: "a stream written for this network",
                remedy: "the file is damaged: copy it again")
        }
    }

    @inline(__always)
    private mutating func next(table: Int) -> Int32 {
        let state = states[lane]
        let value = UInt16(truncatingIfNeeded: state)
        let offset = Int(tables.slotOffsets[table])
        let last = Int(tables.slotOffsets[table + 1]) - 1
        var slot = offset + Int(lookup[table << 8 + Int(value >> 8)])
        while slot < last, tables.starts[slot + 1] <= value { slot += 1 }
        let start = UInt64(tables.starts[slot])
        let end = slot < last ? UInt64(tables.starts[slot + 1]) : UInt64(FrequencyTables.total)
        advance(state, start: start, frequency: end - start)
        let first = tables.firstSymbols[table]
        let symbol =
            slot < last ? first + Int32(slot - offset) : escaped(first: first, symbolCount: Int32(last - offset))
        lane = lane + 1 == states.count ? 0 : lane + 1
        return symbol
    }

    @inline(never)
    private mutating func escaped(first: Int32, symbolCount: Int32) -> Int32 {
        let bits = Int(nextBits(Escape.lengthBits))
        guard bits <= Escape.largestLength else {
            isValid = false
            return 0
        }
        let low = min(bits, Escape.pieceBits)
        let high = bits > low ? nextBits(bits - low) : 0
        let payload = high << UInt32(low) | (low > 0 ? nextBits(low) : 0)
        let symbol = Escape.symbol(distance: (1 << UInt32(bits) | payload) - 1, first: first, symbolCount: symbolCount)
        guard symbol >= Int32(Int16.min), symbol <= Int32(Int16.max) else {
            isValid = false
            return 0
        }
        return symbol
    }

    private mutating func nextBits(_ count: Int) -> UInt32 {
        let shift = UInt64(FrequencyTables.precisionBits - count)
        let state = states[lane]
        let value = (state & 0xFFFF) >> shift
        advance(state, start: value << shift, frequency: 1 << shift)
        return UInt32(value)
    }

    /// A state that is out of its range, or words that ran out, can only come from damaged bytes: `requireEnd` refuses
    /// them.
    @inline(__always)
    private mutating func advance(_ state: UInt64, start: UInt64, frequency: UInt64) {
        var state = (state >> 16) &* frequency + (state & 0xFFFF) - start
        if state < InterleavedEncoder.smallestState {
            var word: UInt64 = 0
            if position < bytes.count {
                word = UInt64(bytes[position]) | UInt64(bytes[position + 1]) << 8
                position += 2
            } else {
                isValid = false
            }
            state = state << 16 | word
        }
        states[lane] = state
    }
}
