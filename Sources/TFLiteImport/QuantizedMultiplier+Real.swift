package import FixedPoint

extension QuantizedMultiplier {
    /// A real factor as the runtimes make an integer of it: 31 bits, ties away from zero; zero below 2^-32. Nil where
    /// it is negative, not a number, or 2^30 or more.
    package init?(real: Double) {
        guard real >= 0, real.isFinite else { return nil }
        guard real > 0 else {
            self = .zero
            return
        }
        // real = significand x 2^exponent, the significand in 1 ..< 2.
        var mantissa = (real.significand * 0x1p30).rounded(.toNearestOrAwayFromZero)
        var exponent = Int(real.exponent) + 1
        if mantissa == 0x1p31 {
            mantissa = 0x1p30
            exponent += 1
        }
        guard exponent <= Self.exponents.upperBound else { return nil }
        self = exponent < -31 ? .zero : QuantizedMultiplier(mantissa: UInt32(mantissa), exponent: exponent)
    }

    /// A multiplier whose mantissa is so much larger; nil where there is none.
    func withMantissa(plus difference: Int64) -> QuantizedMultiplier? {
        QuantizedMultiplier(checkingMantissa: Int64(mantissa) + difference, exponent: Int64(exponent))
    }

    /// For estimates: within 2^-53 of it.
    var factor: Double { Double(sign: .plus, exponent: exponent - 31, significand: Double(mantissa)) }
}
