public import WeightCoding

/// Everything that `plan` and `run` report. The names are the JSON contract (`docs/report.schema.json`); fields may be
/// added, these stay.
public struct RunReport: Codable, Equatable, Sendable {
    public var schemaVersion = 1
    public var network: String
    public var machine: String
    public var image: ImageReport
    public var layers: [LayerReport]
    public var totals: TotalsReport
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
    public var sramReadBytes: Int
    public var sramWriteBytes: Int
    public var weightBufferPeakBytes: Int
    public var activationBufferPeakBytes: Int
    /// No schedule on this machine can take fewer cycles or move fewer bytes.
    public var lowerBoundCycles: Int
    public var lowerBoundBytes: Int
    /// What sets the layer's time.
    public var boundBy = BindingResource.macArray
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
    public var sramReadBytes: Int
    public var sramWriteBytes: Int
    public var weightBufferPeakBytes: Int
    public var activationBufferPeakBytes: Int
    public var lowerBoundCycles: Int
    public var lowerBoundBytes: Int
    /// At the machine's clock, one picture alone.
    public var milliseconds: Double
    public var framesPerSecond: Double
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

/// The latents of one picture.
public struct LatentReport: Codable, Equatable, Sendable {
    public var tensor: String
    public var count: Int
    /// Sum over channels of the zero-order entropy of the channel's symbols, over the picture's own pixels.
    public var empiricalBitsPerPixel: Double
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
