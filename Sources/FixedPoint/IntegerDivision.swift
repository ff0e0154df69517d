/// `ceil(dividend / divisor)`; dividend >= 0, divisor >= 1, and their sum within 63 bits.
///
///     ceilDivide(17, by: 8) == 3
@inlinable
public func ceilDivide(_ dividend: Int, by divisor: Int) -> Int { (dividend + divisor - 1) / divisor }

/// `floor(dividend / divisor)` for any sign of the dividend; divisor >= 1.
///
///     floorDivide(-1, by: 8) == -1
@inlinable
public func floorDivide(_ dividend: Int, by divisor: Int) -> Int {
    dividend >= 0 ? dividend / divisor : -((divisor - 1 - dividend) / divisor)
}

/// `value` rounded up to a multiple of `unit`; value >= 0, unit >= 1.
///
///     roundUp(17, to: 8) == 24
@inlinable
public func roundUp(_ value: Int, to unit: Int) -> Int { ceilDivide(value, by: unit) * unit }

/// The largest integer that divides both; 0 only for two zeros. Both >= 0.
@inlinable
public func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    var (divisor, remainder) = (first, second)
    while remainder != 0 { (divisor, remainder) = (remainder, divisor % remainder) }
    return divisor
}
