public import FixedPoint
public import Quantization

/// How the machine's units compute, as far as a network file chooses it.
public struct ArithmeticOptions: Hashable, Sendable {
    /// Of requantization.
    public var rounding = RoundingRule.single
    /// Widths of the tables of normalization, for a machine with a table unit; nil: correctly rounded.
    public var normalizationTable: NormalizationTable.Widths?
    /// R: 24 or 32.
    public var resultBits = 32
    /// A, 16 to `RequantizationRefusal.accumulatorBits`: the widest accumulator that a layer may take.
    public var accumulatorBits = 36

    /// Every choice as its property says.
    public init() {}
}
