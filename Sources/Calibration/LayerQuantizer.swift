import Diagnostics
import FixedPoint
import FloatModel
import Graph
import Networks
import Quantization
import Tensors

/// Quantizes one layer, given everything before it: its output's format, then its parameters.
struct LayerQuantizer {
    private(set) var layer: Layer
    let float: FloatNetwork
    let options: QuantizationOptions
    var quantized: QuantizedNetwork
    let flow: CalibrationFlow
    let floatOutputs: [Tensor<Float>]
    /// What the formats of outputs follow from, where they are not chosen layer by layer.
    let joint: JointFormats
    /// Whether the output's range was chosen by its samples, or learned.
    var isSearched = false

    init(
        layer: Layer, float: FloatNetwork, options: QuantizationOptions, quantized: QuantizedNetwork,
        flow: CalibrationFlow, floatOutputs: [Tensor<Float>],
        joint: JointFormats
    ) {
        self.layer = layer
        self.float = float
        self.options = options
        self.quantized = quantized
        self.flow = flow
        self.floatOutputs = floatOutputs
        self.joint = joint
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
        case .add: quantized.parameters[layer.name] = .addition(try addition(subtracts: false))
        case .twoStageAdd(let sum):
            // Rounding its operands, too, serves models of integers alone.
            layer.operator = .add
            quantized.parameters[layer.name] = .addition(try addition(subtracts: sum.subtracts))
        case .multiply:
            // The product's step is that of the operands together.
            let scales = Array(
                repeating: quantized.formats[layer.inputs[1]]!.step, count: floatOutputs[0].shape.channels)
            try widenOutput(scales: scales)
            quantized.parameters[layer.name] = .requantization(try postProcessing(scales: scales))
        case .pad(let pad):
            layer.operator = .pad(filled(pad))
            quantized.parameters[layer.name] = LayerParameters.none
        case .concatenation, .pixelShuffle, .maxPooling, .nearestResize, .quantizeLatent, .reconstructLatent:
            quantized.parameters[layer.name] = LayerParameters.none
        }
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
        if layer.activation == .sigmoid, let channel = shiftToSigmoidCentre(&parameters, scales: scales) {
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
    static let largestSum = Int64(1) << 62

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
