public import Diagnostics
import FixedPoint
import FloatModel
import Graph
public import Kernels
import NetworkFiles
public import Networks
import Quantization
public import Tensors

/// `quantize`: from a float network and calibration pictures to a quantized network.
///
/// Layers are quantized one after the other, while two versions of every picture flow through the network: the float
/// one, and the one that the quantized layers so far produce. Ranges come from the first; weights, biases and betas of
/// a layer are fitted on the second, so that a layer takes up the mean error of those before it.
///
/// The graph of the result is the float network's, but for `requantize` layers before copies that cannot take their
/// operand as it is, the element that a `pad` puts outside, and two-stage sums, which become sums of one rounding.
///
/// The same network, options and pictures give the same integers everywhere: floats pass basic operations alone, in one
/// order whatever the processor.
public struct Quantizer: Sendable {
    public let network: FloatNetwork
    public let options: QuantizationOptions
    private let kernels: KernelLevel

    public init(
        _ network: FloatNetwork, options: QuantizationOptions = QuantizationOptions(), kernels: KernelLevel = .chosen
    ) {
        self.network = network
        self.options = options
        self.kernels = kernels
    }

    /// - Parameters:
    ///   - calibration: its pictures have samples 0...255, height and width multiples of the graph's `sizeMultiple`; at
    ///     least one.
    ///   - memory: asked for the tensors of all pictures before any is made.
    ///   - progress: called before each layer is quantized, with its number from 1 and how many there are.
    ///   - measured: called after each, with how near it comes to the float network.
    /// - Throws: `memoryBudgetExceeded`, `groupingNotExecutable`, `networkValueOutOfRange`, `codebookValueTooWide`,
    ///   `activationUnquantizable`, `floatNotFinite`, those of the proof of widths, and the diagnostics of the
    ///   network's validation and of `FloatNetwork.requirePicture`.
    public func quantize(
        _ calibration: CalibrationPictures, memory: MemoryBudget = .standard,
        progress: (Int, Int) -> Void = { _, _ in }, measured: (TensorFidelity) -> Void = { _ in }
    ) throws(Diagnostic) -> QuantizedNetwork {
        try network.validate()
        let network = try network.requantizingOperands(ofPictures: calibration.arePictures)
        let pictures = calibration.pictures
        try memory.require(
            CalibrationMemory.byteCount(network.graph, pictures),
            for: "tensors of \(pictures.count) calibration pictures", at: "network \(network.graph.name)")
        try requireOptions(calibration)
        let graph = network.graph
        let imageName = graph.inputs[0].name
        let image = CodebookSet.uniform(
            .linearUnsigned, channels: graph.inputs[0].channels, step: calibration.scale.step,
            offset: calibration.scale.offset)
        var flow = try CalibrationFlow(network: network, pictures: calibration, kernels: kernels)
        var quantized = QuantizedNetwork(
            graph: graph, formats: [imageName: .codes(image)], parameters: [:],
            widths: DatapathWidths(
                activationBits: options.activations.bits, weightBits: options.weights.bits,
                accumulatorBits: options.arithmetic.accumulatorBits))
        let joint = try JointFormats(network, options: options, pictures: calibration, kernels: kernels)
        let lastReaders = graph.lastReaders
        for (index, layer) in graph.layers.enumerated() {
            progress(index + 1, graph.layers.count)
            let outputs = try flow.floatOutputs(of: layer)
            var step = LayerQuantizer(
                layer: layer, float: network, options: options, quantized: quantized, flow: flow, floatOutputs: outputs,
                joint: joint)
            try step.quantize()
            quantized = step.quantized
            quantized.graph.layers[index] = step.layer
            try quantized.requireProvenWidths(of: step.layer)
            flow.advance(
                step.layer, floatOutputs: outputs, quantized: quantized, forgetting: lastReaders[layer.name] ?? [])
            measured(
                flow.fidelity(
                    of: step.layer, step: quantized.formats[layer.name]!.step,
                    isAnswer: graph.outputs.contains(layer.name) && graph.latents.isEmpty))
        }
        quantized.widths = narrowestWidths(of: quantized)
        try quantized.validate()
        try quantized.requireProvenWidths()
        return quantized.withWeightStatistics()
    }

