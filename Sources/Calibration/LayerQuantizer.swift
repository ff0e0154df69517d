import Diagnostics
import FixedPoint
import FloatModel
import Graph
import Networks
import Quantization
import Tensors

/// Quantizes one layer, given everything before it: its output's format, then its parameters.
struct LayerQuantizer {
    let layer: Layer
    let float: FloatNetwork
    let options: QuantizationOptions
    var quantized: QuantizedNetwork
    let flow: CalibrationFlow
    let floatOutputs: [Tensor<Float>]
    /// Where concatenations join the output with others.
    let jointFormat: TensorFormat?
    /// Whether the output's range was chosen by its samples, or learned.
    private(set) var isSearched = false

    init(
        layer: Layer, float: FloatNetwork, options: QuantizationOptions, quantized: QuantizedNetwork,
        flow: CalibrationFlow, floatOutputs: [Tensor<Float>],
        jointFormat: TensorFormat?
    ) {
        self.layer = layer
        self.float = float
        self.options = options
        self.quantized = quantized
        self.flow = flow
        self.floatOutputs = floatOutputs
        self.jointFormat = jointFormat
    }

    var place: String { "layer \(layer.name)" }
    var inputFormat: TensorFormat { quantized.formats[layer.inputs[0]]! }
    var outputFormat: TensorFormat { quantized.formats[layer.name]! }
    /// Where weights were trained through the quantizer, each becomes the nearest entry, and biases stay unless they
    /// are to be corrected: that is what they were trained with.
    var learnedClips: [Float]? { options.takesLearnedRanges ? float.ranges.clips[layer.name] : nil }

    mutating func quantize() throws(Diagnostic) {
        try requireExecutable()
        quantized.formats[layer.name] = try format()
        switch layer.operator {
        case .convolution, .transposedConvolution, .fullyConnected: try quantizeAccumulation()
        case .normalization(let form): try quantizeNormalization(form)
        case .requantize:
            try widenOutput(scales: [1])
            quantized.parameters[layer.name] = .requantization(
                try postProcessing(scales: Array(repeating: 1, count: floatOutputs[0].shape.channels)))
            try appendRates(scales: Array(repeating: 1, count: floatOutputs[0].shape.channels))
        case .add: quantized.parameters[layer.name] = .addition(try addition())
        case .multiply:
            // The product's step is that of the operands together.
            let scales = Array(
                repeating: quantized.formats[layer.inputs[1]]!.step, count: floatOutputs[0].shape.channels)
            try widenOutput(scales: scales)
            quantized.parameters[layer.name] = .requantization(try postProcessing(scales: scales))
        case .twoStageAdd:
            preconditionFailure("requireExecutable lets no twoStageAdd pass")
        case .concatenation, .pixelShuffle, .maxPooling, .pad, .nearestResize, .quantizeLatent, .reconstructLatent:
            quantized.parameters[layer.name] = LayerParameters.none
        }
    }

    // MARK: Format

