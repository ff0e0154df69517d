import ExactArithmetic
import FixedPoint
import Random
import Testing

@Suite("Requantization: the machine's path against hand-worked values, hardware floats and the oracle")
struct RequantizeTests {
    /// Accumulators -3, -2, -1, 1, 2, 3 times 1/4 (mantissa 2^30, exponent -1): the table of docs/arithmetic.md, worked
    /// by hand.
    static let quarters: [RoundingRule: [Int64]] = [
        .single: [-1, 0, 0, 0, 1, 1],
        .gemmlowpDouble: [-1, -1, 0, 1, 1, 1],
        .halfUpDouble: [0, 0, 0, 1, 1, 1],
        .tosaDouble: [-1, -1, 0, 1, 1, 1],
        .halfEven: [-1, 0, 0, 0, 0, 1],
        .halfAway: [-1, -1, 0, 0, 1, 1],
        .floor: [-1, -1, -1, 0, 0, 0],
        .ceiling: [0, 0, 0, 1, 1, 1],
        .towardZero: [0, 0, 0, 0, 0, 0],
        .onnxFloat32: [-1, 0, 0, 0, 0, 1],
    ]

    @Test(arguments: RoundingRule.allCases)
    func quartersByHand(rule: RoundingRule) throws {
        let quarter = QuantizedMultiplier(mantissa: 1 << 30, exponent: -1)
        let expected = try #require(Self.quarters[rule])
        for (accumulator, value) in zip([-3, -2, -1, 1, 2, 3] as [Int64], expected) {
            #expect(requantize(accumulator, by: quarter, rounding: rule) == value, "\(rule): \(accumulator) / 4")
        }
    }

    /// The ties of TFLite's two steps: the high multiply's go up (0.5 -> 1, -0.5 -> 0, -1.5 -> -1), the shift's away
    /// from zero.
    @Test func gemmlowpTies() {
        let half = QuantizedMultiplier(mantissa: 1 << 30, exponent: 0)
        #expect([1, -1, -3].map { requantize($0, by: half, rounding: .gemmlowpDouble) } == [1, 0, -1])
        // Times 1/2 is exact for even accumulators; then the shift by one meets 0.5, -0.5, 1.5, -1.5.
        let quarter = QuantizedMultiplier(mantissa: 1 << 30, exponent: -1)
        #expect([2, -2, 6, -6].map { requantize($0, by: quarter, rounding: .gemmlowpDouble) } == [1, -1, 2, -2])
    }

    @Test(arguments: RoundingRule.allCases)
    func multiplyingByOneAndZero(rule: RoundingRule) {
        for accumulator in [-(1 << 23), -1, 0, 1, 77, 1 << 23] as [Int64] {
            #expect(requantize(accumulator, by: .one, rounding: rule) == accumulator)
            #expect(requantize(accumulator, by: .zero, rounding: rule) == 0)
        }
    }

    /// Every int8-sized accumulator, mantissas at the edges of each width, exponents at the edges of each path.
    @Test(arguments: RoundingRule.allCases)
    func everyInt8Accumulator(rule: RoundingRule) {
        let mantissas: [UInt32] = [
            0, 1, 1 << 30, 0x5555_5555, 0x6000_0000, 0x7fff_ffbf, 0x7fff_ffc0, 0x7fff_ffff,
        ]
        let exponents = [-62, -32, -31, -8, -7, -6, -3, -2, -1, 0, 1, 7, 24, 30]
        for mantissa in mantissas {
            for exponent in exponents {
                let multiplier = QuantizedMultiplier(mantissa: mantissa, exponent: exponent)
                for accumulator in -128...127 as ClosedRange<Int64> {
                    let range = accumulator...accumulator
                    if RequantizationRefusal.reason(rule: rule, multiplier: multiplier, accumulators: range) != nil {
                        continue
                    }
                    let expected = ExactRequantize.rounded(ExactInteger(accumulator), by: multiplier, rule: rule)
                    let found = requantize(accumulator, by: multiplier, rounding: rule)
                    if ExactInteger(found) != expected {
                        Issue.record("\(rule): \(accumulator) by \(multiplier): \(found), oracle \(expected)")
                        return
                    }
                }
            }
        }
    }

