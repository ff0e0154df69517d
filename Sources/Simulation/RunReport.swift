public import Architectures
public import Networks
public import WeightCoding

/// Everything that `plan` and `run` report. The names are the JSON contract (`docs/schemas/report.schema.json`); fields
/// may be added, these stay.
public struct RunReport: Codable, Equatable, Sendable {
    public var network: String
    public var machine: String
    public var image: ImageReport
    /// Only of `run` on tensors: what it ran on in place of a picture.
    public var inputs: [InputReport]?
    /// Only of `plan`, of networks without weights: what was assumed of them.
    public var assumptions: [String]?
    /// Only of `plan`, of architectures that take latents one by one: what that costs at least, in no total.
    public var serialContext: SerialContextBound?
    public var layers: [LayerReport]
    public var totals: TotalsReport
    /// What the host computes beside the machine, without cycles; absent where it computes nothing.
    public var host: [HostWork]?
    /// Only of `run`, for networks whose only output is one vector.
    public var top: [TopReport]?
    /// Only of `run`.
    public var latents: [LatentReport]?
    /// Only of `run`, for networks that end in a picture.
    public var quality: QualityReport?
    /// Only of `run`, where more than one element in a thousand of a tensor saturated.
    public var clipping: ClippingReport?
}

/// The picture as given and as run.
public struct ImageReport: Codable, Equatable, Sendable {
    public var width: Int
    public var height: Int
    /// Extents after padding to a multiple of the network's stride; the result is cropped back.
    public var paddedWidth: Int
    public var paddedHeight: Int
    /// What reading the file converted: `sixteenBit`, `gray`, `palette`, `alpha`... Only of `run`.
    public var conversions: [String]?

    public init(width: Int, height: Int, paddedWidth: Int, paddedHeight: Int, conversions: [String]? = nil) {
        self.width = width
        self.height = height
        self.paddedWidth = paddedWidth
        self.paddedHeight = paddedHeight
        self.conversions = conversions
    }
}

/// A tensor that a run began with.
public struct InputReport: Codable, Equatable, Sendable {
    public var name: String
    /// height x width x channels.
    public var shape: String
}

/// One layer. Bytes and cycles are exact integers; cycles run from the completion of the layer before to this one's
/// own.
public struct LayerReport: Codable, Equatable, Sendable {
    public var name: String
    public var `operator`: String
    public var outputShape: String
    public var usefulMACs: Int
    public var issuedMACs: Int
    public var simulatedCycles: Int
    public var computeCycles: Int
    /// By reason; with `computeCycles` they sum to `simulatedCycles`.
    public var stallCycles: [String: Int]
    /// Useful MACs over the peak of the array in `simulatedCycles`.
    public var utilization: Double
    /// Weight codes.
    public var weightBytes: Int
    public var dramReadBytes: Int
    public var dramWriteBytes: Int
    public var dramByCause: DRAMTraffic
    public var sramReadBytes: Int
    public var sramWriteBytes: Int
    public var weightBufferPeakBytes: Int
    public var activationBufferPeakBytes: Int
    /// Partial sums at one time, whole bytes.
    public var accumulatorBufferPeakBytes: Int
    /// The layer's own half of it.
    public var parameterMemoryPeakBytes: Int
    /// No schedule on this machine can take fewer cycles or move fewer bytes.
    public var lowerBoundCycles: Int
    public var lowerBoundBytes: Int
    /// What sets the layer's time.
    public var boundBy = BindingResource.macArray
    /// Which group of layers that run together it is in, from 1; absent where it runs by itself.
    public var group: Int?
    /// Only on a machine with a weight decoder or zero skipping.
    public var weightCoding: WeightCodingReport?
    /// Only of `run`.
    public var saturatedOutputs: Int?
    /// Of the output's elements.
    public var saturatedShare: Double?
    /// Only of `run`; absent where nothing saturated.
    public var worstChannel: ChannelSaturation?
    /// Only of `run`.
    public var outputDigest: String?
}

extension LayerReport {
    /// Bytes that its tiles take in the four memories of the chip.
    public var sramPeakBytes: Int {
        weightBufferPeakBytes + activationBufferPeakBytes + accumulatorBufferPeakBytes + parameterMemoryPeakBytes
    }
    public var dramBytes: Int { dramReadBytes + dramWriteBytes }
}

/// Sums over the layers, and what follows from them.
public struct TotalsReport: Codable, Equatable, Sendable {
    public var usefulMACs: Int
    public var issuedMACs: Int
    public var simulatedCycles: Int
    public var computeCycles: Int
    public var stallCycles: [String: Int]
    public var utilization: Double
    public var weightBytes: Int
    public var dramReadBytes: Int
    public var dramWriteBytes: Int
    public var dramBytes: Int
    public var dramByCause: DRAMTraffic
    public var sramReadBytes: Int
    public var sramWriteBytes: Int
    public var weightBufferPeakBytes: Int
    public var activationBufferPeakBytes: Int
    public var accumulatorBufferPeakBytes: Int
    public var parameterMemoryPeakBytes: Int
    /// The largest sum of a layer's four peaks, and what the machine has of these memories.
    public var sramPeakBytes: Int
    public var sramBytes: Int
    public var lowerBoundCycles: Int
    public var lowerBoundBytes: Int
    /// Useful MACs on all multipliers, rounded up, and how often the cycles have that: 0 where nothing is multiplied.
    public var peakCycles: Int
    public var cyclesOverPeak: Double
    /// Graph inputs, weight codes, graph outputs and stored symbols, once each, and how often the DRAM bytes have that.
    public var compulsoryBytes: Int
    public var dramOverCompulsory: Double
    /// At the machine's clock, one picture alone.
    public var milliseconds: Double
    public var framesPerSecond: Double
    /// At the frame rate that was asked for.
    public var frameRate: FrameRateReport?
    /// The parameter image: weight codes, tables (each distinct one once), biases, multipliers, selects, offsets.
    public var parameterBytes: Int
    /// Every float parameter at four bytes.
    public var parameterBytesFloat32: Int
    /// Most bytes of activation tensors alive at once.
    public var peakActivationBytes: Int
    public var peakActivationBytesFloat32: Int
    /// Only on a machine with a weight decoder or zero skipping.
    public var weightCoding: WeightCodingReport?
    /// What sets the time of most cycles; absent where there is no layer.
    public var binding: BindingReport?
    public var saturatedOutputs: Int?
}

/// What a wanted number of pictures a second asks of the machine.
public struct FrameRateReport: Codable, Equatable, Sendable {
    public var framesPerSecond: Double
    /// DRAM traffic at that rate, in 10^9 bytes a second, and what the bus moves at most.
    public var dramGigabytesPerSecond: Double
    public var dramGigabytesPerSecondPeak: Double
    /// Whether the machine's clock reaches the rate, and the clock that would.
    public var isMet: Bool
    public var neededClockMegahertz: Double
}

/// The latents of one picture.
public struct LatentReport: Codable, Equatable, Sendable {
    public var tensor: String
    public var count: Int
    /// Sum over channels of the zero-order entropy of the channel's symbols, over the picture's own pixels; absent
    /// where no picture was run.
    public var empiricalBitsPerPixel: Double?
    /// Symbols that the stored code could not hold.
    public var saturated: Int
}

/// Against the original picture, on 8-bit samples.
public struct QualityReport: Codable, Equatable, Sendable {
    /// dB over all three channels; absent when the pictures are identical.
    public var psnr: Double?
    /// Of the float network, with `--float`.
    public var psnrFloat: Double?
    public var empiricalBitsPerPixelFloat: Double?
}
