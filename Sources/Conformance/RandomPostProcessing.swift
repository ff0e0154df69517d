import FixedPoint
import Foundation
import Networks
import Quantization
import Random

extension SeededGenerator {
    /// Multipliers that bring sums of `bits` to about the span of the output's entries, so that rounding and thresholds
    /// matter; nil where the rule's domain ends.
    mutating func postProcessing(
        channels: Int, sumBits: Int, output: TensorFormat, rounding: RoundingRule
    ) -> PostProcessing? {
        var multipliers: [QuantizedMultiplier] = []
        for channel in 0..<channels {
            let span = output.valueRange(channel: channel)
            let spanBits = Int.bitWidth - max(abs(span.lowerBound), abs(span.upperBound), 1).leadingZeroBitCount
            multipliers.append(multiplier(exponent: spanBits - sumBits + integer(-2...5), rounding: rounding))
        }
        var negative: [QuantizedMultiplier]?
        switch integer(0...3) {
        case 0:
            negative = multipliers.map {
                QuantizedMultiplier(mantissa: $0.mantissa, exponent: max($0.exponent - integer(1...7), -31))
            }
        case 1: negative = Array(repeating: .zero, count: channels)
        default: break
        }
        let largestExponent = (multipliers + (negative ?? [])).map(\.exponent).max() ?? 0
        let is32BitRule = [.gemmlowpDouble, .halfUpDouble, .tosaDouble].contains(rounding)
        guard !is32BitRule || sumBits + max(largestExponent, 0) <= 32 else { return nil }
        let (clipLow, clipHigh) = clip()
        let codeMap = once(in: 6) && output.bytesPerElement == 1 ? (0..<256).map { _ in UInt8(integer(0...255)) } : nil
        return PostProcessing(
            multipliers: multipliers, multipliersNegative: negative, rounding: rounding,
            resultBits: once(in: 2) ? 24 : 32, clipLow: clipLow,
            clipHigh: clipHigh, codeMap: codeMap)
    }

    /// Mostly the ends of Int32, sometimes an activation function's limits.
    mutating func clip() -> (low: Int32, high: Int32) {
        switch integer(0...3) {
        case 0: (0, Int32(integer(1...2000)))
        case 1: (Int32(integer(-300...0)), Int32(integer(1...300)))
        default: (.min, .max)
        }
    }

    private mutating func multiplier(exponent: Int, rounding: RoundingRule) -> QuantizedMultiplier {
        // Some mantissas are round numbers, so that exact ties happen.
        var mantissa: UInt32
        switch integer(0...3) {
        case 0: mantissa = 1 << 30
        case 1: mantissa = UInt32(integer(1 << 6...(1 << 7) - 1)) << 24
        default: mantissa = UInt32(integer(1 << 30...(1 << 31) - 1))
        }
        if rounding == .onnxFloat32 { mantissa &= ~127 }
        return QuantizedMultiplier(mantissa: mantissa, exponent: min(max(exponent, -31), 30))
    }
}