    private mutating func format() throws(Diagnostic) -> TensorFormat {
        let learned = options.takesLearnedRanges ? float.ranges.activations[layer.name] : nil
        if let format = try unsearchedFormat() {
            if learned == nil { return format }
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "learned activation ranges",
                expected: "none: the format of this tensor follows from its place in the graph",
                remedy: "leave them out, or quantize with --ignore-learned-ranges")
        }
        // One format with the other operands of a concatenation, which a single layer may not make coarser.
        if let jointFormat { return jointFormat }
        isSearched = true
        return .codes(
            try options.activations.codebookSet(
                for: TensorSamples(floatOutputs, of: flow.pictures),
                sharedBy: float.graph.channelsOfOneCodebook(layer.name), learned: learned,
                mirrorsNegativeSums: layer.mirrorsNegativeSums, at: place))
    }

    /// The format of a tensor that has no range to choose.
    private func unsearchedFormat() throws(Diagnostic) -> TensorFormat? {
        let graph = float.graph
        let channels = floatOutputs[0].shape.channels
        if case .quantizeLatent = layer.operator { return .integers16(step: 1) }
        if case .reconstructLatent(let grid) = layer.operator {
            return .integers16(step: 1 / Double(1 << grid.fractionBits))
        }
        if let grid = graph.latentGrid(readingFrom: layer.name) {
            return .integers16(step: 1 / Double(1 << grid.fractionBits))
        }
        if case .concatenation = layer.operator { return try joinedFormat() }
        if case .pixelShuffle(let factor) = layer.operator { return try shuffledFormat(squaredFactor: factor * factor) }
        switch layer.operator {
        case .maxPooling, .pad, .nearestResize: return inputFormat
        default: break
        }
        if graph.latents.contains(layer.name) {
            return .codes(
                try .latents(ChannelSamples(floatOutputs), removal: options.activations.meanRemoval, at: place))
        }
        if graph.outputs.first == layer.name, channels == graph.inputs[0].channels {
            return .codes(.uniform(.linearUnsigned, channels: channels, step: 1.0 / 255))
        }
        return nil
    }

    private func joinedFormat() throws(Diagnostic) -> TensorFormat {
        var selects: [UInt8] = []
        var offsets: [Int32] = []
        for name in layer.inputs {
            let format = quantized.formats[name]!
            guard case .codes(let set) = format, case .codes(let first) = inputFormat else {
                guard format == inputFormat else { throw unjoinable(name) }
                continue
            }
            guard set.codebooks == first.codebooks, set.step == first.step else { throw unjoinable(name) }
            selects += set.selects
            offsets += set.offsets
        }
        guard case .codes(let first) = inputFormat else { return inputFormat }
        return .codes(try CodebookSet(codebooks: first.codebooks, selects: selects, offsets: offsets, step: first.step))
    }

    /// Operands of which one has a format of its own.
    private func unjoinable(_ name: String) -> Diagnostic {
        let given = layer.inputs.first { float.graph.hasGivenFormat($0) } ?? name
        return Diagnostic(
            .concatenationUnquantizable, at: place,
            found:
                "operand '\(given)', whose format is given (the picture, an output picture or latents), beside others",
            expected: "operands of one format, because a concatenation copies codes",
            remedy: "put a requantize layer between '\(given)' and the concatenation: it gets the format of the others")
    }

    private func shuffledFormat(squaredFactor: Int) throws(Diagnostic) -> TensorFormat {
        guard case .codes(let set) = inputFormat else { return inputFormat }
        let sources = stride(from: 0, to: set.channels, by: squaredFactor)
        return .codes(
            try CodebookSet(
                codebooks: set.codebooks, selects: sources.map { set.selects[$0] },
                offsets: sources.map { set.offsets[$0] }, step: set.step))
    }

    // MARK: Accumulation

    private mutating func quantizeAccumulation() throws(Diagnostic) {
        guard case .accumulation(let weights, let bias)? = float.parameters[layer.name] else {
            preconditionFailure("\(layer.name) has no weights")
        }
        let largestBits = options.weights.law == .linear ? 8 : options.weights.bits
        let clips = learnedClips
        let moments = options.weights.compensatesRounding && clips == nil ? secondMoments() : nil
        var failure = WidestSum(bits: 0, channel: 0)
        // Weights that have decayed to nothing beside their channel's bias make scales so small that the bias passes
        // the accumulator: the second time no scale may be smaller than the bias asks for, and such weights become
        // zero.
        for smallestScales in [nil, self.smallestScales(bias)] {
            for bits in stride(from: largestBits, through: 8, by: -1) {
                let law = try weightLaw(weights, outputs: bias.count, bits: bits, clips: clips, moments: moments)
                let quantizer = try weightQuantizer(law, bits: bits)
                let (codes, scales) = quantizer.quantize(
                    weights, outputs: bias.count, importance: importance(), smallestScales: smallestScales,
                    clips: clips, moments: moments)
                switch try accumulation(codes, quantizer.decoder, bias: bias, scales: scales, isTrained: clips != nil) {
                case .success(let parameters):
                    quantized.parameters[layer.name] = .accumulation(parameters)
                    return try appendRates(scales: scales)
                case .failure(let widest): failure = widest
                }
            }
        }
        throw tooWide(failure)
    }

    /// The largest sum of a layer that does not fit.
    struct WidestSum: Error {
        var bits: Int
        var channel: Int
    }

    /// The integers of a layer for these scales, where its sums fit the accumulator.
    private mutating func accumulation(
        _ codes: [UInt8], _ decoder: WeightDecoder, bias: [Float], scales: [Double], isTrained: Bool
    ) throws(Diagnostic) -> Result<AccumulationParameters, WidestSum> {
        var integerBias: [Int64] = []
        for (channel, (bias, scale)) in zip(bias, scales).enumerated() {
            guard let integer = Int64(rounding: Double(bias) / (inputFormat.step * scale)),
                abs(integer) < Self.largestSum
            else {
                return .failure(WidestSum(bits: 63, channel: channel))
            }
            integerBias.append(integer)
        }
        try widenOutput(scales: scales)
        var parameters = AccumulationParameters(
            weightCodes: codes, weightDecoder: decoder, bias: integerBias,
            postProcessing: try postProcessing(scales: scales))
        if isTrained ? options.corrections.trainedBias : options.corrections.bias,
            let channel = correctBias(&parameters, scales: scales)
        {
            return .failure(WidestSum(bits: 63, channel: channel))
        }
        let bounds = AccumulatorProof.bounds(
            of: layer, .accumulation(parameters), input: inputFormat, activationBits: options.activations.bits
        ).map(\.width)
        let widest = bounds.max() ?? 0
        guard widest <= options.arithmetic.accumulatorBits else {
            return .failure(WidestSum(bits: widest, channel: bounds.firstIndex(of: widest) ?? 0))
        }
        return .success(parameters)
    }

    /// What no bias of an accumulator of 62 bits reaches.
    private static let largestSum = Int64(1) << 62

    /// The scale of each output channel with which its bias takes a quarter of the accumulator's range.
    private func smallestScales(_ bias: [Float]) -> [Double] {
        bias.map {
            abs(Double($0))
                / (inputFormat.step
                    * Double(sign: .plus, exponent: options.arithmetic.accumulatorBits - 3, significand: 1))
        }
    }

    /// The law of the options, with the narrowest dead zone that makes enough of the layer's weights zero where that is
    /// asked for.
    private func weightLaw(
        _ weights: [Float], outputs: Int, bits: Int, clips: [Float]?, moments: SecondMoments?
    ) throws(Diagnostic) -> Law {
        guard let share = options.weights.sparsity, case .deadZone(_, _, let levelBits) = options.weights.law else {
            return options.weights.law
        }
        let importance = importance()
        return try SparsitySearch.law(reaching: share, levelBits: levelBits, at: place) { law throws(Diagnostic) in
            let codes = try weightQuantizer(law, bits: bits).quantize(
                weights, outputs: outputs, importance: importance, clips: clips, moments: moments
            ).codes
            return Double(codes.count { $0 == 128 }) / Double(codes.count)
        }
    }

    private func weightQuantizer(_ law: Law, bits: Int) throws(Diagnostic) -> WeightQuantizer {
        WeightQuantizer(
            decoder: try .weights(law, bits: bits, at: place), grouping: options.weights.grouping,
            clipping: options.weights.clipping, deadZone: law.deadZone(bits: bits))
    }

    func tooWide(_ widest: WidestSum) -> Diagnostic {
        Diagnostic(
            .networkValueOutOfRange, at: "\(place), channel \(widest.channel)",
            found: widest.bits > 62 ? "sums of more than 62 bits" : "sums of up to \(widest.bits) bits",
            expected: "at most \(options.arithmetic.accumulatorBits)",
            remedy:
                """
                choose fewer activation bits (--activation-bits) or a machine with a wider accumulator; a channel \
                whose bias is far larger than its products needs either
                """
        )
    }

    /// Not for groups and fully connected layers, whose operands are not those of one pixel.
    private func secondMoments() -> SecondMoments? {
        switch layer.operator {
        case .convolution(let convolution) where convolution.groups == 1:
            SecondMoments(of: layer, inputs: flow.quantized[layer.inputs[0]]!)
        case .transposedConvolution: SecondMoments(of: layer, inputs: flow.quantized[layer.inputs[0]]!)
        default: nil
        }
    }

    /// Mean squares of the input channels; one weight each where channels are grouped.
    private func importance() -> [Double] {
        let squares = flow.meanSquares(layer.inputs[0])
        switch layer.operator {
        case .convolution(let convolution) where convolution.groups > 1:
            return Array(repeating: 1, count: squares.count / convolution.groups)
        default: return squares
        }
    }

    /// Moves each bias by the mean difference between the float sums and the integer sums on the calibration pictures.
    ///
    /// - Returns: the first channel whose bias passes every accumulator; nil where all are corrected.
    private func correctBias(_ parameters: inout AccumulationParameters, scales: [Double]) -> Int? {
        let weights = parameters.weightCodes.map { Double(parameters.weightDecoder.entries[Int($0)]) }
        var floatSums: [Tensor<Float>] = []
        var integerSums: [Tensor<Double>] = []
        for picture in 0..<flow.pictureCount {
            let input = flow.quantizedInputs(of: layer, picture: picture)[0]
            integerSums.append(
                Accumulation.sums(
                    layer.operator, input: input, weights: weights, output: layer.outputShape(of: input.shape),
                    kernels: flow.kernels))
            floatSums.append(flow.model.preActivation(layer, inputs: flow.floatInputs(of: layer, picture: picture)))
        }
        let means = KindMeans(
            expected: floatSums, found: integerSums, bias: parameters.bias,
            scales: scales.map { inputFormat.step * $0 }, of: flow.pictures)
        for (channel, change) in means.correction().enumerated() {
            guard let bias = Int64(rounding: Double(parameters.bias[channel]) + change), abs(bias) < Self.largestSum
            else { return channel }
            parameters.bias[channel] = bias
        }
        return nil
    }

    // MARK: Normalization

    private mutating func quantizeNormalization(_ form: NormalizationForm) throws(Diagnostic) {
        guard case .normalization(let gamma, let beta)? = float.parameters[layer.name],
            case .codes(let set) = inputFormat
        else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "16-bit integers",
                expected: "8-bit codes at a normalization", remedy: "requantize before it")
        }
        let quantizer = NormalizationQuantizer(
            form: form, gamma: gamma, beta: beta, input: set, outputStep: outputFormat.step, clips: learnedClips,
            options: options, place: place)
        var failure = WidestSum(bits: 0, channel: 0)
        for bits in stride(
            from: options.weights.law == .linear ? Law.leastGammaBits : options.weights.bits,
            through: Law.leastGammaBits, by: -1)
        {
            var (parameters, scales) = try quantizer.parameters(
                importance: Array(repeating: 1, count: beta.count), gammaBits: bits)
            if learnedClips == nil ? options.corrections.beta : options.corrections.trainedBias {
                correctBeta(&parameters, form, gamma: gamma, beta: beta, scales: scales)
            }
            let bounds = AccumulatorProof.bounds(
                of: layer, .normalization(parameters), input: inputFormat, activationBits: options.activations.bits
            ).map(\.width)
            failure.bits = bounds.max() ?? 0
            failure.channel = bounds.firstIndex(of: failure.bits) ?? 0
            if failure.bits <= options.arithmetic.accumulatorBits {
                quantized.parameters[layer.name] = .normalization(parameters)
                return
            }
        }
        throw tooWide(failure)
    }

    /// Moves each beta by the mean difference between the norms in float and in integers.
    private func correctBeta(
        _ parameters: inout NormalizationParameters, _ form: NormalizationForm, gamma: [Float], beta: [Float],
        scales: [Double]
    ) {
        let emulation = IntegerEmulation(quantized, encoding: [], kernels: flow.kernels)
        var found: [Tensor<Double>] = []
        var expected: [Tensor<Float>] = []
        for picture in 0..<flow.pictureCount {
            found.append(emulation.norms(form, flow.quantizedInputs(of: layer, picture: picture)[0], parameters))
            expected.append(
                flow.model.norms(form, flow.floatInputs(of: layer, picture: picture)[0], gamma: gamma, beta: beta))
        }
        for (channel, mean) in KindMeans(expected: expected, found: found, scales: scales, of: flow.pictures)
            .correction().enumerated()
        {
            // A mean that no integer holds is float32's affair: the beta stays as it was rounded.
            guard let change = Int64(rounding: mean), abs(change) < Self.largestSum else { continue }
            parameters.beta[channel] = max(1, parameters.beta[channel] + change)
        }
    }
}

extension Graph {
    /// Whether a tensor's format follows from its place in the graph: the picture, latents and what their operators
    /// read and write, a picture at the end.
    func hasGivenFormat(_ name: String) -> Bool {
        guard let layer = self[layer: name] else { return true }
        switch layer.operator {
        case .quantizeLatent, .reconstructLatent: return true
        case .concatenation, .pixelShuffle, .maxPooling, .pad, .nearestResize: return false
        default:
            return latents.contains(name) || latentGrid(readingFrom: name) != nil
                || (outputs.first == name && (try? channels())?[name] == inputs[0].channels)
        }
    }

    /// The grid of the first latent operator that reads a tensor.
    fileprivate func latentGrid(readingFrom name: String) -> LatentGrid? {
        for layer in layers where layer.inputs.contains(name) {
            switch layer.operator {
            case .quantizeLatent(let grid), .reconstructLatent(let grid): return grid
            default: continue
            }
        }
        return nil
    }
}
