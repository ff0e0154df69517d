import ExactArithmetic

extension NormalizationTable {
    /// What the segments stand for.
    public enum Function: CaseIterable, Hashable, Sendable {
        /// 1 / sqrt x on [1, 4).
        case reciprocalSquareRoot
        /// sqrt x on [1, 4).
        case squareRoot
        /// 1 / x on [1, 2).
        case reciprocal
    }

    /// The widths of a table that is to be derived.
    public struct Widths: Hashable, Sendable {
        public var indexBits: Int
        public var offsetBits: Int
        public var baseBits: Int
        public var slopeBits: Int

        /// 64 segments of 17 + 12 bits: 232 bytes.
        public static let standard = Widths(indexBits: 6, offsetBits: 12, baseBits: 17, slopeBits: 12)

        public init(indexBits: Int, offsetBits: Int, baseBits: Int, slopeBits: Int) {
            self.indexBits = indexBits
            self.offsetBits = offsetBits
            self.baseBits = baseBits
            self.slopeBits = slopeBits
        }
    }

    /// The table of a function, by exact integers: the same everywhere.
    ///
    /// On a segment from a to b with the middle c, all in units of 2^-(B-1) of y:
    ///
    ///     slope   RHU((f(b) - f(a)) 2^T / 2^O), T the largest up to 31 with which every slope fits; 0 if none,
    ///             and slopes stop at W bits
    ///     base    floor((3 f(a) + 2 f(c) - f(b)) / 4) + 1
    ///
    /// The base is f(a) moved by half the distance of the chord from f in the middle, which halves the error; the 1
    /// makes up for what rounding down and the cut after slope x offset lose on average. A line that would pass B bits
    /// is moved down.
    public static func derived(for function: Function, widths: Widths = .standard) -> NormalizationTable {
        precondition(
            indexBitsRange.contains(widths.indexBits) && offsetBitsRange.contains(widths.offsetBits)
                && baseBitsRange.contains(widths.baseBits)
                && slopeBitsRange.contains(widths.slopeBits), "widths \(widths) are out of range")
        let samples = (0..<1 << widths.indexBits).map { SegmentSamples(function, segment: $0, widths) }
        let limit = ExactInteger.powerOfTwo(widths.slopeBits - 1)
        func slopes(_ shift: Int) -> [ExactInteger] {
            samples.map {
                (($0.last - $0.first) << shift).quotient(
                    by: .powerOfTwo(widths.offsetBits + SegmentSamples.guardBits), rounding: .halfUp)
            }
        }
        let shift = slopeShiftRange.last { shift in slopes(shift).allSatisfy { -limit <= $0 && $0 < limit } } ?? 0
        let largest = 1 << widths.baseBits - 1
        var bases: [UInt32] = []
        let narrow = slopes(shift).map { Int(exactly: min(max($0, -limit), limit - 1))! }
        for (sample, slope) in zip(samples, narrow) {
            let quarters = 3 * sample.first + 2 * sample.middle - sample.last
            let base =
                Int(exactly: quarters.quotient(by: .powerOfTwo(SegmentSamples.guardBits + 2), rounding: .floor))! + 1
            let rise = (slope * (1 << widths.offsetBits - 1)) >> shift
            bases.append(UInt32(base - max(0, max(base, base + rise) - largest)))
        }
        return NormalizationTable(
            indexBits: widths.indexBits, offsetBits: widths.offsetBits, baseBits: widths.baseBits,
            slopeBits: widths.slopeBits, slopeShift: shift, bases: bases,
            slopes: narrow.map { Int32($0) })
    }
}

/// f at both ends and in the middle of a segment, rounded down to units of 2^-guardBits of the last place of y.
private struct SegmentSamples {
    static let guardBits = 64
    /// Ends and middles of segments are multiples of 2^-placeBits.
    private static let placeBits = 16

    let first: ExactInteger
    let middle: ExactInteger
    let last: ExactInteger

    init(_ function: NormalizationTable.Function, segment: Int, _ widths: NormalizationTable.Widths) {
        // In the square-root forms the upper half of the segments has [2, 4).
        let isRoot = function != .reciprocal
        let octaveBits = isRoot ? widths.indexBits - 1 : widths.indexBits
        let scale = isRoot && segment >> octaveBits == 1 ? 2 : 1
        let width = scale << (Self.placeBits - octaveBits)
        let start = scale << Self.placeBits + (segment & (1 << octaveBits - 1)) * width
        func value(_ place: Int) -> ExactInteger {
            Self.value(function, ExactInteger(place), fractionBits: widths.baseBits - 1 + Self.guardBits)
        }
        (first, middle, last) = (value(start), value(start + width / 2), value(start + width))
    }

    /// floor(f(place / 2^placeBits) 2^fractionBits).
    private static func value(
        _ function: NormalizationTable.Function, _ place: ExactInteger, fractionBits: Int
    ) -> ExactInteger {
        switch function {
        case .reciprocalSquareRoot:
            ExactInteger.powerOfTwo(2 * fractionBits + placeBits).quotient(by: place, rounding: .floor).squareRootFloor
        case .squareRoot: (place << (2 * fractionBits - placeBits)).squareRootFloor
        case .reciprocal: ExactInteger.powerOfTwo(fractionBits + placeBits).quotient(by: place, rounding: .floor)
        }
    }
}
