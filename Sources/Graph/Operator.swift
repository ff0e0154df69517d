/// What a layer does. Names in files and reports are the raw words of `Operator.name`.
public enum Operator: Hashable, Sendable {
    case convolution(Convolution)
    case transposedConvolution(TransposedConvolution)
    /// All elements of the input, in NHWC order, are the channels of one pixel: output 1 x 1 x outputChannels. Weights
    /// `[K][H][W][C]` flattened.
    case fullyConnected(outputChannels: Int)
    case normalization(NormalizationForm)
    /// Element by element: the decoded value goes through post-processing into another format. Also a standalone
    /// activation function.
    case requantize
    /// Two inputs of one shape, element by element; or of the second only one pixel, whose values meet every pixel.
    case add
    /// The same inputs; each is rescaled and rounded before the sum or the difference is.
    case twoStageAdd(TwoStageAddition)
    /// The same inputs: the product of the decoded values goes through post-processing.
    case multiply
    /// Two or more inputs of one height and width, channels one after the other. Codes are copied: the formats must
    /// agree (see `docs/arithmetic.md`).
    case concatenation
    /// `in[y][x][c r^2 + r dy + dx] -> out[r y + dy][r x + dx][c]`. Codes are copied.
    case pixelShuffle(factor: Int)
    /// The largest value of each window; stored elements are copied. Padding takes no part.
    case maxPooling(Pooling)
    /// Rows and columns added or, where the padding is negative, cut off; then every stride-th row and column. Stored
    /// elements are copied.
    case pad(Pad)
    /// Each element factor x factor times: `in[y][x][c] -> out[factor y + dy][factor x + dx][c]`.
    case nearestResize(factor: Int)
    /// Inputs: latents y (16-bit integers) and optionally means (16-bit integers, same grid).
    /// `k = (y - m + 2^(F-1)) >> F`, saturated to 16 bits.
    case quantizeLatent(LatentGrid)
    /// Inputs: symbols k (16-bit integers) and optionally means. `u = (k << F) + m`, saturated to 16 bits.
    case reconstructLatent(LatentGrid)

    /// The word for this operator in files, reports and diagnostics.
    public var name: String {
        switch self {
        case .convolution(let convolution):
            convolution.groups > 1 && convolution.groups == convolution.outputChannels
                ? "depthwiseConvolution" : "convolution"
        case .transposedConvolution: "transposedConvolution"
        case .fullyConnected: "fullyConnected"
        case .normalization(let form): form.rawValue
        case .requantize: "requantize"
        case .add: "add"
        case .twoStageAdd: "twoStageAdd"
        case .multiply: "multiply"
        case .concatenation: "concatenation"
        case .pixelShuffle: "pixelShuffle"
        case .maxPooling: "maxPooling"
        case .pad: "pad"
        case .nearestResize: "nearestResize"
        case .quantizeLatent: "quantizeLatent"
        case .reconstructLatent: "reconstructLatent"
        }
    }

    /// Whether it combines two tensors element by element, the second of one shape with the first or one pixel.
    public var combinesTwo: Bool {
        switch self {
        case .add, .twoStageAdd, .multiply: true
        default: false
        }
    }

    /// Whether stored elements pass unchanged, so that operands and result have one format.
    public var movesElements: Bool {
        switch self {
        case .concatenation, .pixelShuffle, .maxPooling, .pad, .nearestResize: true
        default: false
        }
    }

    /// G; 1 but for convolutions.
    public var groups: Int { if case .convolution(let convolution) = self { convolution.groups } else { 1 } }
}

/// The sub-grid of latents: 2^fractionBits steps to one symbol step, and where the means lie in the second input.
public struct LatentGrid: Hashable, Sendable {
    /// F: 6 unless said otherwise. Range 0...8.
    public var fractionBits: Int
    /// First channel of the means inside the second input (a hyper-synthesis puts scales first, means last).
    public var firstMeanChannel: Int

    public init(fractionBits: Int = 6, firstMeanChannel: Int = 0) {
        self.fractionBits = fractionBits
        self.firstMeanChannel = firstMeanChannel
    }
}

/// An addition that rounds its operands, too, as integer runtimes do.
public struct TwoStageAddition: Hashable, Sendable {
    /// L, 0...24: an operand v enters the first stage as v 2^L.
    public var leftShift: Int
    /// Whether the second operand is taken away instead of added.
    public var subtracts: Bool

    public init(leftShift: Int = 20, subtracts: Bool = false) {
        self.leftShift = leftShift
        self.subtracts = subtracts
    }
}

/// Windows over rows and columns, each channel by itself.
public struct Pooling: Hashable, Sendable {
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var strideY: Int
    public var strideX: Int
    /// Smaller than the kernel, so that every window has an element.
    public var padding: Padding

    public init(
        kernelHeight: Int, kernelWidth: Int, strideY: Int = 1, strideX: Int = 1, padding: Padding = .none
    ) {
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.strideY = strideY
        self.strideX = strideX
        self.padding = padding
    }
}

/// Where rows and columns come from that a tensor has not.
public struct Pad: Hashable, Sendable {
    /// Negative: so many are cut off.
    public var padding: Padding
    public var strideY: Int
    public var strideX: Int
    /// The stored element outside: a code, or a 16-bit integer.
    public var fill: Int

    public init(padding: Padding, strideY: Int = 1, strideX: Int = 1, fill: Int = 0) {
        self.padding = padding
        self.strideY = strideY
        self.strideX = strideX
        self.fill = fill
    }
}
