public import FixedPoint
public import Quantization

/// What the units must know of a layer, as plain integers. Travels as parameter blocks (`ParameterBlock`).
public struct LayerConfiguration: Hashable, Sendable {
    public var input: OperandConfiguration
    public var second: OperandConfiguration?
    public var output: ResultConfiguration
    /// 256 entries, for layers that use the MAC array.
    public var weightEntries: [Int16]?
    public var drain: DrainConfiguration
    /// The first stage of a two-stage addition.
    public var operandMultipliers: OperandMultipliers?
    /// Where lanes are phases: one for each lane, and so are the arrays of `output` and `drain`; otherwise empty.
    public var placements: [ResultPlacement] = []

    public init(
        input: OperandConfiguration, second: OperandConfiguration? = nil, output: ResultConfiguration,
        weightEntries: [Int16]? = nil, drain: DrainConfiguration, operandMultipliers: OperandMultipliers? = nil
    ) {
        self.operandMultipliers = operandMultipliers
        self.input = input
        self.second = second
        self.output = output
        self.weightEntries = weightEntries
        self.drain = drain
    }
}

/// What two operands are multiplied by, each rounded by `gemmlowpDouble`, before they are added: below 1, exponents of
/// at most 0.
public struct OperandMultipliers: Hashable, Sendable {
    public var first: QuantizedMultiplier
    public var second: QuantizedMultiplier

    public init(first: QuantizedMultiplier, second: QuantizedMultiplier) {
        (self.first, self.second) = (first, second)
    }
}

/// How stored elements of an operand become values.
public struct OperandConfiguration: Hashable, Sendable {
    /// J tables of up to 256 entries; empty for 16-bit integers, whose value is the element itself.
    public var entries: [[Int16]]
    /// One a channel of the tensor; empty for 16-bit integers.
    public var selects: [UInt8]
    public var offsets: [Int32]

    public init(entries: [[Int16]], selects: [UInt8], offsets: [Int32]) {
        self.entries = entries
        self.selects = selects
        self.offsets = offsets
    }

    public var isInteger16: Bool { entries.isEmpty }
}

/// How a result becomes a stored element.
public struct ResultConfiguration: Hashable, Sendable {
    /// J tables of up to 255 thresholds; empty for 16-bit integers, which saturate.
    public var thresholds: [[Int32]]
    /// First and last entry of each codebook: values outside are counted as saturated.
    public var limits: [CodebookLimits]
    public var selects: [UInt8]
    public var offsets: [Int32]
    /// 256 codes, or nil.
    public var codeMap: [UInt8]?

    public init(
        thresholds: [[Int32]], limits: [CodebookLimits], selects: [UInt8], offsets: [Int32], codeMap: [UInt8]? = nil
    ) {
        self.thresholds = thresholds
        self.limits = limits
        self.selects = selects
        self.offsets = offsets
        self.codeMap = codeMap
    }

    public var isInteger16: Bool { limits.isEmpty }
}

public struct CodebookLimits: Hashable, Sendable {
    public var lowest: Int32
    public var highest: Int32

    public init(lowest: Int32, highest: Int32) {
        self.lowest = lowest
        self.highest = highest
    }
}

/// What happens between the accumulator and the encoder.
public enum DrainConfiguration: Hashable, Sendable {
    case postProcessing(PostProcessingConfiguration)
    case normalization(NormalizationConfiguration)
    case addition(AdditionConfiguration)
    /// Copies and the latent operators, which need no parameters.
    case none
}

/// Arrays have one element an output channel.
public struct PostProcessingConfiguration: Hashable, Sendable {
    /// Empty for `requantize`, whose accumulator is the value itself.
    public var bias: [Int64]
    public var multipliers: [QuantizedMultiplier]
    public var multipliersNegative: [QuantizedMultiplier]
    public var rounding: RoundingRule
    public var resultBits: Int
    public var clipLow: Int32
    public var clipHigh: Int32

    public init(
        bias: [Int64], multipliers: [QuantizedMultiplier], multipliersNegative: [QuantizedMultiplier],
        rounding: RoundingRule, resultBits: Int, clipLow: Int32,
        clipHigh: Int32
    ) {
        self.bias = bias
        self.multipliers = multipliers
        self.multipliersNegative = multipliersNegative
        self.rounding = rounding
        self.resultBits = resultBits
        self.clipLow = clipLow
        self.clipHigh = clipHigh
    }
}

/// Arrays have one element a channel.
public struct NormalizationConfiguration: Hashable, Sendable {
    public var form: Form
    /// S_j of the squared operand, one an input channel.
    public var operandShifts: [UInt8]
    public var beta: [Int64]
    public var scaleMantissas: [UInt32]
    public var scaleShifts: [UInt8]
    /// The segments of table normalization; nil: correctly rounded.
    public var table: NormalizationTable?
    public var resultBits: Int
    public var clipLow: Int32
    public var clipHigh: Int32

    public enum Form: UInt8, CaseIterable, Hashable, Sendable { case gdn, igdn, gdn1, igdn1 }

    public init(
        form: Form, operandShifts: [UInt8], beta: [Int64], scaleMantissas: [UInt32], scaleShifts: [UInt8],
        table: NormalizationTable? = nil,
        resultBits: Int, clipLow: Int32, clipHigh: Int32
    ) {
        self.form = form
        self.operandShifts = operandShifts
        self.beta = beta
        self.scaleMantissas = scaleMantissas
        self.scaleShifts = scaleShifts
        self.table = table
        self.resultBits = resultBits
        self.clipLow = clipLow
        self.clipHigh = clipHigh
    }
}

public struct AdditionConfiguration: Hashable, Sendable {
    public var mantissaA: Int64
    public var mantissaB: Int64
    public var exponent: Int
    public var rounding: RoundingRule
    public var resultBits: Int
    public var clipLow: Int32
    public var clipHigh: Int32

    public init(
        mantissaA: Int64, mantissaB: Int64, exponent: Int, rounding: RoundingRule, resultBits: Int, clipLow: Int32,
        clipHigh: Int32
    ) {
        self.mantissaA = mantissaA
        self.mantissaB = mantissaB
        self.exponent = exponent
        self.rounding = rounding
        self.resultBits = resultBits
        self.clipLow = clipLow
        self.clipHigh = clipHigh
    }
}
