import Calibration
public import Diagnostics
import FloatModel
import Graph
public import Networks
import Quantization
public import Tensors

/// One line of a study's table: a choice, what it gains and what it costs.
public struct StudyRow: Hashable, Sendable {
    /// The choice in words: `outputChannel, power 3/2`.
    public var choice: String
    /// Signal to quantization noise of what was quantized, in dB; infinite where there is no noise.
    public var signalToNoiseDecibels: Double
    /// Mean change of the PSNR of 8-bit pictures against the float network, in dB; negative is a loss.
    public var psnrChangeDecibels: Double
    public var cost: Cost
    /// Latents that 8 bits cannot hold (`means` only).
    public var saturatedLatents: Int
    /// Of the weights: the part that is zero, in percent, and the zero-order entropy of the codes, each layer by
    /// itself, in bits a weight (`weights` only).
    public var zeroPercent: Double
    public var entropyBits: Double

    /// What a choice stores.
    public struct Cost: Hashable, Sendable {
        /// Bytes of weight codes.
        public var weightBytes = 0
        /// Bits of stored tables: entries that no closed form makes.
        public var romBits = 0
        /// Bits of selects, offsets and scales that each group or channel needs.
        public var selectBits = 0
    }

    init(
        choice: String, signalToNoiseDecibels: Double, psnrChangeDecibels: Double, cost: Cost,
        saturatedLatents: Int = 0, zeroPercent: Double = 0, entropyBits: Double = 0
    ) {
        self.choice = choice
        self.signalToNoiseDecibels = signalToNoiseDecibels
        self.psnrChangeDecibels = psnrChangeDecibels
        self.cost = cost
        self.saturatedLatents = saturatedLatents
        self.zeroPercent = zeroPercent
        self.entropyBits = entropyBits
    }
}

/// The tables of S1 on a network: one ingredient at a time is quantized, everything else stays float.
public struct Study: Sendable {
    public let network: FloatNetwork
    /// Ranges, selects and means come from these: samples 0...255, sizes multiples of the graph's `sizeMultiple`.
    public let calibration: [Tensor<UInt8>]
    /// PSNR is measured on these; the same conditions.
    public let pictures: [Tensor<UInt8>]
    /// V, for codebooks.
    public let activationBits: Int
    /// W, for laws that are not linear.
    public let weightBits: Int

    public init(
        _ network: FloatNetwork, calibration: [Tensor<UInt8>], pictures: [Tensor<UInt8>], activationBits: Int = 15,
        weightBits: Int = 12
    ) {
        precondition(!calibration.isEmpty && !pictures.isEmpty, "a study needs pictures")
        self.network = network
        self.calibration = calibration
        self.pictures = pictures
        self.activationBits = activationBits
        self.weightBits = weightBits
    }

    /// Asks for the tensors of all pictures before any is made.
    ///
    /// - Throws: `memoryBudgetExceeded`, `memoryRefused`.
    public func requireMemory(_ memory: MemoryBudget) throws(Diagnostic) {
        try memory.require(
            CalibrationMemory.byteCount(network.graph, calibration + pictures),
            for: "tensors of \(calibration.count) calibration pictures and \(pictures.count) to measure",
            at: "network \(network.graph.name)")
    }

    /// Mean over the pictures of the PSNR of a network's first output, rounded to 8 bits, in dB. The last rate of a
    /// network with several.
    ///
    /// - Throws: `networkGivesNoPicture`, and what `FloatModel.run` throws.
    func meanPSNR(
        _ network: FloatNetwork, replacing replacement: (String, Tensor<Float>) -> Tensor<Float> = { $1 }
    ) throws(Diagnostic) -> Double {
        let output = network.graph.outputs[0]
        let model = FloatModel(network)
        var sum = 0.0
        for picture in pictures {
            let input = Tensor(shape: picture.shape, elements: picture.elements.map { Float($0) / 255 })
            let result = try model.run(input, rate: lastRate, keeping: [output], replacing: replacement)[output]!
            guard result.shape == picture.shape else {
                throw Diagnostic(
                    .networkGivesNoPicture, at: "float network \(network.graph.name)",
                    found: "a first output of \(result.shape) for a picture of \(picture.shape)",
                    expected: "a picture of the same extent",
                    remedy: "study a network that gives back its picture, with that output first")
            }
            var squares = 0.0
            for (found, expected) in zip(result.elements, picture.elements) {
                let difference = Double(min(max((found * 255).rounded(), 0), 255)) - Double(expected)
                squares += difference * difference
            }
            sum += decibels(255 * 255 * Double(picture.shape.count) / max(squares, 1))
        }
        return sum / Double(pictures.count)
    }

    var lastRate: Int { (network.rateGains.values.first?.count ?? 1) - 1 }

    /// Signal and noise energy of something quantized.
    struct Energy {
        var signal = 0.0
        var noise = 0.0

        mutating func add(_ value: Float, quantized: Float) {
            signal += Double(value) * Double(value)
            noise += (Double(value) - Double(quantized)) * (Double(value) - Double(quantized))
        }
    }

    /// Infinite where there is no noise.
    func decibels(_ energy: Energy) -> Double {
        energy.noise == 0 ? .infinity : decibels(energy.signal / energy.noise)
    }
}
