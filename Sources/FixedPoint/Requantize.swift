/// The accumulator times the multiplier, rounded by the rule: the machine's own path.
///
/// Defined for every `Int64` accumulator (networks have at most `RequantizationRefusal.accumulatorBits`) and every
/// multiplier. The quotient is the rule's own; one that does not fit 64 bits is saturated to them, which the saturation
/// to R <= 32 bits that follows makes invisible. `gemmlowpDouble` requires `accumulator * 2^max(exponent, 0)` to fit 32
/// bits: `RequantizationRefusal` decides that beforehand.
@inlinable
public func requantize(_ accumulator: Int64, by multiplier: QuantizedMultiplier, rounding rule: RoundingRule) -> Int64 {
    // |accumulator| <= 2^31 and mantissa < 2^31: the product is below 2^62; with a shift of at most 62 the added half
    // is at most 2^61.
    if accumulator == Int64(Int32(truncatingIfNeeded: accumulator)) && multiplier.exponent >= -31 {
        return requantizeWord(accumulator, by: multiplier, rounding: rule)
    }
    // |product| <= 2^94, the added half is at most 2^92: 128 bits hold both.
    return Int64(clamping: requantizeWord(Int128(accumulator), by: multiplier, rounding: rule))
}

/// The rules of `docs/arithmetic.md` in a word wide enough for the product and the added half.
///
/// For `exponent >= 0` the double rules round once: `(a 2^s m + 2^30) >> 31` is `(a m + 2^(30-s)) >> (31-s)`.
@inlinable @inline(__always)
func requantizeWord<Word: FixedWidthInteger & SignedInteger>(
    _ accumulator: Word, by multiplier: QuantizedMultiplier, rounding rule: RoundingRule
) -> Word {
    let product = accumulator &* Word(truncatingIfNeeded: multiplier.mantissa)
    let exponent = multiplier.exponent
    let shift = 31 &- exponent
    switch rule {
    case .single:
        return shiftHalfUp(product, shift)
    case .gemmlowpDouble:
        requireShiftedAccumulatorFits(accumulator, exponent)
        // The one product that the high multiply saturates, (-2^31)^2, needs a mantissa of 2^31: 31 bits exclude it.
        return exponent >= 0 ? shiftHalfUp(product, shift) : shiftHalfAway(shiftHalfUp(product, 31), 0 &- exponent)
    case .halfUpDouble:
        return exponent >= 0 ? shiftHalfUp(product, shift) : shiftHalfUp(shiftHalfUp(product, 31), 0 &- exponent)
    case .tosaDouble:
        if exponent >= 0 { return shiftHalfUp(product, shift) }
        let extra: Word = accumulator < 0 ? -(1 << 30) : 1 << 30
        return shiftHalfUp(product &+ extra, shift)
    case .halfEven:
        return shiftHalfEven(product, shift)
    case .halfAway:
        return shiftHalfAway(product, shift)
    case .floor:
        return shiftFloor(product, shift)
    case .ceiling:
        return 0 &- shiftFloor(0 &- product, shift)
    case .towardZero:
        return shiftTowardZero(product, shift)
    case .onnxFloat32:
        let mantissa = roundTo24Bits(Word(truncatingIfNeeded: multiplier.mantissa))
        return shiftHalfEven(roundTo24Bits(roundTo24Bits(accumulator) &* mantissa), shift)
    }
}

@inlinable @inline(__always)
func requireShiftedAccumulatorFits<Word: FixedWidthInteger & SignedInteger>(_ accumulator: Word, _ exponent: Int) {
    let bits = Word(truncatingIfNeeded: 31 &- max(exponent, 0))
    let limit: Word = 1 &<< bits
    precondition(
        accumulator >= 0 &- limit && accumulator < limit,
        "gemmlowpDouble: accumulator \(accumulator) times 2^\(max(exponent, 0)) does not fit 32 bits")
}
