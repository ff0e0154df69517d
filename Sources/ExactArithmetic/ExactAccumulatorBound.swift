public import FixedPoint

/// `AccumulatorBound` with integers of any length: the judge of the fast one, and for operands of more than 32 bits.
public struct ExactAccumulatorBound: Hashable, Sendable {
    public private(set) var low: ExactInteger
    public private(set) var high: ExactInteger

    public init(bias: ExactInteger) {
        low = min(bias, 0)
        high = max(bias, 0)
    }

    /// `high = max(bias, 0) + sum max(0, w vmin, w vmax)`, `low = min(bias, 0) + sum min(0, w vmin, w vmax)`.
    public init(
        bias: ExactInteger, terms: some Sequence<(weight: ExactInteger, lowest: ExactInteger, highest: ExactInteger)>
    ) {
        self.init(bias: bias)
        for term in terms {
            precondition(term.lowest <= term.highest, "operand extremes \(term.lowest) > \(term.highest)")
            let products = [0, term.weight * term.lowest, term.weight * term.highest]
            low += products.min()!
            high += products.max()!
        }
    }

    /// The same from the terms of the fast bound.
    public init(bias: Int64, terms: some Sequence<AccumulatorTerm>) {
        self.init(
            bias: ExactInteger(bias),
            terms: terms.lazy.map { (ExactInteger($0.weight), ExactInteger($0.lowest), ExactInteger($0.highest)) })
    }

    /// The smallest A with `-2^(A-1) <= low` and `high < 2^(A-1)`.
    public var width: Int { max(low.signedWidth, high.signedWidth) }
}
