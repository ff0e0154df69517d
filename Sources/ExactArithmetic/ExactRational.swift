/// A rational number, exact: lowest terms, denominator above zero.
public struct ExactRational: Hashable, Sendable {
    public let numerator: ExactInteger
    public let denominator: ExactInteger

    /// In lowest terms. `denominator` is not 0.
    public init(_ numerator: ExactInteger, _ denominator: ExactInteger) {
        precondition(denominator.signum != 0, "\(numerator) / 0")
        if denominator.isPowerOfTwo {
            // Dyadic: the common divisor is read off the zero bits.
            let common =
                numerator.signum == 0
                ? denominator.trailingZeroBits : min(numerator.trailingZeroBits, denominator.trailingZeroBits)
            self.numerator = numerator >> common
            self.denominator = denominator >> common
            return
        }
        let divisor = ExactInteger.greatestCommonDivisor(numerator, denominator)
        let unit = denominator.signum < 0 ? -divisor : divisor
        self.numerator = numerator.quotient(byExactDivisor: unit)
        self.denominator = denominator.quotient(byExactDivisor: unit)
    }

    /// A whole number.
    public init(_ integer: ExactInteger) {
        numerator = integer
        denominator = 1
    }

    /// A whole number.
    public init(_ integer: some FixedWidthInteger) {
        self.init(ExactInteger(integer))
    }

    /// The exact value of a finite double (a dyadic rational); nil for an infinity or NaN.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        if value == 0 {
            self.init(ExactInteger(0))
            return
        }
        // |value| = significand * 2^exponent with significand = fraction / 2^52.
        let fraction = ExactInteger(Int64(value.significand * 0x1p52))
        let signed = value < 0 ? -fraction : fraction
        self = ExactRational(signed) * ExactRational.powerOfTwo(Int(value.exponent) - 52)
    }

    /// 2^exponent, of either sign.
    public static func powerOfTwo(_ exponent: Int) -> ExactRational {
        exponent >= 0
            ? ExactRational(ExactInteger.powerOfTwo(exponent))
            : ExactRational(lowestTerms: 1, ExactInteger.powerOfTwo(-exponent))
    }

    private init(lowestTerms numerator: ExactInteger, _ denominator: ExactInteger) {
        self.numerator = numerator
        self.denominator = denominator
    }
}

extension ExactRational: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(ExactInteger(value)) }
}

extension ExactRational {
    public static func + (left: ExactRational, right: ExactRational) -> ExactRational {
        ExactRational(
            left.numerator * right.denominator + right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    public static func - (left: ExactRational, right: ExactRational) -> ExactRational { left + (-right) }

    public static func * (left: ExactRational, right: ExactRational) -> ExactRational {
        ExactRational(left.numerator * right.numerator, left.denominator * right.denominator)
    }

    /// `right` is not 0.
    public static func / (left: ExactRational, right: ExactRational) -> ExactRational {
        ExactRational(left.numerator * right.denominator, left.denominator * right.numerator)
    }

    public static prefix func - (value: ExactRational) -> ExactRational {
        ExactRational(lowestTerms: -value.numerator, value.denominator)
    }

    public var magnitude: ExactRational { ExactRational(lowestTerms: numerator.magnitude, denominator) }

    /// -1, 0 or 1.
    public var signum: Int { numerator.signum }

    /// The integer that the rounding names.
    public func rounded(_ rounding: IntegerRounding) -> ExactInteger {
        numerator.quotient(by: denominator, rounding: rounding)
    }

    /// The largest e with `2^e <= |self|`, of a number that is not 0.
    public var binaryExponent: Int {
        precondition(signum != 0, "0 has no binary exponent")
        let candidate = numerator.bitLength - denominator.bitLength
        return ExactRational.powerOfTwo(candidate) <= magnitude ? candidate : candidate - 1
    }
}

extension ExactRational: Comparable {
    public static func < (left: ExactRational, right: ExactRational) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }
}

extension ExactRational: CustomStringConvertible {
    /// As a fraction in lowest terms, `-7/2`; a whole number stands alone.
    public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

    /// As a decimal with exactly `digits` digits after the point, rounded half away from zero: `-3.50`.
    public func decimal(digits: Int) -> String {
        precondition(digits >= 0, "\(digits) digits")
        let scaled = (self * ExactRational(ExactInteger(10).power(digits))).rounded(.halfAway)
        let sign = scaled.signum < 0 ? "-" : ""
        let all = scaled.magnitude.description
        if digits == 0 { return sign + all }
        let padded = String(repeating: "0", count: max(0, digits + 1 - all.count)) + all
        return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
