/// One pass of the MAC array over a block of output positions and channels.
///
/// Output position (i, j), 0 <= i < rows, 0 <= j < columns, tap (r, s), group g, output channel k and input channel c
/// of the group:
///
///     y = (firstRow + i) inputStrideY + r tapStepY + inputOffsetY         row of the whole input tensor;
///                                                                         outside 0..<inputHeight: v = 0
///     x = (firstColumn + j) inputStrideX + s tapStepX + inputOffsetX           likewise
///     activation code at  inputAddress + (p tileColumns + (x - originX)) inputPixelPitchBytes
///                             + g inputGroupPitchBytes + c
///                         with p = y - originY, the row of the buffer
///     weight code at      weightAddress + ((g outputChannels + k) taps + r tapColumns + s) weightTapPitchBytes + c
///     result at           outputAddress
///                             + (q outputTileColumns + j outputStrideX + outputOffsetX) outputPixelPitchBytes
///                             + g outputGroupPitchBytes + k outputBytesPerElement
///                         with q = i outputStrideY + outputOffsetY, the row of the buffer
///     partial sum at      accumulatorAddress + ((i columns + j) groups + g) outputChannels + k   (in accumulators)
///
/// Rows of a tensor may lie in a ring of rows, row y at place y mod the ring's rows: then addresses are those of the
/// ring's first byte, and rows of the buffer begin again behind its last.
///
///     p = inputRingRow + y - originY,                    less inputRingRows where it reaches that
///     q = outputRingRow + i outputStrideY + outputOffsetY,    less outputRingRows where it reaches that
///
/// The rows of a command's tile are at most those of the ring, so that one subtraction is all. Neither windows are read
/// from a ring nor blocks of phases written to one.
///
/// Where the lanes are phases and channels of a transposed convolution (`joinsPhases`), a position is a block of
/// outputStrideY x outputStrideX results, and output channel k is a lane with a `ResultPlacement` of its own:
///
///     result at           outputAddress + ((i outputStrideY + outputOffsetY) outputTileColumns
///                             + j outputStrideX + outputOffsetX) outputPixelPitchBytes + the placement's offset
///     no result           i = 0 and phase row < -outputOffsetY;  i = rows - 1 and phase row >= lastPhaseRows;
///                         columns likewise: what lies outside the output tile is not written
///
/// Where the pixels are windows (`hasWindows`: chunks of consecutive codes of the picture's rows, `TransferWindows`),
/// code c of output column j is code windowStart + j windowStep + c of its row; outside 0..<windowLimit: v = 0.
///
/// The same form serves a convolution (tap steps = dilation, output strides 1), one phase of a transposed convolution
/// (the outputs that read the same taps; input stride 1, tap steps -1, output strides = the layer's strides), a fully
/// connected layer (one position, kernel = input extent), normalization (one tap), and all phases of a transposed
/// convolution in one pass (input stride 1, tap steps -1).
public struct Accumulation: Hashable, Sendable {
    // Input tile
    @Narrow public var inputAddress = 0
    /// Row and column, in the whole tensor, of the pixel at `inputAddress`.
    @Narrow public var originY = 0
    @Narrow public var originX = 0
    @Narrow public var tileRows = 1
    @Narrow public var tileColumns = 1
    @Narrow public var inputPixelPitchBytes = 1
    @Narrow public var inputGroupPitchBytes = 0
    @Narrow public var inputHeight = 1
    @Narrow public var inputWidth = 1
    /// Rows of the ring that the input tile lies in; 0 where it lies in none.
    @Narrow public var inputRingRows = 0
    /// Place of row `originY` in the ring, 0..<inputRingRows; 0 without a ring.
    @Narrow public var inputRingRow = 0
    // Channels
    @Narrow public var groups = 1
    /// Input channels of one group in this pass.
    @Narrow public var inputChannels = 1
    /// Index, in the whole input tensor, of the first channel of the first group in this pass; group g begins
    /// `g layerGroupInputChannels` later.
    @Narrow public var firstInputChannel = 0
    /// Input channels of one group of the layer (not split). Of one group the first channel says all, and schedules
    /// split no channels of several groups: the RTL reads this word only to check that it equals `inputChannels` where
    /// `groups` is not 1.
    @Narrow public var layerGroupInputChannels = 1
    /// Output channels of one group in this pass.
    @Narrow public var outputChannels = 1
    /// Index, in the whole output tensor, of the first output channel of the first group; group g begins
    /// `g layerGroupOutputChannels` later.
    @Narrow public var firstOutputChannel = 0
    /// Output channels of one group of the layer (not split); a check in the RTL, as `layerGroupInputChannels` is.
    @Narrow public var layerGroupOutputChannels = 1
    // Positions and taps
    @Narrow public var rows = 1
    @Narrow public var columns = 1
    @Narrow public var firstRow = 0
    @Narrow public var firstColumn = 0
    @Narrow public var inputStrideY = 1
    @Narrow public var inputStrideX = 1
    @Narrow public var inputOffsetY = 0
    @Narrow public var inputOffsetX = 0
    /// May be 0 (a phase without taps: the result is the bias).
    @Narrow public var tapRows = 1
    @Narrow public var tapColumns = 1
    @Narrow public var tapStepY = 1
    @Narrow public var tapStepX = 1
    // Windows
    /// Place, in the whole row of the picture, of the first code of the command's first column.
    @Narrow public var windowStart = 0
    /// 0 where the pixels are no windows.
    @Narrow public var windowStep = 0
    /// Codes of a row.
    @Narrow public var windowLimit = Int(Int32.max)
    // Weights
    @Narrow public var weightAddress = 0
    @Narrow public var weightTapPitchBytes = 1
    // Results
    @Narrow public var outputAddress = 0
    @Narrow public var outputTileColumns = 1
    @Narrow public var outputPixelPitchBytes = 1
    @Narrow public var outputGroupPitchBytes = 0
    /// 1 for codes, 2 for 16-bit integers.
    @Narrow public var outputBytesPerElement = 1
    @Narrow public var outputStrideY = 1
    @Narrow public var outputStrideX = 1
    @Narrow public var outputOffsetY = 0
    @Narrow public var outputOffsetX = 0
    /// Rows of the ring that results go to; 0 where they go to none.
    @Narrow public var outputRingRows = 0
    /// Place of the output tile's row 0 in the ring, 0..<outputRingRows; 0 without a ring.
    @Narrow public var outputRingRow = 0
    /// Phases of the last row and the last column of blocks that lie in the output tile; 0 where lanes hold channels
    /// alone.
    @Narrow public var lastPhaseRows = 0
    @Narrow public var lastPhaseColumns = 0
    // Sums
    public var operand = Operand.value
    /// Begins from the bias; otherwise from the partial sums in the accumulator buffer.
    public var first = true
    /// Whether sums are finished: they drain, that is leave the accumulators, through `drain` and the encoder;
    /// otherwise into the accumulator buffer.
    public var last = true
    @Narrow public var accumulatorAddress = 0
    public var drain = Drain.postProcessor
    public var parameters = ParameterAddresses()

    public init() {}

    /// What the decoder gives to the multipliers.
    public enum Operand: String, CaseIterable, Hashable, Sendable {
        /// v.
        case value
        /// `min(2^(V-1) - 1, RHU(v^2 / 2^operandShift))`.
        case square
        /// |v|.
        case magnitude
    }

    /// Where finished sums go.
    public enum Drain: String, CaseIterable, Hashable, Sendable {
        case postProcessor
        /// The normalization unit, which reads v of its own channel from the same input tile again.
        case normalization
    }

    public var taps: Int { tapRows * tapColumns }
    /// Whether the output lanes are phases and channels of a transposed convolution.
    public var joinsPhases: Bool { lastPhaseRows > 0 }
    /// Output lanes of one channel.
    public var lanesOfChannel: Int { joinsPhases ? outputStrideY * outputStrideX : 1 }
    /// Whether the input tile's pixels are windows.
    public var hasWindows: Bool { windowStep > 0 }
}
