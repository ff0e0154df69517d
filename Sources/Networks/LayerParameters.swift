public import FixedPoint
public import Quantization

/// What a quantized layer carries beside its operator.
public enum LayerParameters: Hashable, Sendable {
    /// Convolution, transposed convolution, fully connected.
    case accumulation(AccumulationParameters)
    case normalization(NormalizationParameters)
    /// `requantize`: the accumulator is the decoded value; `multiply`: the product of two.
    case requantization(PostProcessing)
    case addition(AdditionParameters)
    case twoStageAddition(TwoStageAdditionParameters)
    /// Operators that only move codes or are fixed by their grid: concatenation, pixel shuffle,
    /// max pooling, pad, nearest resize, the latent operators.
    case none

    /// What the MAC array multiplies by, weights or gamma, in the order of the layer's shape; nil where it takes no
    /// part.
    public var weights: (codes: [UInt8], decoder: WeightDecoder)? {
        switch self {
        case .accumulation(let parameters): (parameters.weightCodes, parameters.weightDecoder)
        case .normalization(let parameters): (parameters.gammaCodes, parameters.gammaDecoder)
        case .requantization, .addition, .twoStageAddition, .none: nil
        }
    }
}

/// `acc[k] = bias[k] + sum over r, s, c of v * w`, then post-processing.
public struct AccumulationParameters: Hashable, Sendable {
    /// Weight codes `[K][R][S][C/groups]` (fully connected: `[K][H][W][C]`).
    public var weightCodes: [UInt8]
    public var weightDecoder: WeightDecoder
    /// One an output channel, within the accumulator's width.
    public var bias: [Int64]
    public var postProcessing: PostProcessing

    public init(weightCodes: [UInt8], weightDecoder: WeightDecoder, bias: [Int64], postProcessing: PostProcessing) {
        self.weightCodes = weightCodes
        self.weightDecoder = weightDecoder
        self.bias = bias
        self.postProcessing = postProcessing
    }
}

/// `n_i = beta_i + sum over j of gamma_ij q_j`, then the quotient or product of `docs/arithmetic.md`, correctly rounded
/// or by a table, then saturate, clip, encode.
///
///     q_j = min(2^(V-1) - 1, RHU(v_j^2 / 2^operandShifts[j]))   square-root forms
///     q_j = |v_j|                                               first-power forms
///     real factor of channel i = scaleMantissas[i] / 2^scaleShifts[i]
public struct NormalizationParameters: Hashable, Sendable {
    /// Codes `[i: output channel][j: input channel]`, decoded to non-negative integers.
    public var gammaCodes: [UInt8]
    /// Entries 0...2^(W-1) - 1, never negative: the MAC operand is signed.
    public var gammaDecoder: WeightDecoder
    /// S_j, one an input channel; all 0 in the first-power forms.
    public var operandShifts: [Int]
    /// One a channel, at least 1.
    public var beta: [Int64]
    /// M, one a channel: 1 ..< 2^24.
    public var scaleMantissas: [UInt32]
    /// S, one a channel: 0...62.
    public var scaleShifts: [Int]
    /// The segments of table normalization, a separate function; nil: correctly rounded.
    public var table: NormalizationTable?
    /// R: 24 or 32.
    public var resultBits: Int
    public var clipLow: Int32
    public var clipHigh: Int32

    public init(
        gammaCodes: [UInt8], gammaDecoder: WeightDecoder, operandShifts: [Int], beta: [Int64], scaleMantissas: [UInt32],
        scaleShifts: [Int],
        table: NormalizationTable? = nil, resultBits: Int = 32, clipLow: Int32 = .min, clipHigh: Int32 = .max
    ) {
        self.gammaCodes = gammaCodes
        self.gammaDecoder = gammaDecoder
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

/// `sum = a mantissaA + b mantissaB`, then one rounding of `sum / 2^(31-exponent)`, then saturate, clip, encode.
///
/// The rounding rule is that of post-processing applied with multiplier 1; admitted are `single`, `halfEven`,
/// `halfAway`, `floor`, `ceiling`, `towardZero`. A negative rounded result is multiplied no further: LeakyReLU after
/// add is not available, ReLU is `clipLow = 0`.
public struct AdditionParameters: Hashable, Sendable {
    /// Signed, magnitude below 2^31.
    public var mantissaA: Int64
    public var mantissaB: Int64
    /// Left-positive, -31...30.
    public var exponent: Int
    public var rounding: RoundingRule
    public var resultBits: Int
    public var clipLow: Int32
    public var clipHigh: Int32

    public init(
        mantissaA: Int64, mantissaB: Int64, exponent: Int, rounding: RoundingRule, resultBits: Int = 32,
        clipLow: Int32 = .min, clipHigh: Int32 = .max
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

/// `sum = G(a 2^L, multiplierA) + G(b 2^L, multiplierB)`, or minus, then post-processing; G is the rule
/// `gemmlowpDouble`, whatever the rule of the post-processing.
public struct TwoStageAdditionParameters: Hashable, Sendable {
    /// Below 1: exponents of at most 0.
    public var multiplierA: QuantizedMultiplier
    public var multiplierB: QuantizedMultiplier
    public var postProcessing: PostProcessing

    public init(
        multiplierA: QuantizedMultiplier, multiplierB: QuantizedMultiplier, postProcessing: PostProcessing
    ) {
        self.multiplierA = multiplierA
        self.multiplierB = multiplierB
        self.postProcessing = postProcessing
    }
}
