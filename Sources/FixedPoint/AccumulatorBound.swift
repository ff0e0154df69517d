/// The smallest interval that holds every partial sum of one accumulator, whatever the order of its terms.
///
///     high = max(bias, 0) + sum max(0, w vmin, w vmax)
///     low  = min(bias, 0) + sum min(0, w vmin, w vmax)
///
/// Exact: a term of two 32-bit operands is below 2^63, so 128 bits hold more than 2^60 terms.
/// One bound is for one output channel (and one phase of a transposed convolution): the caller chooses the taps.
public struct AccumulatorBound: Hashable, Sendable {
    public var low: Int128
    public var high: Int128

    @inlinable
    public init(bias: Int64) {
        low = min(Int128(bias), 0)
        high = max(Int128(bias), 0)
    }

    /// The whole bound from the least and the largest that its products can sum to: low <= 0 <= high.
    @inlinable
    public init(bias: Int64, low: Int64, high: Int64) {
        precondition(low <= 0 && high >= 0, "products that sum to \(low)...\(high)")
        self.low = min(Int128(bias), 0) + Int128(low)
        self.high = max(Int128(bias), 0) + Int128(high)
    }

    /// The whole bound from the terms of one accumulator.
    @inlinable
    public init(bias: Int64, terms: some Sequence<AccumulatorTerm>) {
        self.init(bias: bias)
        for term in terms { include(term) }
    }

    /// The whole bound from weights in any order that repeats the input channels fastest (`[tap][C]`), one operand
    /// range a channel.
    ///
    /// `weights.count` is a multiple of `operandRanges.count`.
    @inlinable
    public init(bias: Int64, weights: some Collection<Int32>, operandRanges: [ClosedRange<Int32>]) {
        precondition(
            operandRanges.isEmpty ? weights.isEmpty : weights.count.isMultiple(of: operandRanges.count),
            "\(weights.count) weights are not a multiple of \(operandRanges.count) channels")
        self.init(bias: bias)
        var channel = 0
        for weight in weights {
            let range = operandRanges[channel]
            include(AccumulatorTerm(weight: weight, lowest: range.lowerBound, highest: range.upperBound))
            channel += 1
            if channel == operandRanges.count { channel = 0 }
        }
    }

    /// Adds one product.
    @inlinable
    public mutating func include(_ term: AccumulatorTerm) {
        let first = Int64(term.weight) &* Int64(term.lowest)
        let second = Int64(term.weight) &* Int64(term.highest)
        low &+= Int128(min(0, first, second))
        high &+= Int128(max(0, first, second))
    }

    /// The smallest accumulator width A, in bits, that no partial sum passes.
    public var width: Int { BitWidth.signed(holding: low...high) }

    /// Whether `bits` are enough.
    public func fits(bits: Int) -> Bool { width <= bits }
}

/// One product of an accumulator: a weight and the extremes of its operand. Padding (0) need not lie in between.
public struct AccumulatorTerm: Hashable, Sendable {
    public var weight: Int32
    /// The smallest and the largest operand value, `lowest <= highest`.
    public var lowest: Int32
    public var highest: Int32

    @inlinable
    public init(weight: Int32, lowest: Int32, highest: Int32) {
        precondition(lowest <= highest, "operand extremes \(lowest) > \(highest)")
        self.weight = weight
        self.lowest = lowest
        self.highest = highest
    }
}
