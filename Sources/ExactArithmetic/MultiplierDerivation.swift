public import FixedPoint

/// Where a mantissa goes that lies exactly between two.
public enum MantissaTies: String, CaseIterable, Sendable {
    /// Up, as TFLite's `round` does on a positive number.
    case up
    /// To the even mantissa, as storing a float32 does.
    case even
}

extension QuantizedMultiplier {
    /// The multiplier nearest to a ratio, with 31 significant bits and ties up.
    public static func nearest(to ratio: ExactRational) -> QuantizedMultiplier? {
        nearest(to: ratio, significantBits: 31, ties: .up)
    }

    /// The multiplier nearest to `ratio >= 0`, exactly, with a normalized mantissa of `significantBits` (1 ... 31)
    /// leading bits.
    ///
    ///     mantissa = round(ratio / 2^exponent * 2^31), in 2^30 ..< 2^31;
    ///                one that rounds to 2^31 becomes 2^30 and exponent + 1
    ///
    /// Zero where the exponent would be below -62 (ratio < 2^-63 after rounding); nil where it would be above 30 (ratio
    /// >= 2^30).
    public static func nearest(
        to ratio: ExactRational, significantBits: Int, ties: MantissaTies
    ) -> QuantizedMultiplier? {
        precondition(ratio.signum >= 0, "a multiplier of \(ratio) < 0")
        precondition((1...31).contains(significantBits), "\(significantBits) significant bits are outside 1...31")
        if ratio.signum == 0 { return .zero }
        // 2^(exponent-1) <= ratio < 2^exponent
        var exponent = ratio.binaryExponent + 1
        let scaled = ratio * .powerOfTwo(significantBits - exponent)
        var leading = scaled.rounded(ties == .up ? .halfUp : .halfEven)
        if leading == .powerOfTwo(significantBits) {
            leading = .powerOfTwo(significantBits - 1)
            exponent += 1
        }
        if exponent < exponents.lowerBound { return .zero }
        if exponent > exponents.upperBound { return nil }
        guard let mantissa = Int64(exactly: leading << (31 - significantBits)) else {
            preconditionFailure("mantissa \(leading) passes 31 bits")
        }
        return QuantizedMultiplier(mantissa: UInt32(mantissa), exponent: exponent)
    }
}
