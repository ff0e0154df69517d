import Networks

/// Exact bounds of a layer's sums, over every stimulus that its formats admit, for choosing widths when cases are
/// drawn.
struct SumBounds {
    private(set) var low = 0
    private(set) var high = 0

    /// One output channel: bias, and for each weight the range of its operand (0 included, for padding).
    mutating func include(bias: Int64, products: some Sequence<(weight: Int, range: ClosedRange<Int>)>) {
        var (channelLow, channelHigh) = (min(Int(bias), 0), max(Int(bias), 0))
        for (weight, range) in products {
            let ends = (weight * range.lowerBound, weight * range.upperBound)
            channelLow += min(0, ends.0, ends.1)
            channelHigh += max(0, ends.0, ends.1)
        }
        low = min(low, channelLow)
        high = max(high, channelHigh)
    }

    /// Smallest signed width.
    var bits: Int {
        1 + max(Int.bitWidth - high.leadingZeroBitCount, Int.bitWidth - (low < 0 ? ~low : low).leadingZeroBitCount)
    }
}
