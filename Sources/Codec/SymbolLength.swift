import EntropyCoding
import Foundation

/// The ideal length of symbols under integer tables: `16 - log2 frequency` each, and the bypass bits of escapes.
struct SymbolLength {
    private(set) var bits = 0.0
    private(set) var escapes = 0

    init(_ symbols: [Int32], _ tableIndices: [UInt16], _ tables: FrequencyTables) {
        let costs = (0..<tables.count).map { table in tables.frequencies(table).map { 16 - log2(Double($0)) } }
        for (symbol, index) in zip(symbols, tableIndices) {
            let costs = costs[Int(index)]
            let first = tables.firstSymbols[Int(index)]
            let slot = Int(symbol) - Int(first)
            if costs.indices.dropLast().contains(slot) {
                bits += costs[slot]
            } else {
                escapes += 1
                bits +=
                    costs.last!
                    + Double(
                        Escape.lengthBits
                            + Escape.payloadBits(
                                Escape.distance(of: symbol, first: first, symbolCount: Int32(costs.count - 1))))
            }
        }
    }

    mutating func add(_ other: SymbolLength) {
        bits += other.bits
        escapes += other.escapes
    }
}
