import Diagnostics
import EntropyCoding
import Foundation
import Random
import Testing

@Suite struct InterleavedCodingTests {
    /// Symbols drawn from a table's own frequencies; one in `escapes` comes from anywhere.
    private static func draw(
        _ count: Int, _ tables: FrequencyTables, escapes: Int, using random: inout SeededGenerator
    ) -> (symbols: [Int32], indices: [UInt16]) {
        var symbols: [Int32] = []
        var indices: [UInt16] = []
        for _ in 0..<count {
            let table = Int.random(in: 0..<tables.count, using: &random)
            indices.append(UInt16(table))
            if Int.random(in: 0..<escapes, using: &random) == 0 {
                symbols.append(Int32.random(in: -32_768...32_767, using: &random))
                continue
            }
            let frequencies = tables.frequencies(table)
            var value = Int.random(in: 0..<65536 - frequencies.last!, using: &random)
            var slot = 0
            while value >= frequencies[slot] {
                value -= frequencies[slot]
                slot += 1
            }
            symbols.append(tables.firstSymbols[table] + Int32(slot))
        }
        return (symbols, indices)
    }

    @Test("What is encoded is decoded, for any number of lanes, with escapes", arguments: [1, 2, 3, 4, 7, 16])
    func roundTrip(lanes: Int) throws {
        let tables = GaussianTables.tables()
        var random = SeededGenerator(seed: UInt64(lanes))
        for count in [0, 1, 2, 3, 5, 17, 1_000, 20_000] {
            let (symbols, indices) = Self.draw(count, tables, escapes: 50, using: &random)
            let bytes = InterleavedEncoder.encode(symbols, tableIndices: indices, of: tables, lanes: lanes)
            var decoder = try InterleavedDecoder(bytes, tables: tables, lanes: lanes, at: "test")
            #expect(decoder.decode(tableIndices: indices) == symbols)
            try decoder.requireEnd()
        }
    }

    @Test("Every 16-bit symbol passes the escape")
    func everyEscape() throws {
        for first in [-32_768, -3, 0, 32_766] {
            let tables = FrequencyTables(firstSymbols: [first], frequencies: [[65_000, 536]])
            let symbols = (Int32(Int16.min)...Int32(Int16.max)).map { $0 }
            let indices = [UInt16](repeating: 0, count: symbols.count)
            let bytes = InterleavedEncoder.encode(symbols, tableIndices: indices, of: tables)
            var decoder = try InterleavedDecoder(bytes, tables: tables, at: "test")
            #expect(decoder.decode(tableIndices: indices) == symbols)
            try decoder.requireEnd()
        }
    }

    @Test("The bytes stay within 0.1 % and 24 bytes of the ideal length under the tables")
    func length() {
        let tables = GaussianTables.tables()
        var random = SeededGenerator(seed: 3)
        let (symbols, indices) = Self.draw(100_000, tables, escapes: .max, using: &random)
        var bits = 0.0
        for (symbol, index) in zip(symbols, indices) {
            let frequency = tables.frequencies(Int(index))[Int(symbol - tables.firstSymbols[Int(index)])]
            bits += 16 - log2(Double(frequency))
        }
        let bytes = InterleavedEncoder.encode(symbols, tableIndices: indices, of: tables)
        #expect(Double(bytes.count) < bits / 8 * 1.001 + 24)
        #expect(Double(bytes.count) > bits / 8)
    }

    @Test("The layout, by hand: one lane, one symbol of frequency 3 at start 2")
    func layout() {
        // x = 2^24: floor(2^24 / 3) = 5592405 remainder 1, so x = 5592405 * 65536 + 2 + 1 = 0x55_5555_0003.
        let tables = FrequencyTables(firstSymbols: [4], frequencies: [[2, 3, 65_531]])
        #expect(
            InterleavedEncoder.encode([5], tableIndices: [0], of: tables, lanes: 1) == [0x03, 0x00, 0x55, 0x55, 0x55])
    }

    @Test("streamPayloadInvalid: damaged bytes never trap; bytes that are missing are always noticed")
    func damaged() throws {
        let tables = GaussianTables.tables()
        var random = SeededGenerator(seed: 4)
        let (symbols, indices) = Self.draw(500, tables, escapes: 20, using: &random)
        let bytes = InterleavedEncoder.encode(symbols, tableIndices: indices, of: tables)
        var unnoticed = 0
        for round in 0..<5_000 {
            var damaged = bytes
            let isShort = round % 2 == 0
            if isShort { damaged.removeLast(Int.random(in: 1...damaged.count, using: &random)) }
            for _ in 0..<Int.random(in: 0...4, using: &random) where !damaged.isEmpty {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            guard damaged != bytes else { continue }
            do {
                var decoder = try InterleavedDecoder(damaged, tables: tables, at: "test")
                _ = decoder.decode(tableIndices: indices)
                try decoder.requireEnd()
                // Another symbol of the same frequency, or other bypass bits, can lead back to the same state:
                // checksums are for those.
                unnoticed += 1
                #expect(!isShort)
            } catch {
                #expect(error.code == .streamPayloadInvalid)
            }
        }
        #expect(unnoticed < 100)
    }
}
