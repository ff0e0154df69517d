import FixedPoint

/// Steps of fixed-point functions on numbers of 32 bits, kept in 64. A number with m integer bits stands for
/// raw x 2^(m - 31).
enum FixedPoint31 {
    /// 1 - 2^-31, the largest fraction.
    static let largest = Int(Int32.max)

    static func saturated(_ raw: Int) -> Int { min(max(raw, Int(Int32.min)), largest) }

    /// Twice the product, its upper half, ties up: fractions multiply to a fraction.
    static func product(_ first: Int, _ second: Int) -> Int {
        // Of two numbers of 32 bits at most 2^62.
        saturated(shiftHalfUp(first * second, 31))
    }

    /// A division by a power of two, ties away from 0.
    static func shiftedRight(_ raw: Int, _ count: Int) -> Int { shiftHalfAway(raw, count) }

    /// A multiplication by a power of two.
    static func shiftedLeft(_ raw: Int, _ count: Int) -> Int { saturated(raw << count) }

    /// Half a sum, ties away from 0.
    static func halfSum(_ first: Int, _ second: Int) -> Int {
        let sum = first + second
        return (sum + (sum >= 0 ? 1 : -1)) / 2
    }

    /// Leading zeros of a positive number of 32 bits.
    static func headroom(_ raw: Int) -> Int { UInt32(truncatingIfNeeded: raw).leadingZeroBitCount }
}
