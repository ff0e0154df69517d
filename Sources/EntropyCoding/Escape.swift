/// Symbols outside their table: the escape slot, then the distance from the table as an Elias gamma code of bypass
/// bits.
///
///     r = 2 (k - last - 1)   above the table          5 bits   n = bit length of (r + 1), less 1
///     r = 2 (first - k) - 1  below it                 n bits   r + 1 without its leading one,
///                                                              in two pieces of at most 9 where n > 9
///
/// k fits 16 bits and a table has at least one symbol of 16 bits, so r + 1 < 2^18 and n is 0...17.
public enum Escape {
    public static let lengthBits = 5
    public static let largestLength = 17
    /// Larger payloads are cut in two: the low piece of this many bits comes last.
    static let pieceBits = 9

    @inlinable
    public static func distance(of symbol: Int32, first: Int32, symbolCount: Int32) -> UInt32 {
        symbol < first ? UInt32(2 * (first - symbol) - 1) : UInt32(2 * (symbol - first - symbolCount))
    }

    @inlinable
    public static func symbol(distance: UInt32, first: Int32, symbolCount: Int32) -> Int32 {
        distance & 1 == 1 ? first - Int32(distance / 2) - 1 : first + symbolCount + Int32(distance / 2)
    }

    @inlinable
    public static func payloadBits(_ distance: UInt32) -> Int { 31 - (distance + 1).leadingZeroBitCount }
}
