import CGoldenModel
import ExactArithmetic
import Random
import Testing

@Suite struct NormalizeTests {
    private func expected(_ form: Int, _ value: Int, _ norm: Int64, _ scale: UInt32, _ shift: Int, bits: Int) -> Int? {
        let (v, n, m) = (ExactInteger(value), ExactInteger(norm), ExactInteger(scale))
        let exact =
            switch form {
            case INTAGLIO_GOLDEN_GDN: ExactNormalization.gdn(v, norm: n, scale: m, shift: shift)
            case INTAGLIO_GOLDEN_IGDN: ExactNormalization.igdn(v, norm: n, scale: m, shift: shift)
            case INTAGLIO_GOLDEN_GDN1: ExactNormalization.gdn1(v, norm: n, scale: m, shift: shift)
            default: ExactNormalization.igdn1(v, norm: n, scale: m, shift: shift)
            }
        let limit = ExactInteger.powerOfTwo(bits - 1)
        return Int64(exactly: min(max(exact, -limit), limit - 1)).map { Int($0) }
    }

    @Test(arguments: 0..<4) func equalsTheDefinition(form: Int) {
        var random = SeededGenerator(seed: 5)
        var unsaturated = 0
        for _ in 0..<5_000 {
            let value = Int.random(in: -32768...32767, using: &random) >> Int.random(in: 0...12, using: &random)
            let norm = max(1, Int64.random(in: 1..<1 << 40, using: &random) >> Int64.random(in: 0...39, using: &random))
            let scale = max(
                1, UInt32.random(in: 1..<1 << 24, using: &random) >> UInt32.random(in: 0...23, using: &random))
            let shift = Int.random(in: 0...62, using: &random)
            let bits = Bool.random(using: &random) ? 24 : 32
            let result = normalize(form, value, norm, scale, shift, bits: bits)
            #expect(
                result == expected(form, value, norm, scale, shift, bits: bits),
                "\(value) / \(norm), \(scale) / 2^\(shift)")
            if let result, result != 0, abs(result) < 1 << 22 { unsaturated += 1 }
        }
        #expect(unsaturated > 200)
    }

    /// The corners of every range.
    @Test(arguments: 0..<4) func equalsTheDefinitionAtTheExtremes(form: Int) {
        for value in [-32768, -1, 0, 1, 32767] {
            for norm in [1, 2, 1 << 39, 1 << 40 - 1] as [Int64] {
                for scale in [1, 1 << 23, 1 << 24 - 1] as [UInt32] {
                    for shift in [0, 1, 31, 62] {
                        #expect(
                            normalize(form, value, norm, scale, shift)
                                == expected(form, value, norm, scale, shift, bits: 32),
                            "\(value) / \(norm), \(scale) / 2^\(shift)")
                    }
                }
            }
        }
    }

    /// -7 with norm 2: 4.95, 9.90, 3.5 and 14, the sign put back last.
    @Test func theExampleOfTheArithmetic() {
        #expect(
            [INTAGLIO_GOLDEN_GDN, INTAGLIO_GOLDEN_IGDN, INTAGLIO_GOLDEN_GDN1, INTAGLIO_GOLDEN_IGDN1].map {
                normalize($0, -7, 2, 1, 0)
            } == [-5, -10, -4, -14])
    }

    @Test func whatIsOutsideARangeIsRefused() {
        var result: Int32 = 77
        #expect(intaglio_golden_normalize(0, 1, 1, 1, 0, 32, nil) == INTAGLIO_GOLDEN_NULL_POINTER)
        for form in [Int32.min, -1, 4, 256] {
            #expect(intaglio_golden_normalize(form, 1, 1, 1, 0, 32, &result) == INTAGLIO_GOLDEN_FORM)
        }
        for bits in [Int32(1), 33] {
            #expect(intaglio_golden_normalize(0, 1, 1, 1, 0, bits, &result) == INTAGLIO_GOLDEN_COUNT)
        }
        for scale in [UInt32(0), 1 << 24] {
            #expect(intaglio_golden_normalize(0, 1, 1, scale, 0, 32, &result) == INTAGLIO_GOLDEN_MULTIPLIER)
        }
        for shift in [Int32(-1), 63] {
            #expect(intaglio_golden_normalize(0, 1, 1, 1, shift, 32, &result) == INTAGLIO_GOLDEN_MULTIPLIER)
        }
        for value in [Int32(-32769), 32768] {
            #expect(intaglio_golden_normalize(0, value, 1, 1, 0, 32, &result) == INTAGLIO_GOLDEN_OPERAND)
        }
        for norm in [.min, 0, 1 << 40] as [Int64] {
            #expect(intaglio_golden_normalize(0, 1, norm, 1, 0, 32, &result) == INTAGLIO_GOLDEN_OPERAND)
        }
        #expect(result == 77, "a refused call writes nothing")
    }
}
