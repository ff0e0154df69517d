/// Widths of two's complement and unsigned integers, in bits.
public enum BitWidth {
    /// The smallest w >= 1 with `-2^(w-1) <= value < 2^(w-1)`.
    @inlinable
    public static func signed(holding value: Int64) -> Int {
        65 - (value < 0 ? ~value : value).leadingZeroBitCount
    }

    /// The smallest signed width that holds both ends, and so everything between.
    @inlinable
    public static func signed(holding range: ClosedRange<Int64>) -> Int {
        max(signed(holding: range.lowerBound), signed(holding: range.upperBound))
    }

    /// The same for 128-bit bounds.
    @inlinable
    public static func signed(holding value: Int128) -> Int {
        129 - (value < 0 ? ~value : value).leadingZeroBitCount
    }

    /// The same for 128-bit bounds.
    @inlinable
    public static func signed(holding range: ClosedRange<Int128>) -> Int {
        max(signed(holding: range.lowerBound), signed(holding: range.upperBound))
    }

    /// The smallest w >= 1 with `value < 2^w`.
    @inlinable
    public static func unsigned(holding value: UInt64) -> Int {
        max(1, 64 - value.leadingZeroBitCount)
    }

    /// `-2^(bits-1) ... 2^(bits-1) - 1`. `bits` is 1 ... 64.
    @inlinable
    public static func signedRange(bits: Int) -> ClosedRange<Int64> {
        precondition((1...64).contains(bits), "a signed width of \(bits) bits is outside 1...64")
        let top = Int64.max >> Int64(64 - bits)
        return ~top...top
    }
}

/// The nearest value that fits `bits` bits signed (1 ... 64); equal to `value` exactly where it fits.
@inlinable
public func saturate(_ value: Int64, toBits bits: Int) -> Int64 {
    let range = BitWidth.signedRange(bits: bits)
    return min(max(value, range.lowerBound), range.upperBound)
}
