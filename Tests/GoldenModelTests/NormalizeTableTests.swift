import CGoldenModel
import ExactArithmetic
import Random
import Testing

/// Against the oracle's exact rationals, with lines of any slope.
@Suite struct NormalizeTableTests {
    private struct Table {
        var indexBits = 3
        var offsetBits = 7
        var baseBits = 14
        var slopeShift = 6
        var bases: [UInt32] = []
        var slopes: [Int32] = []
    }

    private func call(
        _ form: Int32, _ value: Int32, _ norm: Int64, _ scale: UInt32, _ shift: Int32, _ table: Table, bits: Int32 = 32
    ) -> (status: Int32, result: Int32) {
        var result: Int32 = 0
        let status = intaglio_golden_normalize_table(
            form, value, norm, scale, shift, Int32(table.indexBits), Int32(table.offsetBits), Int32(table.baseBits),
            Int32(table.slopeShift), table.bases, table.slopes,
            bits, &result)
        return (status, result)
    }

    /// Lines between any two numbers of the base's bits.
    private func lines(using generator: inout SeededGenerator) -> Table {
        var table = Table()
        (table.indexBits, table.offsetBits) = (
            .random(in: 1...8, using: &generator), .random(in: 1...16, using: &generator)
        )
        (table.baseBits, table.slopeShift) = (
            .random(in: 9...18, using: &generator), .random(in: 0...31, using: &generator)
        )
        let (largest, lastOffset) = (1 << table.baseBits - 1, 1 << table.offsetBits - 1)
        for _ in 0..<1 << table.indexBits {
            let (first, last) = (
                Int.random(in: 0...largest, using: &generator), Int.random(in: 0...largest, using: &generator)
            )
            let slope = (last - first) * (1 << table.slopeShift) / lastOffset
            table.bases.append(UInt32(first))
            table.slopes.append(Int32(max(-(1 << 17), min(1 << 17 - 1, slope))))
        }
        return table
    }

    @Test("The four forms equal the oracle", arguments: ExactTableNormalization.Form.allCases)
    func oracle(form: ExactTableNormalization.Form) {
        var generator = SeededGenerator(seed: UInt64(form.rawValue) + 31)
        for _ in 0..<100 {
            var table = lines(using: &generator)
            if form == .igdn1 {
                (table.indexBits, table.offsetBits, table.slopeShift, table.bases, table.slopes) = (0, 0, 0, [], [])
            }
            let oracle = ExactTableNormalization(
                form, indexBits: table.indexBits, offsetBits: table.offsetBits, baseBits: table.baseBits,
                slopeShift: table.slopeShift,
                bases: table.bases.map { Int($0) }, slopes: table.slopes.map { Int($0) })
            for _ in 0..<50 {
                let value = Int32.random(in: -32768...32767, using: &generator)
                let norm = Int64.random(in: 1..<1 << Int64.random(in: 1...40, using: &generator), using: &generator)
                let scale = UInt32.random(in: 1..<1 << UInt32.random(in: 1...24, using: &generator), using: &generator)
                let shift = Int32.random(in: 0...62, using: &generator)
                let exact = oracle.normalized(
                    ExactInteger(value), norm: ExactInteger(norm), scale: ExactInteger(scale), shift: Int(shift))
                let limit = ExactInteger.powerOfTwo(31)
                let expected = Int(exactly: min(max(exact, -limit), limit - 1))!
                let found = call(Int32(form.rawValue), value, norm, scale, shift, table)
                #expect(
                    found.status == INTAGLIO_GOLDEN_OK && Int(found.result) == expected,
                    "\(form) v \(value), n \(norm), M \(scale), S \(shift), \(table)")
            }
        }
    }

    @Test("Refusals")
    func refusals() {
        var generator = SeededGenerator(seed: 3)
        let sound = lines(using: &generator)
        func status(
            _ form: Int32 = 0, value: Int32 = 1, norm: Int64 = 1, scale: UInt32 = 1, shift: Int32 = 0, bits: Int32 = 32,
            _ change: (inout Table) -> Void = { _ in }
        ) -> Int32 {
            var table = sound
            change(&table)
            return call(form, value, norm, scale, shift, table, bits: bits).status
        }
        #expect(status() == INTAGLIO_GOLDEN_OK)
        #expect(status(4) == INTAGLIO_GOLDEN_FORM && status(-1) == INTAGLIO_GOLDEN_FORM)
        #expect(
            status(bits: 33) == INTAGLIO_GOLDEN_COUNT && status { $0.indexBits = 9 } == INTAGLIO_GOLDEN_COUNT
                && status(3) == INTAGLIO_GOLDEN_COUNT)
        #expect(status(scale: 0) == INTAGLIO_GOLDEN_MULTIPLIER && status(shift: 63) == INTAGLIO_GOLDEN_MULTIPLIER)
        #expect(status(value: 32768) == INTAGLIO_GOLDEN_OPERAND && status(norm: 0) == INTAGLIO_GOLDEN_OPERAND)
        #expect(
            status { $0.offsetBits = 17 } == INTAGLIO_GOLDEN_CODEBOOK
                && status { $0.bases[0] = 1 << 18 } == INTAGLIO_GOLDEN_CODEBOOK)
        var result: Int32 = 0
        #expect(
            intaglio_golden_normalize_table(0, 1, 1, 1, 0, 1, 1, 9, 0, nil, nil, 32, &result)
                == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(
            intaglio_golden_normalize_table(3, 5, 3, 1, 0, 0, 0, 9, 0, nil, nil, 32, &result) == INTAGLIO_GOLDEN_OK
                && result == 15)
        #expect(
            intaglio_golden_normalize_table(3, 5, 3, 1, 0, 0, 0, 9, 0, nil, nil, 32, nil)
                == INTAGLIO_GOLDEN_NULL_POINTER)
    }
}
