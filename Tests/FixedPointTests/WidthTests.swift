import FixedPoint
import Testing

@Suite("Bit widths, saturation, and what requantization refuses")
struct WidthTests {
    /// The definition itself, searched from below.
    func widthByDefinition(_ low: Int128, _ high: Int128) -> Int {
        var width = 1
        var half: Int128 = 1
        while low < -half || high >= half {
            width += 1
            half *= 2
        }
        return width
    }

    @Test func signedWidthOfEveryCorner() {
        var corners: [Int64] = [.min, .max]
        for bits in 0...62 as ClosedRange<Int64> {
            let power: Int64 = 1 << bits
            corners += [power - 1, power, power + 1, -power - 1, -power, 1 - power]
        }
        for value in corners {
            #expect(BitWidth.signed(holding: value) == widthByDefinition(Int128(value), Int128(value)), "\(value)")
            #expect(BitWidth.signed(holding: Int128(value)) == BitWidth.signed(holding: value))
            let range = min(value, -5)...max(value, 3)
            #expect(
                BitWidth.signed(holding: range) == widthByDefinition(Int128(range.lowerBound), Int128(range.upperBound))
            )
        }
        #expect(BitWidth.signed(holding: Int128(1) << 100) == 102)
        #expect(BitWidth.signed(holding: -(Int128(1) << 100)...0) == 101)
        #expect([0, 1, 2, 255, 256].map { BitWidth.unsigned(holding: $0) } == [1, 1, 2, 8, 9])
    }

    @Test func saturation() {
        #expect(BitWidth.signedRange(bits: 24) == -8_388_608...8_388_607)
        #expect(BitWidth.signedRange(bits: 64) == Int64.min...Int64.max)
        #expect(BitWidth.signedRange(bits: 1) == -1...0)
        #expect(
            [-8_388_609, -8_388_608, 0, 8_388_607, 8_388_608].map { saturate($0, toBits: 24) } == [
                -8_388_608, -8_388_608, 0, 8_388_607, 8_388_607,
            ])
        #expect(saturate(.min, toBits: 32) == Int64(Int32.min))
        #expect(saturate(.max, toBits: 32) == Int64(Int32.max))
        #expect(saturate(.max, toBits: 64) == .max)
    }

    @Test func refusals() {
        let doubling = QuantizedMultiplier(mantissa: 1 << 30, exponent: 2)
        let wide: ClosedRange<Int64> = -(1 << 30)...(1 << 29)
        let narrow: ClosedRange<Int64> = -(1 << 29)...(1 << 29 - 1)
        #expect(
            RequantizationRefusal.reason(rule: .gemmlowpDouble, multiplier: doubling, accumulators: wide)
                == .shiftedAccumulatorTooWide(leftShift: 2, bits: 33, limit: 32))
        #expect(RequantizationRefusal.reason(rule: .gemmlowpDouble, multiplier: doubling, accumulators: narrow) == nil)
        #expect(RequantizationRefusal.reason(rule: .gemmlowpDouble, multiplier: .one, accumulators: 0...0) == nil)
        for rule in RoundingRule.allCases where rule != .gemmlowpDouble {
            #expect(RequantizationRefusal.reason(rule: rule, multiplier: doubling, accumulators: wide) == nil)
        }
        for rule in RoundingRule.allCases {
            #expect(
                RequantizationRefusal.reason(rule: rule, multiplier: doubling, accumulators: 0...(1 << 47))
                    == .accumulatorTooWide(bits: 49, limit: 48))
        }
        let refusal = RequantizationRefusal.shiftedAccumulatorTooWide(leftShift: 2, bits: 33, limit: 32)
        #expect(refusal.found == "an accumulator of 33 bits after the shift left by 2")
        #expect(refusal.expected == "at most 32 bits before gemmlowpDouble's high multiply")
        #expect(RequantizationRefusal.accumulatorTooWide(bits: 49, limit: 48).found == "an accumulator of 49 bits")
        #expect(RequantizationRefusal.accumulatorTooWide(bits: 49, limit: 48).expected == "at most 48 bits")
    }

    @Test func multiplierRanges() {
        #expect(QuantizedMultiplier(checkingMantissa: 1 << 31, exponent: 0) == nil)
        #expect(QuantizedMultiplier(checkingMantissa: -1, exponent: 0) == nil)
        #expect(QuantizedMultiplier(checkingMantissa: 1, exponent: 31) == nil)
        #expect(QuantizedMultiplier(checkingMantissa: 1, exponent: -63) == nil)
        #expect(QuantizedMultiplier(checkingMantissa: 1 << 30, exponent: 1) == .one)
        #expect(
            QuantizedMultiplier(checkingMantissa: 1 << 31 - 1, exponent: -62)?.mantissa
                == QuantizedMultiplier.largestMantissa)
    }
}
