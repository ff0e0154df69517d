import CGoldenModel
import Random
import Testing

@Suite struct CodebookTests {
    /// An ascending table of `count` numbers in `range`.
    private func table(_ count: Int, in range: ClosedRange<Int32>, _ random: inout SeededGenerator) -> [Int32] {
        var numbers: Set<Int32> = []
        while numbers.count < count { numbers.insert(.random(in: range, using: &random)) }
        return numbers.sorted()
    }

    @Test func decodesEveryCode() {
        var random = SeededGenerator(seed: 3)
        for count in [1, 2, 17, 255, 256] {
            let entries = table(count, in: -20_000...20_000, &random)
            for offset in [Int32(0), -12_768, 12_767] {
                // Codes beyond a short codebook give its last entry.
                let expected = (0...255).map { entries[min($0, count - 1)] + offset }
                #expect(decode((0...255).map { UInt8($0) }, entries: entries, offset: offset) == expected)
            }
        }
        #expect(decode([], entries: [1], offset: 0) == [])
    }

    /// Both sides of every threshold, the ends of the range, tables short enough to be listed and too long for it.
    @Test func encodesBothSidesOfEveryThreshold() {
        var random = SeededGenerator(seed: 4)
        for (count, reach) in [(0, Int32(1)), (1, 100), (255, 200), (255, 100_000), (254, 1 << 30)] {
            let thresholds = table(count, in: -reach...reach, &random)
            for offset in [Int32(0), 31, -32_768] {
                var results = thresholds.flatMap { t in [t - 1, t, t + 1].map { $0 + offset } }
                results += [.min, -1, 0, 1, .max]
                let expected = results.map { result in UInt8(thresholds.count { Int($0) <= Int(result) - Int(offset) })
                }
                #expect(
                    encode(results, thresholds: thresholds, offset: offset) == expected,
                    "\(count) thresholds to \(reach), offset \(offset)")
            }
        }
        #expect(encode([4, 5], thresholds: [5, 5], offset: 0) == [0, 2])
    }

    @Test func whatIsOutsideARangeIsRefused() {
        let entries = Array(Int32(0)...299)
        let codes: [UInt8] = [0, 1]
        var values: [Int32] = [77, 77]
        for count in [Int32.min, 0, 257] {
            #expect(intaglio_golden_decode(entries, count, 0, codes, 2, &values) == INTAGLIO_GOLDEN_COUNT)
        }
        #expect(intaglio_golden_decode(entries, 2, 0, codes, -1, &values) == INTAGLIO_GOLDEN_COUNT)
        #expect(intaglio_golden_decode(nil, 2, 0, codes, 2, &values) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_decode(entries, 2, 0, nil, 2, &values) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_decode(entries, 2, 0, codes, 2, nil) == INTAGLIO_GOLDEN_NULL_POINTER)
        for (bad, offset) in [
            ([5, 5], 0), ([6, 5], 0), ([0, 32_768], 0), ([-32_769, 0], 0), ([0, 1], 32_767), ([0, 1], .max),
            ([.min, .max], .min),
        ] as [([Int32], Int32)] {
            #expect(
                intaglio_golden_decode(bad, 2, offset, codes, 2, &values) == INTAGLIO_GOLDEN_CODEBOOK,
                "\(bad), offset \(offset)")
        }
        #expect(values == [77, 77], "a refused call writes nothing")

        let results: [Int32] = [0, 1]
        var stored: [UInt8] = [77, 77]
        for count in [Int32(-1), 256] {
            #expect(intaglio_golden_encode(entries, count, 0, results, 2, &stored) == INTAGLIO_GOLDEN_COUNT)
        }
        #expect(intaglio_golden_encode(entries, 2, 0, results, -1, &stored) == INTAGLIO_GOLDEN_COUNT)
        #expect(intaglio_golden_encode(nil, 1, 0, results, 2, &stored) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_encode(entries, 2, 0, nil, 2, &stored) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_encode(entries, 2, 0, results, 2, nil) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_encode([6, 5], 2, 0, results, 2, &stored) == INTAGLIO_GOLDEN_CODEBOOK)
        #expect(stored == [77, 77], "a refused call writes nothing")
        #expect(intaglio_golden_encode(nil, 0, 0, results, 2, &stored) == INTAGLIO_GOLDEN_OK)
        #expect(stored == [0, 0])
    }
}
