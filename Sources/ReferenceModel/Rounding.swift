import FixedPoint

/// Why a rounding rule gives no result.
enum RoundingRefusal: Error {
    /// `acc 2^max(s,0)` passes 32 bits under `gemmlowpDouble`.
    case shiftedAccumulatorTooWide
    /// The rule is not defined for a sum without a multiplier.
    case needsMultiplier
}

extension RoundingRule {
    /// The rule applied to `accumulator * multiplier`, by the definitions of `docs/arithmetic.md`; |accumulator| <
    /// 2^62, so that nothing below leaves 128 bits.
    func rounded(_ accumulator: Int64, times multiplier: QuantizedMultiplier) throws(RoundingRefusal) -> Int128 {
        let product = Int128(accumulator) * Int128(multiplier.mantissa)
        let s = multiplier.exponent
        switch self {
        case .gemmlowpDouble:
            let shifted = Int128(accumulator) * powerOfTwo(max(s, 0))
            guard shifted >= -powerOfTwo(31), shifted < powerOfTwo(31) else { throw .shiftedAccumulatorTooWide }
            let high = halfUpOfQuotient(shifted * Int128(multiplier.mantissa), powerOfTwo(31))
            return halfAwayOfQuotient(high, powerOfTwo(max(-s, 0)))
        case .halfUpDouble:
            let high = halfUpOfQuotient(product * powerOfTwo(max(s, 0)), powerOfTwo(31))
            return halfUpOfQuotient(high, powerOfTwo(max(-s, 0)))
        case .tosaDouble:
            guard s < 0 else { return halfUpOfQuotient(product, powerOfTwo(31 - s)) }
            let nudge = accumulator < 0 ? -powerOfTwo(30) : powerOfTwo(30)
            return halfUpOfQuotient(product + nudge, powerOfTwo(31 - s))
        case .onnxFloat32:
            let factor = roundedTo24Bits(Int128(multiplier.mantissa))
            let float = roundedTo24Bits(roundedTo24Bits(Int128(accumulator)) * factor)
            return halfEvenOfQuotient(float, powerOfTwo(31 - s))
        case .single, .halfEven, .halfAway, .floor, .ceiling, .towardZero:
            return try rounded(product, shiftedRightBy: 31 - s)
        }
    }

    /// The rules of one rounding, applied to the exact quotient `sum / 2^shift`; 1 <= shift <= 93.
    func rounded(_ sum: Int128, shiftedRightBy shift: Int) throws(RoundingRefusal) -> Int128 {
        let denominator = powerOfTwo(shift)
        switch self {
        case .single: return halfUpOfQuotient(sum, denominator)
        case .halfEven: return halfEvenOfQuotient(sum, denominator)
        case .halfAway: return halfAwayOfQuotient(sum, denominator)
        case .floor: return floorOfQuotient(sum, denominator)
        case .ceiling: return -floorOfQuotient(-sum, denominator)
        case .towardZero: return sum / denominator
        case .gemmlowpDouble, .halfUpDouble, .tosaDouble, .onnxFloat32: throw .needsMultiplier
        }
    }
}

func powerOfTwo(_ exponent: Int) -> Int128 {
    precondition((0...125).contains(exponent), "2^\(exponent) is outside 1...2^125")
    return Int128(1) << Int128(exponent)
}

/// RN24: the nearest integer with at most 24 significant bits, ties to even: a float32 without limits of its exponent.
func roundedTo24Bits(_ value: Int128) -> Int128 {
    let significantBits = 128 - value.magnitude.leadingZeroBitCount
    guard significantBits > 24 else { return value }
    let unit = powerOfTwo(significantBits - 24)
    return halfEvenOfQuotient(value, unit) * unit
}
