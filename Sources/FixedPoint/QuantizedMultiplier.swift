/// A non-negative real factor as an integer mantissa and a power of two: `mantissa / 2^31 * 2^exponent`.
///
///     bit 31                                   bit 0
///      0 . m m m m m m m m m m m m m m ... m m m      x 2^exponent      (binary point at bit 31)
///
/// The mantissa is unsigned with 31 bits: 0, or (normalized) 2^30 ..< 2^31. `exponent` is left-positive, as in TFLite.
/// Fewer significant bits (15 for a narrow multiplier, 24 for `onnxFloat32`) are a mantissa whose low bits are zero.
public struct QuantizedMultiplier: Hashable, Sendable {
    public let mantissa: UInt32
    /// Left-positive: +1 doubles. Range `exponents`.
    public let exponent: Int

    /// The exponents a multiplier may have. The right shift of the product, 31 - exponent, is then 1 ... 93.
    public static let exponents = -62...30
    /// The largest mantissa, 2^31 - 1.
    public static let largestMantissa: UInt32 = (1 << 31) - 1

    /// Traps outside the ranges: a multiplier read from a file is checked with `init(checkingMantissa:exponent:)`.
    @inlinable
    public init(mantissa: UInt32, exponent: Int) {
        precondition(mantissa < 1 << 31, "mantissa \(mantissa) has more than 31 bits")
        precondition(exponent >= -62 && exponent <= 30, "exponent \(exponent) is outside -62...30")
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// Nil where the mantissa has more than 31 bits or the exponent is outside `exponents`.
    public init?(checkingMantissa mantissa: Int64, exponent: Int64) {
        guard mantissa >= 0, mantissa <= Int64(Self.largestMantissa), exponent >= -62, exponent <= 30 else {
            return nil
        }
        self.init(mantissa: UInt32(mantissa), exponent: Int(exponent))
    }

    /// Exactly one.
    public static let one = QuantizedMultiplier(mantissa: 1 << 30, exponent: 1)
    /// Exactly zero.
    public static let zero = QuantizedMultiplier(mantissa: 0, exponent: 0)
}
