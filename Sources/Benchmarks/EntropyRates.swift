import CEntropyYardstick
import EntropyCoding
import EntropyUnits

/// Entropy coder and trellis on latents of two Kodak pictures' size, beside a plain C coder on the same symbols and
/// tables.
enum EntropyRates {
    static func report() {
        let tables = GaussianTables.tables()
        let latents = Latents(count: 2_000_000)
        let symbols = ScalarQuantizer.round(latents.values, step: 16)
        let count = Double(symbols.count)

        var bytes: [UInt8] = []
        let encoding = best { bytes = InterleavedEncoder.encode(symbols, tableIndices: latents.tables, of: tables) }
        var decoded: [Int32] = []
        let decoding = best {
            var decoder = try! InterleavedDecoder(bytes, tables: tables, at: "benchmark")
            decoded = decoder.decode(tableIndices: latents.tables)
        }
        precondition(decoded == symbols, "the decoder gave other symbols")
        let (plainEncoding, plainDecoding, plainBytes) = plain(symbols, latents.tables, tables)
        print(
            """
            entropy coder, million symbols a second   encode \(millions(count / encoding)), plain C \
            \(millions(count / plainEncoding)); decode \(millions(count / decoding)), plain C \
            \(millions(count / plainDecoding)); \(bytes.count) bytes, plain C \(plainBytes)
            """
        )

        let rates = RateTable(tables)
        for trellis in [TrellisTable.fourStates, .eightStates] {
            let unit = TrellisUnit(trellis, settings: DecisionSettings(step: 9, squaredGridStepsPerBit: 3))
            let time = best {
                _ = unit.run(
                    latents.values, tableIndices: latents.tables, rates: rates,
                    quantizerPitch: GaussianTables.levelCount)
            }
            print("trellis of \(trellis.stateCount) states, million samples a second   \(millions(count / time))")
        }
    }

    /// CPU seconds of the fastest of five.
    private static func best(_ work: () -> Void) -> Double { (0..<5).map { _ in cpuSeconds(work) }.min()! }
    private static func millions(_ rate: Double) -> String { oneDecimal(rate * 1e-6) }

    private static func plain(
        _ symbols: [Int32], _ indices: [UInt16], _ tables: FrequencyTables
    ) -> (encoding: Double, decoding: Double, bytes: Int) {
        var lookup: [UInt16] = []
        for table in 0..<tables.count {
            let slots = tables.starts[Int(tables.slotOffsets[table])..<Int(tables.slotOffsets[table + 1])]
            lookup += (0..<256).map { bucket in UInt16(slots.lastIndex { Int($0) <= bucket << 8 }! - slots.startIndex) }
        }
        var words = [UInt32](repeating: 0, count: symbols.count)
        var decoded = [Int32](repeating: 0, count: symbols.count)
        return tables.firstSymbols.withUnsafeBufferPointer { first in
            tables.slotOffsets.withUnsafeBufferPointer { offsets in
                tables.starts.withUnsafeBufferPointer { starts in
                    let described = yardstick_tables(
                        first_symbols: first.baseAddress, slot_offsets: offsets.baseAddress, starts: starts.baseAddress)
                    var count = 0
                    let encoding = best {
                        count = yardstick_encode(symbols, indices, symbols.count, described, &words, words.count)
                    }
                    let decoding = best {
                        words.withUnsafeBufferPointer {
                            yardstick_decode(
                                &decoded, indices, symbols.count, described, lookup,
                                $0.baseAddress! + words.count - count)
                        }
                    }
                    precondition(decoded == symbols, "the plain decoder gave other symbols")
                    return (encoding, decoding, 4 * count)
                }
            }
        }
    }
}

/// Sums of uniform numbers at the scale of their level: most levels low, as in a picture.
private struct Latents {
    var values: [Int32] = []
    var tables: [UInt16] = []

    init(count: Int) {
        var state: UInt64 = 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for _ in 0..<count {
            let level = Int(min(next() % 30, next() % 40))
            let sum = (0..<4).reduce(0.0) { total, _ in total + Double(next() % 65_536) / 65_536 - 0.5 }
            values.append(Int32(sum * 1.7 * min(GaussianTables.scales[level], 3) * 16))
            tables.append(UInt16(level))
        }
    }
}
