public import Calibration
public import Codec
public import Curves
public import Diagnostics
import Graph
public import Images
public import MachineDescription
public import Networks
import Quantization
import Simulation
public import Tensors
public import WeightCoding

/// What each choice of quantization costs a codec in bits: every scheme encodes and decodes the pictures at all rates,
/// on the machine.
public struct CodecStudy: Sendable {
    /// A row of the study.
    public struct Scheme: Sendable {
        public let scheme: NamedScheme
        /// Nothing of S1, or all of it.
        public let isEnd: Bool
    }

    /// What a scheme came to.
    public struct Figures: Sendable {
        public let weightBytes: Int
        public let parameterBytes: Int
        public let parameterBytesFloat32: Int
        public let coding: WeightCodingSummary
        /// Against the float network; nil where the curves cannot be compared.
        public let psnr: BDRate.Result?
        public let msSSIM: BDRate.Result?
        public let widths: DatapathWidths

        public var ofFloat32Percent: Double { 100 * Double(parameterBytes) / Double(parameterBytesFloat32) }
    }

    public let network: FloatNetwork
    public let machine: MachineDescription
    /// Samples 0...255, sizes multiples of the graph's `sizeMultiple`.
    public let calibration: [Tensor<UInt8>]
    /// What is encoded.
    public let pictures: [(name: String, image: RGBImage)]
    public let threads: Int
    /// For `quantize`, and for the codec.
    public let memory: MemoryBudget
    public let codecMemory: MemoryBudget
    private let float: RateDistortionCurve

    /// - Parameters:
    ///   - network: with latent operators.
    ///   - floatRows: of every picture at every rate, from `floatRows(of:named:in:memory:)`.
    public init(
        _ network: FloatNetwork, machine: MachineDescription, calibration: [Tensor<UInt8>],
        pictures: [(name: String, image: RGBImage)], floatRows: [Evaluation.Picture], threads: Int,
        memory: MemoryBudget, codecMemory: MemoryBudget
    ) {
        self.network = network
        self.machine = machine
        self.calibration = calibration
        self.pictures = pictures
        self.threads = threads
        self.memory = memory
        self.codecMemory = codecMemory
        var evaluation = Evaluation(network: network.graph.name, machine: "")
        evaluation.pictures = floatRows
        evaluation.closeCurve("float")
        float = evaluation.curves[0]
    }

    /// What the float network makes of a picture, a row a rate.
    ///
    /// - Throws: what the float model throws.
    public static func floatRows(
        of image: RGBImage, named name: String, in network: FloatNetwork, memory: MemoryBudget
    ) throws(Diagnostic) -> [Evaluation.Picture] {
        var rows: [Evaluation.Picture] = []
        for rate in 0..<network.rateCount {
            rows.append(
                try Evaluation.Picture(float: network, image, named: name, curve: "float", rate: rate, memory: memory))
        }
        return rows
    }

    /// Quantizes by a scheme, encodes and decodes.
    ///
    /// - Throws: what quantization, planning and coding throw.
    public func figures(of options: QuantizationOptions) throws(Diagnostic) -> Figures {
        var quantized = try Quantizer(network, options: options).quantize(calibration, memory: memory)
        quantized = try CodecCalibration.prepared(quantized, prior: network.prior, pictures: calibration)
        let curve = try curve(of: quantized)
        let multiple = network.graph.sizeMultiple
        let totals = try SimulationPlan(network: quantized, machine: machine, width: multiple, height: multiple)
            .report().totals
        return Figures(
            weightBytes: totals.weightBytes, parameterBytes: totals.parameterBytes,
            parameterBytesFloat32: totals.parameterBytesFloat32, coding: WeightCodingSummary(quantized),
            psnr: try? BDRate.compare(curve, to: float, by: .psnr),
            msSSIM: try? BDRate.compare(curve, to: float, by: .msSSIM), widths: quantized.widths)
    }

    /// Of nearest symbols.
    private func curve(of network: QuantizedNetwork) throws(Diagnostic) -> RateDistortionCurve {
        var codec = try PictureCodec(ProvenNetwork(network), machine: machine, threads: threads, memory: codecMemory)
        var evaluation = Evaluation(network: network.graph.name, machine: machine.name)
        for (name, image) in pictures {
            for rate in 0..<codec.rateCount {
                evaluation.pictures += try codec.measure(
                    image, named: name, rate: rate,
                    quantizers: [("round", LatentQuantizer(.round, fractionBits: codec.fractionBits))])
            }
        }
        evaluation.closeCurve("round")
        return evaluation.curves[0]
    }
}

extension CodecStudy.Scheme {
    /// Every row changes one choice of S1 in the scheme that `quantize` takes by itself.
    public static func all(for machine: MachineDescription, sparsities: [Double]) -> [CodecStudy.Scheme] {
        func scheme(
            _ name: String, isEnd: Bool = false, _ base: QuantizationOptions = QuantizationOptions(),
            _ change: (inout QuantizationOptions) -> Void = { _ in }
        ) -> CodecStudy.Scheme {
            CodecStudy.Scheme(scheme: NamedScheme(name, base.changed(change).limited(to: machine)), isEnd: isEnd)
        }
        let ends = [scheme("plain 8 bits", isEnd: true, .plain), scheme("all of S1", isEnd: true)]
        let groupings: [(String, WeightGrouping)] = [("layer", .layer), ("output channel", .outputChannel)]
        let weights = groupings.flatMap { grouping in
            StudiedLaws.closedForms.flatMap { law in
                [WeightClipping.none, .searched].map { clipping in
                    scheme("weights by \(grouping.0), \(law)\(clipping == .searched ? ", clipped" : "")") {
                        ($0.weights.grouping, $0.weights.law, $0.weights.clipping) = (grouping.1, law, clipping)
                    }
                }
            }
        }
        let deadZones = sparsities.map { share in
            scheme("weights with a dead zone, \(share) zero") {
                ($0.weights.law, $0.weights.sparsity, $0.weights.clipping) = (
                    .deadZone(numerator: 1, denominator: 16, levelBits: 8), share, .none
                )
            }
        }
        let codebooks = [1, 2, 4, 8].map { count in
            scheme(count == 1 ? "no multiplexer" : "multiplexer of \(count) codebooks") {
                $0.activations.codebooks = count
            }
        }
        let laws = (StudiedLaws.closedForms.prefix(4) + [.table]).map { law in
            scheme("activations \(law)") { $0.activations.law = law }
        }
        let means = MeanRemoval.allCases.map { removal in
            scheme("mean removal \(removal.rawValue)") { $0.activations.meanRemoval = removal }
        }
        return [ends[0]] + weights + deadZones + codebooks + laws + means + [ends[1]]
    }
}
