/// What each symbol of each table costs, in 1/256 bit: the integers that rate-distortion decisions see.
///
/// `cost = 4096 - log2(frequency)` in 1/256 bit, rounded half up, by integers only, so that every machine takes the
/// same decisions.
public struct RateTable: Hashable, Sendable {
    /// Fraction bits of a cost.
    public static let fractionBits = 8
    /// No symbol costs more: 16 bits for the slot, 5 for the length, 17 of payload.
    public static let largestCost =
        (FrequencyTables.precisionBits + Escape.lengthBits + Escape.largestLength) << fractionBits

    @usableFromInline let firstSymbols: [Int32]
    @usableFromInline let slotOffsets: [Int32]
    @usableFromInline let costs: [UInt16]

    public init(_ tables: FrequencyTables) {
        firstSymbols = tables.firstSymbols
        slotOffsets = tables.slotOffsets
        costs = (0..<tables.count).flatMap { table in
            tables.frequencies(table).map {
                UInt16(FrequencyTables.precisionBits << Self.fractionBits - Self.logarithm(UInt32($0)))
            }
        }
    }

    /// Of symbol k by a table, escape included.
    @inlinable
    public func cost(_ symbol: Int32, table: Int) -> Int32 {
        let offset = Int(slotOffsets[table])
        let symbolCount = Int(slotOffsets[table + 1]) - offset - 1
        let slot = Int(symbol) - Int(firstSymbols[table])
        if slot >= 0 && slot < symbolCount { return Int32(costs[offset + slot]) }
        let distance = Escape.distance(of: symbol, first: firstSymbols[table], symbolCount: Int32(symbolCount))
        return Int32(costs[offset + symbolCount])
            + Int32((Escape.lengthBits + Escape.payloadBits(distance)) << Self.fractionBits)
    }

    /// log2 of 1...65536 in 1/256, rounded half up: the fraction's bits come from squaring the mantissa again and
    /// again.
    static func logarithm(_ value: UInt32) -> Int {
        let exponent = 31 - value.leadingZeroBitCount
        var mantissa = UInt64(value) << UInt64(31 - exponent)
        var fraction = 0
        for _ in 0...fractionBits {
            mantissa = (mantissa * mantissa) >> 31
            fraction = 2 * fraction + Int(mantissa >> 32)
            if mantissa >> 32 == 1 { mantissa >>= 1 }
        }
        return exponent << fractionBits + (fraction + 1) >> 1
    }
}
