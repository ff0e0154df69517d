/// `value` rounded up to a multiple of `unit`; value >= 0, unit >= 1.
@inline(__always)
func roundUp(_ value: Int, to unit: Int) -> Int { (value + unit - 1) / unit * unit }

/// `ceil(dividend / divisor)`; dividend >= 0, divisor >= 1.
@inline(__always)
func ceilDivide(_ dividend: Int, by divisor: Int) -> Int { (dividend + divisor - 1) / divisor }

/// `floor(dividend / divisor)` for any sign of the dividend; divisor >= 1.
@inline(__always)
func floorDivide(_ dividend: Int, by divisor: Int) -> Int {
    dividend >= 0 ? dividend / divisor : -((divisor - 1 - dividend) / divisor)
}
