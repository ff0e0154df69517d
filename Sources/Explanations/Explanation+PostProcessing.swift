import ExactArithmetic
import FixedPoint
import Networks

/// From a sum to a result of R bits.
extension Explanation {

    mutating func postProcess(_ accumulator: Int64, _ post: PostProcessing, channel: Int) -> Int64 {
        let multiplier = accumulator < 0 ? post.multipliersNegative[channel] : post.multipliers[channel]
        say(
            """
            multiplier\(accumulator < 0 ? " of negative sums" : "") m = \(multiplier.mantissa), s = \
            \(multiplier.exponent): factor m / 2^31 x 2^s = \(ExactRequantize.value(of: multiplier).decimal(digits: 15))
            """
        )
        let exact = ExactRequantize.quotient(ExactInteger(accumulator), by: multiplier)
        let rounded = ExactRequantize.rounded(ExactInteger(accumulator), by: multiplier, rule: post.rounding)
        say("exact quotient = acc x m / 2^\(31 - multiplier.exponent) = \(exact) = \(exact.decimal(digits: 12))")
        say(
            "\(post.rounding.rawValue) gives \(rounded) (error \((ExactRational(rounded) - exact).decimal(digits: 12)))"
        )
        return limit(Int64(nearest: rounded), post.resultBits, post.clipLow, post.clipHigh)
    }

    mutating func limit(_ result: Int64, _ bits: Int, _ low: Int32, _ high: Int32) -> Int64 {
        let bound: Int64 = 1 << (bits - 1)
        let saturated = min(max(result, -bound), bound - 1)
        let clipped = min(max(saturated, Int64(low)), Int64(high))
        say("saturated to \(bits) bits: \(saturated); clipped to [\(low), \(high)]: r = \(clipped)")
        return clipped
    }
}

extension Int64 {
    /// An exact result, or the end of 64 bits that is nearest to it: it is saturated to 24 or 32 bits next.
    init(nearest exact: ExactInteger) { self = Int64(exactly: exact) ?? (exact.signum < 0 ? .min : .max) }
}