    /// The same with photographs alone.
    public func quantize(
        _ photographs: [Tensor<UInt8>], memory: MemoryBudget = .standard, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(Diagnostic) -> QuantizedNetwork {
        try quantize(CalibrationPictures(photographs: photographs), memory: memory, progress: progress)
    }

    /// The widths that the network really needs, so that the smallest machine that can run it may.
    private func narrowestWidths(of network: QuantizedNetwork) -> DatapathWidths {
        var widths = network.widths
        widths.accumulatorBits = max(
            8, network.graph.layers.map { AccumulatorProof.width(of: $0, in: network) }.max() ?? 8)
        widths.weightBits = network.parameters.values.reduce(2) { bits, parameters in
            switch parameters {
            case .accumulation(let accumulation): max(bits, accumulation.weightDecoder.bits)
            case .normalization(let normalization): max(bits, normalization.gammaDecoder.bits)
            default: bits
            }
        }
        return widths
    }

    private func requireOptions(_ calibration: CalibrationPictures) throws(Diagnostic) {
        guard options.weights.grouping.isExecutable else {
            throw Diagnostic(
                .groupingNotExecutable, at: "quantize", found: "weight grouping \(options.weights.grouping.rawValue)",
                expected: "layer or outputChannel",
                remedy: "study this grouping in float: its scales sit inside the sum")
        }
        if options.takesLearnedRanges, options.weights.grouping != .outputChannel, !network.ranges.clips.isEmpty {
            throw Diagnostic(
                .groupingNotExecutable, at: "quantize",
                found: "weight grouping \(options.weights.grouping.rawValue) for weights with learned clips",
                expected: "outputChannel: clips belong to output channels",
                remedy: "choose that grouping, or quantize with --ignore-learned-ranges")
        }
        let ranges = [
            ("activationBits", options.activations.bits, 8...16), ("weightBits", options.weights.bits, 8...16),
            ("accumulatorBits", options.arithmetic.accumulatorBits, 16...RequantizationRefusal.accumulatorBits),
            ("codebooks", options.activations.codebooks, 1...256),
            ("codebooksPerOctave", options.activations.codebooksPerOctave, 1...64),
        ]
        for (name, value, range) in ranges where !range.contains(value) {
            throw Diagnostic(
                .networkValueOutOfRange, at: "quantize", found: "\(name) \(value)", expected: "\(range)",
                remedy: "choose a value in range")
        }
        if options.weights.bits < Law.leastGammaBits,
            let layer = network.graph.layers.first(where: {
                if case .normalization = $0.operator { true } else { false }
            })
        {
            throw Diagnostic(
                .networkValueOutOfRange, at: "layer \(layer.name)",
                found: "a normalization with decoded weights of \(options.weights.bits) bits",
                expected: "at least \(Law.leastGammaBits) bits: gammas have no sign, 256 values need one more",
                remedy:
                    """
                    take a machine whose macArray.weightBits are at least \(Law.leastGammaBits), and, with a law other \
                    than linear, --weight-bits \(Law.leastGammaBits) or more
                    """
            )
        }
        let multiple = network.graph.sizeMultiple
        guard !calibration.photographs.isEmpty,
            calibration.pictures.allSatisfy({
                $0.shape.height % multiple == 0 && $0.shape.width % multiple == 0 && $0.shape.count > 0
            })
        else {
            throw Diagnostic(
                .networkValueOutOfRange, at: "quantize",
                found: "no picture, or one whose size is no multiple of \(multiple)",
                expected: "at least one picture", remedy: "name a folder with pictures")
        }
    }
}
