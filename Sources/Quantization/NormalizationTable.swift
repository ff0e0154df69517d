/// Segments of a line each, in the place of a root or a quotient: the second form of normalization (docs/arithmetic.md,
/// "Table normalization").
///
///     N = n 2^(39-L), L = floor(log2 n)                         the norm with its leading one at bit 39
///     39        38 ... index            ... offset         ... 0
///     | 1 | indexBits (less the parity) | offsetBits |  cut off |
///
///     y = bases[index] + ((slopes[index] u) >> slopeShift)      u the offset;
///                                                               y has baseBits bits, baseBits - 1 of them fraction
///
/// The product-only form (`igdn1`) has no segments: y is the first baseBits bits of N, and everything else is 0 or
/// empty.
public struct NormalizationTable: Hashable, Sendable {
    /// I: 2^I segments. In the square-root forms the top bit is the parity of L.
    public var indexBits: Int
    /// O: bits of the norm below the index that meet the slope.
    public var offsetBits: Int
    /// B: unsigned bits of a base and of y.
    public var baseBits: Int
    /// Signed bits of a slope.
    public var slopeBits: Int
    /// T: bits cut off slope x offset, towards minus infinity.
    public var slopeShift: Int
    public var bases: [UInt32]
    public var slopes: [Int32]

    public init(
        indexBits: Int, offsetBits: Int, baseBits: Int, slopeBits: Int, slopeShift: Int, bases: [UInt32],
        slopes: [Int32]
    ) {
        self.indexBits = indexBits
        self.offsetBits = offsetBits
        self.baseBits = baseBits
        self.slopeBits = slopeBits
        self.slopeShift = slopeShift
        self.bases = bases
        self.slopes = slopes
    }

    /// No segments: for the form that multiplies by the norm itself.
    public static func product(baseBits: Int) -> NormalizationTable {
        NormalizationTable(
            indexBits: 0, offsetBits: 0, baseBits: baseBits, slopeBits: 0, slopeShift: 0, bases: [], slopes: [])
    }

    /// What the hardware has room for: 256 segments, multipliers of 18 bits.
    public static let indexBitsRange = 1...8
    public static let offsetBitsRange = 1...16
    public static let baseBitsRange = 9...18
    public static let slopeBitsRange = 2...18
    public static let slopeShiftRange = 0...31

    /// Why the table is none: what was found and what was expected; nil where it is sound.
    ///
    /// - Parameter hasSegments: whether the form reads segments; otherwise only `baseBits` says something.
    public func fault(hasSegments: Bool) -> (found: String, expected: String)? {
        if !Self.baseBitsRange.contains(baseBits) { return ("baseBits \(baseBits)", "\(Self.baseBitsRange)") }
        guard hasSegments else {
            let isPlain = [indexBits, offsetBits, slopeBits, slopeShift, bases.count, slopes.count].allSatisfy {
                $0 == 0
            }
            return isPlain
                ? nil
                : (
                    "segments in a form that only multiplies",
                    "indexBits, offsetBits, slopeBits and slopeShift 0, and no entries"
                )
        }
        for (name, value, range) in [
            ("indexBits", indexBits, Self.indexBitsRange), ("offsetBits", offsetBits, Self.offsetBitsRange),
            ("slopeBits", slopeBits, Self.slopeBitsRange),
            ("slopeShift", slopeShift, Self.slopeShiftRange),
        ] where !range.contains(value) { return ("\(name) \(value)", "\(range)") }
        let segments = 1 << indexBits
        if bases.count != segments || slopes.count != segments {
            return ("\(bases.count) bases and \(slopes.count) slopes", "\(segments) of each")
        }
        let slopeLimit = 1 << (slopeBits - 1)
        for (segment, (base, slope)) in zip(bases, slopes).enumerated() {
            if !(-slopeLimit..<slopeLimit).contains(Int(slope)) {
                return ("slope \(slope) of segment \(segment)", "\(slopeBits) bits signed")
            }
            // A line's extremes are its ends.
            let last = Int(base) + (Int(slope) * ((1 << offsetBits) - 1)) >> slopeShift
            for y in [Int(base), last] where !(0..<1 << baseBits).contains(y) {
                return (
                    "\(y) on the line of segment \(segment)",
                    "\(baseBits) bits unsigned from its first offset to its last"
                )
            }
        }
        return nil
    }
}