    /// `onnxFloat32` against the processor's own float32: convert, multiply, round to nearest even.
    @Test func onnxEqualsHardwareFloats() {
        var generator = SeededGenerator(seed: 24)
        for _ in 0..<200_000 {
            let accumulator =
                Int64.random(in: -(1 << 39)...(1 << 39), using: &generator)
                >> Int64.random(in: 0...38, using: &generator)
            let mantissa = UInt32.random(in: 1 << 23..<1 << 24, using: &generator) << 7
            let multiplier = QuantizedMultiplier(
                mantissa: mantissa, exponent: Int.random(in: -62...0, using: &generator))
            let scale = Float(mantissa) * Float(sign: .plus, exponent: multiplier.exponent - 31, significand: 1)
            let expected = Int64((Float(accumulator) * scale).rounded(.toNearestOrEven))
            let found = requantize(accumulator, by: multiplier, rounding: .onnxFloat32)
            if found != expected {
                Issue.record("seed 24: \(accumulator) by \(multiplier): \(found), hardware \(expected)")
                return
            }
        }
    }

    /// A mantissa with more than 24 bits is rounded to 24 first, to even: as if the scale had been stored as a float32.
    @Test func onnxRoundsALongMantissa() {
        for (long, short) in [(0x4000_0040, 0x4000_0000), (0x4000_00c0, 0x4000_0100), (0x4000_0041, 0x4000_0080)]
            as [(UInt32, UInt32)]
        {
            for accumulator in [1, 3, 12345, -7_654_321] as [Int64] {
                #expect(
                    requantize(
                        accumulator, by: QuantizedMultiplier(mantissa: long, exponent: 3), rounding: .onnxFloat32)
                        == requantize(
                            accumulator, by: QuantizedMultiplier(mantissa: short, exponent: 3), rounding: .onnxFloat32))
            }
        }
        // 2^24 + 1 has no float32: it becomes 2^24 before the product, where the exact rules keep it.
        #expect(requantize(1 << 24 + 1, by: .one, rounding: .onnxFloat32) == 1 << 24)
        #expect(requantize(1 << 24 + 1, by: .one, rounding: .halfEven) == 1 << 24 + 1)
    }

    /// The corners of the ranges: extreme accumulators of 32, 33 and 48 bits, extreme mantissas, every exponent.
    @Test(arguments: RoundingRule.allCases)
    func boundaries(rule: RoundingRule) {
        var corners: [Int64] = [-1, 0, 1]
        for power in [1 << 31, 1 << 32, 1 << 39, 1 << 47] as [Int64] {
            corners += [-power - 1, -power, power - 1, power]
        }
        for accumulator in corners {
            for mantissa in [1, 1 << 30, 0x7fff_ffff] as [UInt32] {
                for exponent in QuantizedMultiplier.exponents {
                    let multiplier = QuantizedMultiplier(mantissa: mantissa, exponent: exponent)
                    let shifted = ExactInteger(accumulator) << max(exponent, 0)
                    if rule == .gemmlowpDouble && shifted.signedWidth > 32 { continue }
                    let exact = ExactRequantize.rounded(ExactInteger(accumulator), by: multiplier, rule: rule)
                    let expected = min(max(exact, ExactInteger(Int64.min)), ExactInteger(Int64.max))
                    let found = requantize(accumulator, by: multiplier, rounding: rule)
                    if ExactInteger(found) != expected {
                        Issue.record("\(rule): \(accumulator) by \(multiplier): \(found), oracle \(expected)")
                        return
                    }
                }
            }
        }
    }
}
