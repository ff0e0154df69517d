/// A positive real factor as an integer mantissa and a power of two: `mantissa / 2^31 * 2^exponent`.
///
///     bit 31                                   bit 0
///      0 . m m m m m m m m m m m m m m ... m m m      x 2^exponent      (binary point at bit 31)
///
/// The mantissa is unsigned with 31 bits: 0, or (normalized) 2^30 ..< 2^31. `exponent` is left-positive, as in TFLite.
public struct QuantizedMultiplier: Hashable, Sendable {
    public var mantissa: UInt32
    /// Left-positive: +1 doubles. Range -62 ... 30.
    public var exponent: Int

    @inlinable
    public init(mantissa: UInt32, exponent: Int) {
        precondition(mantissa < 1 << 31, "mantissa \(mantissa) has more than 31 bits")
        precondition((-62...30).contains(exponent), "exponent \(exponent) is outside -62...30")
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// Exactly one.
    public static let one = QuantizedMultiplier(mantissa: 1 << 30, exponent: 1)
    /// Exactly zero.
    public static let zero = QuantizedMultiplier(mantissa: 0, exponent: 0)
}
