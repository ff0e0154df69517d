import CGoldenModel
import ExactArithmetic
import FixedPoint
import Random
import Testing

@Suite struct RequantizeTests {
    /// The numbers of the header are the rules in the order of their names.
    @Test func rulesAreNumberedAsNamed() {
        let numbers = [
            "single": INTAGLIO_GOLDEN_SINGLE, "gemmlowpDouble": INTAGLIO_GOLDEN_GEMMLOWP_DOUBLE,
            "halfUpDouble": INTAGLIO_GOLDEN_HALF_UP_DOUBLE,
            "tosaDouble": INTAGLIO_GOLDEN_TOSA_DOUBLE, "halfEven": INTAGLIO_GOLDEN_HALF_EVEN,
            "halfAway": INTAGLIO_GOLDEN_HALF_AWAY,
            "floor": INTAGLIO_GOLDEN_FLOOR, "ceiling": INTAGLIO_GOLDEN_CEILING,
            "towardZero": INTAGLIO_GOLDEN_TOWARD_ZERO,
            "onnxFloat32": INTAGLIO_GOLDEN_ONNX_FLOAT32,
        ]
        #expect(RoundingRule.allCases.map { numbers[$0.rawValue] } == RoundingRule.allCases.indices.map { $0 })
    }

    /// Saturated to `bits` bits.
    private func expected(_ exact: ExactInteger, bits: Int) -> Int? {
        let limit = ExactInteger.powerOfTwo(bits - 1)
        return Int64(exactly: min(max(exact, -limit), limit - 1)).map { Int($0) }
    }

    @Test(arguments: RoundingRule.allCases) func equalsTheDefinition(rule: RoundingRule) {
        var random = SeededGenerator(seed: 11)
        let number = RoundingRule.allCases.firstIndex(of: rule)!
        var compared = 0
        for _ in 0..<20_000 {
            let exponent = Int.random(in: -62...30, using: &random)
            let mantissa = UInt32.random(in: 0..<1 << 31, using: &random) & ~(Bool.random(using: &random) ? 0xFFFF : 0)
            let accumulator =
                Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 1...63, using: &random)
            let bits = Bool.random(using: &random) ? 24 : 32
            let multiplier = QuantizedMultiplier(mantissa: mantissa, exponent: exponent)
            let limit = ExactInteger.powerOfTwo(31 - max(exponent, 0))
            let isDefined =
                rule != .gemmlowpDouble || (ExactInteger(accumulator) >= -limit && ExactInteger(accumulator) < limit)
            let found = requantize(number, accumulator, mantissa, exponent, bits: bits)
            guard isDefined else {
                #expect(found == nil, "\(accumulator) \(multiplier)")
                continue
            }
            compared += 1
            let exact = ExactRequantize.rounded(ExactInteger(accumulator), by: multiplier, rule: rule)
            #expect(found == expected(exact, bits: bits), "\(accumulator) \(multiplier)")
        }
        #expect(compared > 2_000)
    }

    @Test func whatIsOutsideARangeIsRefused() {
        var result: Int32 = 77
        #expect(intaglio_golden_requantize(0, 1, 1 << 30, 0, 32, nil) == INTAGLIO_GOLDEN_NULL_POINTER)
        for rule in [Int32.min, -1, 10, .max] {
            #expect(intaglio_golden_requantize(rule, 1, 1 << 30, 0, 32, &result) == INTAGLIO_GOLDEN_RULE)
        }
        for bits in [Int32.min, 1, 33, .max] {
            #expect(intaglio_golden_requantize(0, 1, 1 << 30, 0, bits, &result) == INTAGLIO_GOLDEN_COUNT)
        }
        for exponent in [Int32.min, -63, 31, .max] {
            #expect(intaglio_golden_requantize(0, 1, 1 << 30, exponent, 32, &result) == INTAGLIO_GOLDEN_MULTIPLIER)
        }
        for mantissa in [UInt32(1) << 31, .max] {
            #expect(intaglio_golden_requantize(0, 1, mantissa, 0, 32, &result) == INTAGLIO_GOLDEN_MULTIPLIER)
        }
        #expect(intaglio_golden_requantize(1, 1 << 31, 1 << 30, 0, 32, &result) == INTAGLIO_GOLDEN_OPERAND)
        #expect(intaglio_golden_requantize(1, 1 << 30, 1 << 30, 1, 32, &result) == INTAGLIO_GOLDEN_OPERAND)
        #expect(intaglio_golden_requantize(1, .min, 1 << 30, 30, 32, &result) == INTAGLIO_GOLDEN_OPERAND)
        #expect(result == 77, "a refused call writes nothing")
        #expect(requantize(1, -1 << 30, 1 << 30, 1) == -1 << 30)
    }
}
