/// An operation on each element of a tile: no MAC array.
///
///     element (i, j, c) of the first operand at
///                inputAddress + (i columns + j) inputPixelPitchBytes + c inputBytesPerElement
///     of the second at
///                secondAddress + (i columns + j) secondPixelPitchBytes + c secondBytesPerElement
///                (pitch 0: one pixel for all)
///     (of copies and the largest element: at the row and column of the window)
///     result at  outputAddress + ((i f + dy) columns f + j f + dx) outputPixelPitchBytes + k outputBytesPerElement
///                with f = shuffleFactor, k = c div f^2, dy = c mod f^2 div f, dx = c mod f
///                (f = 1: the same position and channel; replicate: k = c, every dy and dx)
///
/// Each operand and the result may lie in a ring of rows (`Accumulation` says what that is): addresses are those of the
/// ring's first byte, and row y of the operand (of the tile that windows read) or of the result is in row
/// `ringRow + y` of the buffer, less `ringRows` where it reaches that. An operand of one pixel lies in no ring.
public struct Elementwise: Hashable, Sendable {
    public var function = Function.copy
    @Narrow public var rows = 1
    @Narrow public var columns = 1
    @Narrow public var channels = 1
    /// Index of the tile's first channel in the whole tensors (all operands and the result): records are found by it.
    @Narrow public var firstChannel = 0
    @Narrow public var inputAddress = 0
    @Narrow public var inputPixelPitchBytes = 1
    @Narrow public var inputBytesPerElement = 1
    @Narrow public var secondAddress = 0
    @Narrow public var secondPixelPitchBytes = 1
    @Narrow public var secondBytesPerElement = 1
    @Narrow public var outputAddress = 0
    @Narrow public var outputPixelPitchBytes = 1
    @Narrow public var outputBytesPerElement = 1
    /// Rows of the ring that the first operand lies in; 0 where it lies in none.
    @Narrow public var inputRingRows = 0
    /// Place of its row 0 in the ring, 0..<inputRingRows; 0 without a ring.
    @Narrow public var inputRingRow = 0
    /// The same of the second operand.
    @Narrow public var secondRingRows = 0
    @Narrow public var secondRingRow = 0
    /// The same of the result.
    @Narrow public var outputRingRows = 0
    @Narrow public var outputRingRow = 0
    @Narrow public var shuffleFactor = 1
    /// What lies in the tile of the first operand: an element at row `i strideY + r - offsetY` and column
    /// `j strideX + s - offsetX`, for r and s of the window; outside the tile it is `fill`.
    public var window = ElementWindow()
    /// Whether there is a second operand (always for sums and products, optional means for the latent functions).
    public var hasSecond = false
    /// F of the latent functions, L of a two-stage sum: the fraction bits that values get or lose.
    @Narrow public var fractionBits = 0
    public var parameters = ParameterAddresses()

    public init() {}

    /// Positions at which a group of lanes is taken: of the results and, for the largest of a window, of its elements.
    public var groupPositions: Int {
        switch function {
        case .maximum: rows * columns * window.taps
        case .replicate: rows * columns * shuffleFactor * shuffleFactor
        default: rows * columns
        }
    }

    public enum Function: String, CaseIterable, Hashable, Sendable {
        /// Bytes unchanged (concatenation, pixel shuffle, pad: `fill` outside the tile).
        case copy
        /// The value through post-processing.
        case requantize
        case add
        /// `(y - m + 2^(F-1)) >> F`, saturated to 16 bits.
        case quantizeLatent
        /// `(k << F) + m`, saturated to 16 bits.
        case reconstructLatent
        /// `a b` through post-processing.
        case multiply
        /// Each operand `v 2^L` times its multiplier of the layer, rounded by `gemmlowpDouble`; their sum through
        /// post-processing.
        case twoStageAdd
        /// The same with their difference.
        case twoStageSubtract
        /// The largest element of the window.
        case maximum
        /// Each element to f x f positions.
        case replicate

        /// Whether two operands are combined, whose second may be one pixel.
        public var combinesTwo: Bool {
            switch self {
            case .add, .multiply, .twoStageAdd, .twoStageSubtract: true
            case .copy, .requantize, .quantizeLatent, .reconstructLatent, .maximum, .replicate: false
            }
        }

        /// Whether stored elements pass as they are.
        public var movesElements: Bool { self == .copy || self == .maximum || self == .replicate }

        public var hasTwoStages: Bool { self == .twoStageAdd || self == .twoStageSubtract }
    }
}
