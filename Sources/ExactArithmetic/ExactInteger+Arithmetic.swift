internal import CGMP

extension ExactInteger {
    public static func + (left: ExactInteger, right: ExactInteger) -> ExactInteger {
        ExactInteger(intaglio_mpz_add, left, right)
    }

    public static func - (left: ExactInteger, right: ExactInteger) -> ExactInteger {
        ExactInteger(intaglio_mpz_sub, left, right)
    }

    public static func * (left: ExactInteger, right: ExactInteger) -> ExactInteger {
        ExactInteger(intaglio_mpz_mul, left, right)
    }

    public static prefix func - (value: ExactInteger) -> ExactInteger {
        ExactInteger(intaglio_mpz_neg, value)
    }

    public static func += (left: inout ExactInteger, right: ExactInteger) { left = left + right }
    public static func -= (left: inout ExactInteger, right: ExactInteger) { left = left - right }
    public static func *= (left: inout ExactInteger, right: ExactInteger) { left = left * right }

    /// Times 2^bits, `bits >= 0`.
    public static func << (value: ExactInteger, bits: Int) -> ExactInteger {
        precondition(bits >= 0, "shift by \(bits) < 0")
        return ExactInteger({ intaglio_mpz_shift_left($0, $1, UInt64(bits)) }, value)
    }

    /// The floor of the quotient by 2^bits, `bits >= 0`.
    public static func >> (value: ExactInteger, bits: Int) -> ExactInteger {
        precondition(bits >= 0, "shift by \(bits) < 0")
        return ExactInteger({ intaglio_mpz_shift_right_floor($0, $1, UInt64(bits)) }, value)
    }

    /// 2^exponent, `exponent >= 0`.
    public static func powerOfTwo(_ exponent: Int) -> ExactInteger { ExactInteger(1) << exponent }

    public var magnitude: ExactInteger {
        ExactInteger(intaglio_mpz_abs, self)
    }

    /// self^exponent, `exponent >= 0`; 0^0 is 1.
    public func power(_ exponent: Int) -> ExactInteger {
        precondition(exponent >= 0, "exponent \(exponent) < 0")
        return ExactInteger({ intaglio_mpz_power($0, $1, UInt64(exponent)) }, self)
    }

    /// The largest r with `r^degree <= self`, of `self >= 0` and `degree >= 1`.
    public func rootFloor(degree: Int) -> ExactInteger {
        precondition(signum >= 0, "the root of \(self) < 0")
        precondition(degree >= 1, "degree \(degree) < 1")
        return ExactInteger({ intaglio_mpz_root_floor($0, $1, UInt64(degree)) }, self)
    }

    /// The largest r with `r^2 <= self`, of `self >= 0`.
    public var squareRootFloor: ExactInteger { rootFloor(degree: 2) }

    /// The greatest common divisor, >= 0.
    public static func greatestCommonDivisor(_ left: ExactInteger, _ right: ExactInteger) -> ExactInteger {
        ExactInteger(intaglio_mpz_gcd, left, right)
    }

    /// 1, 2, 4, ...
    var isPowerOfTwo: Bool { signum > 0 && trailingZeroBits == bitLength - 1 }

    /// The number of zero bits below the lowest one bit; 0 for zero.
    var trailingZeroBits: Int { signum == 0 ? 0 : Int(read { intaglio_mpz_trailing_zero_bits($0) }) }
}

// MARK: division

extension ExactInteger {
    /// The quotient as an integer, rounded as named. `divisor` is not 0.
    public func quotient(by divisor: ExactInteger, rounding: IntegerRounding) -> ExactInteger {
        precondition(divisor.signum != 0, "\(self) divided by 0")
        switch rounding {
        case .floor:
            return ExactInteger(intaglio_mpz_quotient_floor, self, divisor)
        case .ceiling:
            return ExactInteger(intaglio_mpz_quotient_ceiling, self, divisor)
        case .towardZero:
            return ExactInteger(intaglio_mpz_quotient_truncating, self, divisor)
        case .halfUp, .halfEven, .halfAway:
            return nearestQuotient(by: divisor, rounding)
        }
    }

    /// `self - divisor * floor(self / divisor)`: of the divisor's sign. `divisor` is not 0.
    public func remainderOfFloor(by divisor: ExactInteger) -> ExactInteger {
        precondition(divisor.signum != 0, "\(self) divided by 0")
        return ExactInteger(intaglio_mpz_remainder_floor, self, divisor)
    }

    /// The quotient by an exact divisor, which is not 0.
    public func quotient(byExactDivisor divisor: ExactInteger) -> ExactInteger {
        precondition(divisor.signum != 0, "\(self) divided by 0")
        return ExactInteger(intaglio_mpz_quotient_exact, self, divisor)
    }

    /// The nearest of the two integers around the quotient; at equal distance the tie rule decides.
    private func nearestQuotient(by divisor: ExactInteger, _ rounding: IntegerRounding) -> ExactInteger {
        let below = quotient(by: divisor, rounding: .floor)
        // The distances to the integer below and to the one above, both times |divisor|.
        let distanceBelow = remainderOfFloor(by: divisor).magnitude
        let distanceAbove = divisor.magnitude - distanceBelow
        if distanceBelow != distanceAbove {
            return distanceBelow < distanceAbove ? below : below + 1
        }
        switch rounding {
        case .halfEven: return below.isOdd ? below + 1 : below
        case .halfAway: return below.signum < 0 ? below : below + 1
        default: return below + 1
        }
    }
}

/// How an exact quotient becomes an integer.
public enum IntegerRounding: String, CaseIterable, Sendable {
    /// Toward negative infinity.
    case floor
    /// Toward positive infinity.
    case ceiling
    case towardZero
    /// To nearest, ties toward positive infinity: RHU.
    case halfUp
    /// To nearest, ties to even: RNE.
    case halfEven
    /// To nearest, ties away from zero.
    case halfAway
}
