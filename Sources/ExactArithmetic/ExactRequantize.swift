public import FixedPoint

/// The oracle of requantization: each rounding rule from its definition on exact rationals, with integers of any
/// length.
///
/// It shares no step with `requantize` of FixedPoint, which shifts machine words.
public enum ExactRequantize {
    /// The multiplier's exact value, `m 2^s / 2^31`.
    public static func value(of multiplier: QuantizedMultiplier) -> ExactRational {
        ExactRational(ExactInteger(multiplier.mantissa)) * .powerOfTwo(multiplier.exponent - 31)
    }

    /// The exact quotient before any rounding, `acc m / 2^(31-s)`.
    public static func quotient(_ accumulator: ExactInteger, by multiplier: QuantizedMultiplier) -> ExactRational {
        ExactRational(accumulator) * value(of: multiplier)
    }

    /// The quotient rounded by the rule, not saturated.
    ///
    /// `gemmlowpDouble` requires `acc 2^max(s,0)` to fit 32 bits.
    public static func rounded(
        _ accumulator: ExactInteger, by multiplier: QuantizedMultiplier, rule: RoundingRule
    ) -> ExactInteger {
        let exact = quotient(accumulator, by: multiplier)
        let exponent = multiplier.exponent
        switch rule {
        case .single:
            return exact.rounded(.halfUp)
        case .gemmlowpDouble:
            return gemmlowp(accumulator, multiplier)
        case .halfUpDouble:
            return secondRounding(of: highProduct(accumulator, multiplier), multiplier, .halfUp)
        case .tosaDouble:
            // 2^30 of the product's grid is 2^30 / 2^(31-s) of the quotient's.
            let extra = exponent < 0 ? ExactRational.powerOfTwo(exponent - 1) : 0
            return (accumulator.signum < 0 ? exact - extra : exact + extra).rounded(.halfUp)
        case .halfEven:
            return exact.rounded(.halfEven)
        case .halfAway:
            return exact.rounded(.halfAway)
        case .floor:
            return exact.rounded(.floor)
        case .ceiling:
            return exact.rounded(.ceiling)
        case .towardZero:
            return exact.rounded(.towardZero)
        case .onnxFloat32:
            let product = roundedTo24Bits(ExactRational(accumulator)) * roundedTo24Bits(value(of: multiplier))
            return roundedTo24Bits(product).rounded(.halfEven)
        }
    }

    /// RN24: the nearest number of 24 significant bits (exponent unbounded), ties to the even last bit.
    public static func roundedTo24Bits(_ value: ExactRational) -> ExactRational {
        if value.signum == 0 { return value }
        let unit = ExactRational.powerOfTwo(value.binaryExponent - 23)
        return ExactRational((value / unit).rounded(.halfEven)) * unit
    }

    /// The first rounding of the double rules: the high product of the left-shifted accumulator and the mantissa, ties
    /// up.
    private static func highProduct(_ accumulator: ExactInteger, _ multiplier: QuantizedMultiplier) -> ExactInteger {
        let shifted = accumulator << max(multiplier.exponent, 0)
        return ExactRational(shifted * ExactInteger(multiplier.mantissa), .powerOfTwo(31)).rounded(.halfUp)
    }

    private static func secondRounding(
        of high: ExactInteger, _ multiplier: QuantizedMultiplier, _ rounding: IntegerRounding
    ) -> ExactInteger {
        ExactRational(high, .powerOfTwo(max(-multiplier.exponent, 0))).rounded(rounding)
    }

    private static func gemmlowp(_ accumulator: ExactInteger, _ multiplier: QuantizedMultiplier) -> ExactInteger {
        let shifted = accumulator << max(multiplier.exponent, 0)
        precondition(shifted.signedWidth <= 32, "gemmlowpDouble: \(shifted) does not fit 32 bits")
        let highest: ExactInteger = 2_147_483_647
        return secondRounding(of: min(highProduct(accumulator, multiplier), highest), multiplier, .halfAway)
    }
}
