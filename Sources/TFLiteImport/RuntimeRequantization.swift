package import FixedPoint

/// What a runtime makes of an accumulator, before it adds the output's zero point and clamps. None of these decreases.
package enum RuntimeRequantization: Equatable {
    /// A saturating rounding doubling high multiply, then a rounding shift: the older kernels, whose arithmetic is
    /// `gemmlowpDouble`.
    case doubleRounding(QuantizedMultiplier)
    /// The accumulator times a factor in float64, rounded half away from zero: FULLY_CONNECTED of LiteRT.
    case float64(Double)
    /// The mean of so many elements, zero points included, rounded half away from zero, less the zero point. The
    /// accumulator is their sum without zero points.
    case average(count: Int, zeroPoint: Int)

    /// The accumulator fits 32 bits, after a left shift too.
    @inline(__always)
    package func value(of accumulator: Int64) -> Int64 {
        switch self {
        case .doubleRounding(let multiplier):
            let shifted = accumulator << Int64(max(multiplier.exponent, 0))
            let product = shifted * Int64(multiplier.mantissa)
            let nudge: Int64 = product >= 0 ? 1 << 30 : 1 - 1 << 30
            let high = (product + nudge) / (1 << 31)
            let shift = Int64(max(-multiplier.exponent, 0))
            let mask = Int64(1) << shift - 1
            let threshold = mask >> 1 + (high < 0 ? 1 : 0)
            return high >> shift + (high & mask > threshold ? 1 : 0)
        case .float64(let factor):
            let product = (Double(accumulator) * factor).rounded(.toNearestOrAwayFromZero)
            return Int64(max(min(product, 0x1p62), -0x1p62))
        case .average(let count, let zeroPoint):
            let (count, zeroPoint) = (Int64(count), Int64(zeroPoint))
            let sum = accumulator + count * zeroPoint
            let half = sum > 0 ? count / 2 : -(count / 2)
            return (sum + half) / count - zeroPoint
        }
    }

    /// Accumulators for one step of the result, for estimates; infinite where there is none.
    var stepsPerResult: Double {
        switch self {
        case .doubleRounding(let multiplier): 1 / multiplier.factor
        case .float64(let factor): 1 / factor
        case .average(let count, _): Double(count)
        }
    }

    /// So many accumulators before a half step above 0, and behind one below 0, the result steps: what the first of two
    /// roundings adds.
    var stepOffset: Double {
        guard case .doubleRounding(let multiplier) = self, multiplier.exponent < 0 else { return 0 }
        return 0x1p30 / Double(multiplier.mantissa)
    }
}
