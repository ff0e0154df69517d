import Diagnostics
import ExactArithmetic
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

    private var place: String { "layer \(layer.name)" }
    private var inputFormat: TensorFormat { quantized.formats[layer.inputs[0]]! }
    private var outputFormat: TensorFormat { quantized.formats[layer.name]! }
    /// Where weights were trained through the quantizer, each becomes the nearest entry, and biases stay unless they are to be corrected: that is what they were trained with.
    private var learnedClips: [Float]? { options.takesLearnedRanges ? float.ranges.clips[layer.name] : nil }

    mutating func quantize() throws(Diagnostic) {
        quantized.formats[layer.name] = try format()
        switch layer.operator {
        case .convolution, .transposedConvolution, .fullyConnected: try quantizeAccumulation()
        case .normalization(let form): try quantizeNormalization(form)
        case .requantize:
            quantized.parameters[layer.name] = .requantization(try postProcessing(scales: Array(repeating: 1, count: floatOutputs[0].shape.channels)))
            try appendRates(scales: Array(repeating: 1, count: floatOutputs[0].shape.channels))
        case .add: quantized.parameters[layer.name] = .addition(try addition())
        case .concatenation, .pixelShuffle, .quantizeLatent, .reconstructLatent: quantized.parameters[layer.name] = LayerParameters.none
        }
    }

    // MARK: Format

    private func format() throws(Diagnostic) -> TensorFormat {
        let learned = options.takesLearnedRanges ? float.ranges.activations[layer.name] : nil
        if let format = try unsearchedFormat() {
            if learned == nil { return format }
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "learned activation ranges", expected: "none: the format of this tensor follows from its place in the graph",
                remedy: "leave them out, or quantize with --ignore-learned-ranges")
        }
        let isClassic = options.activationLaw == .linear && options.codebooks == 1
        let quantizer = ActivationQuantizer(
            law: options.activationLaw, codebooks: options.codebooks, codebooksPerOctave: options.codebooksPerOctave,
            bits: isClassic ? 8 : options.activationBits, rangeSelection: options.rangeSelection)
        let samples = ChannelSamples(floatOutputs)
        if let learned {
            guard options.activationLaw != .table else {
                throw Diagnostic(
                    .networkValueOutOfRange, at: place, found: "learned activation ranges and the law table", expected: "a law with a closed form: a range says nothing of a table",
                    remedy: "fine-tune with --fixed-activations, choose another law, or quantize with --ignore-learned-ranges")
            }
            return .codes(try quantizer.codebookSet(learned: learned, isUnsigned: samples.isUnsigned, at: place))
        }
        return .codes(try quantizer.codebookSet(for: samples, importance: nil, at: place))
    }

    /// The format of a tensor that has no range to choose.
    private func unsearchedFormat() throws(Diagnostic) -> TensorFormat? {
        let graph = float.graph
        let channels = floatOutputs[0].shape.channels
        if case .quantizeLatent = layer.operator { return .integers16(step: 1) }
        if case .reconstructLatent(let grid) = layer.operator { return .integers16(step: 1 / Double(1 << grid.fractionBits)) }
        if let grid = graph.latentGrid(readingFrom: layer.name) { return .integers16(step: 1 / Double(1 << grid.fractionBits)) }
        if case .concatenation = layer.operator { return try joinedFormat() }
        if case .pixelShuffle(let factor) = layer.operator { return try shuffledFormat(squaredFactor: factor * factor) }
        if graph.latents.contains(layer.name) { return .codes(.latents(ChannelSamples(floatOutputs), removal: options.meanRemoval)) }
        if graph.outputs.first == layer.name, channels == graph.inputs[0].channels {
            return .codes(.uniform(.linearUnsigned, channels: channels, step: 1.0 / 255))
        }
        return nil
    }

    private func joinedFormat() throws(Diagnostic) -> TensorFormat {
        var selects: [UInt8] = []
        var offsets: [Int32] = []
        for name in layer.inputs {
            guard case .codes(let set)? = quantized.formats[name] else { return quantized.formats[name]! }
            selects += set.selects
            offsets += set.offsets
        }
        guard case .codes(let first) = inputFormat else { return inputFormat }
        return .codes(try CodebookSet(codebooks: first.codebooks, selects: selects, offsets: offsets, step: first.step))
    }

    private func shuffledFormat(squaredFactor: Int) throws(Diagnostic) -> TensorFormat {
        guard case .codes(let set) = inputFormat else { return inputFormat }
        let sources = stride(from: 0, to: set.channels, by: squaredFactor)
        return .codes(
            try CodebookSet(codebooks: set.codebooks, selects: sources.map { set.selects[$0] }, offsets: sources.map { set.offsets[$0] }, step: set.step))
    }

    // MARK: Accumulation

    private mutating func quantizeAccumulation() throws(Diagnostic) {
        guard case .accumulation(let weights, let bias)? = float.parameters[layer.name] else { preconditionFailure("\(layer.name) has no weights") }
        let largestBits = options.weightLaw == .linear ? 8 : options.weightBits
        let clips = learnedClips
        let moments = options.compensatesRounding && clips == nil ? secondMoments() : nil
        var failure = 0
        for bits in stride(from: largestBits, through: 8, by: -1) {
            let law = try weightLaw(weights, outputs: bias.count, bits: bits, clips: clips, moments: moments)
            let quantizer = WeightQuantizer(
                decoder: try .weights(law, bits: bits, at: place), grouping: options.weightGrouping, clipping: options.weightClipping,
                deadZone: law.deadZone(bits: bits))
            let (codes, scales) = quantizer.quantize(weights, outputs: bias.count, importance: importance(), clips: clips, moments: moments)
            let integerBias = zip(bias, scales).map { Int64((Double($0) / (inputFormat.step * $1)).rounded()) }
            var parameters = AccumulationParameters(
                weightCodes: codes, weightDecoder: quantizer.decoder, bias: integerBias, postProcessing: try postProcessing(scales: scales))
            if clips == nil ? options.correctsBias : options.correctsTrainedBias { correctBias(&parameters, scales: scales) }
            failure = AccumulatorProof.bounds(of: layer, .accumulation(parameters), input: inputFormat, activationBits: options.activationBits).map(\.width).max() ?? 0
            if failure <= options.accumulatorBits {
                quantized.parameters[layer.name] = .accumulation(parameters)
                return try appendRates(scales: scales)
            }
        }
        throw tooWide(failure)
    }

    /// The law of the options, with the narrowest dead zone that makes enough of the layer's weights zero where that is asked for.
    private func weightLaw(_ weights: [Float], outputs: Int, bits: Int, clips: [Float]?, moments: SecondMoments?) throws(Diagnostic) -> Law {
        guard let share = options.weightSparsity, case .deadZone(_, _, let levelBits) = options.weightLaw else { return options.weightLaw }
        let importance = importance()
        return try SparsitySearch.law(reaching: share, levelBits: levelBits, at: place) { law throws(Diagnostic) in
            let quantizer = WeightQuantizer(
                decoder: try .weights(law, bits: bits, at: place), grouping: options.weightGrouping, clipping: options.weightClipping,
                deadZone: law.deadZone(bits: bits))
            let codes = quantizer.quantize(weights, outputs: outputs, importance: importance, clips: clips, moments: moments).codes
            return Double(codes.count { $0 == 128 }) / Double(codes.count)
        }
    }

    private func tooWide(_ bits: Int) -> Diagnostic {
        Diagnostic(
            .networkValueOutOfRange, at: place, found: "sums of up to \(bits) bits", expected: "at most \(options.accumulatorBits)",
            remedy: "choose fewer activation bits or a machine with a wider accumulator")
    }

    /// Not for groups and fully connected layers, whose operands are not those of one pixel.
    private func secondMoments() -> SecondMoments? {
        switch layer.operator {
        case .convolution(let convolution) where convolution.groups == 1: SecondMoments(of: layer, inputs: flow.quantized[layer.inputs[0]]!)
        case .transposedConvolution: SecondMoments(of: layer, inputs: flow.quantized[layer.inputs[0]]!)
        default: nil
        }
    }

    /// Mean squares of the input channels; one weight each where channels are grouped.
    private func importance() -> [Double] {
        let squares = flow.meanSquares(layer.inputs[0])
        switch layer.operator {
        case .convolution(let convolution) where convolution.groups > 1: return Array(repeating: 1, count: squares.count / convolution.groups)
        default: return squares
        }
    }

    /// Moves each bias by the mean difference between the float sums and the integer sums on the calibration pictures.
    private func correctBias(_ parameters: inout AccumulationParameters, scales: [Double]) {
        let weights = parameters.weightCodes.map { Double(parameters.weightDecoder.entries[Int($0)]) }
        var floatSums: [Tensor<Float>] = []
        var integerSums: [Tensor<Double>] = []
        for picture in 0..<flow.pictureCount {
            let input = flow.quantizedInputs(of: layer, picture: picture)[0]
            integerSums.append(Accumulation.sums(layer.operator, input: input, weights: weights, output: layer.outputShape(of: input.shape)))
            floatSums.append(flow.model.preActivation(layer, inputs: flow.floatInputs(of: layer, picture: picture)))
        }
        let expected = CalibrationFlow.means(floatSums)
        let found = CalibrationFlow.means(integerSums)
        for channel in parameters.bias.indices {
            parameters.bias[channel] = Int64((expected[channel] / (inputFormat.step * scales[channel]) - found[channel]).rounded())
        }
    }

    /// Multipliers `stepIn x scale / stepOut`, exactly from the doubles, and the limits of the activation function.
    private func postProcessing(scales: [Double]) throws(Diagnostic) -> PostProcessing {
        let positive = try multipliers(scales, gains: nil, slope: 1)
        var result = PostProcessing(multipliers: positive, rounding: options.rounding, resultBits: options.resultBits)
        switch layer.activation {
        case .none: break
        case .relu: result.multipliersNegative = Array(repeating: .zero, count: positive.count)
        case .leakyRelu(let slope): result.multipliersNegative = try multipliers(scales, gains: nil, slope: slope)
        case .clip(let low, let high):
            result.clipLow = Int32((low / outputFormat.step).rounded())
            result.clipHigh = Int32((high / outputFormat.step).rounded())
        }
        return result
    }

    private func multipliers(_ scales: [Double], gains: [Float]?, slope: Double) throws(Diagnostic) -> [QuantizedMultiplier] {
        let stepRatio = ExactRational(inputFormat.step)! / ExactRational(outputFormat.step)! * ExactRational(slope)!
        var multipliers: [QuantizedMultiplier] = []
        for (channel, scale) in scales.enumerated() {
            let ratio = stepRatio * ExactRational(scale)! * ExactRational(Double(gains?[channel] ?? 1))!
            guard let multiplier = QuantizedMultiplier.nearest(to: ratio) else {
                throw Diagnostic(
                    .networkValueOutOfRange, at: "\(place), channel \(channel)", found: "a requantization factor of 2^30 or more", expected: "less",
                    remedy: "choose other ranges")
            }
            multipliers.append(multiplier)
        }
        return multipliers
    }

    private mutating func appendRates(scales: [Double]) throws(Diagnostic) {
        guard let gains = float.rateGains[layer.name] else { return }
        var rates: [[QuantizedMultiplier]] = []
        for gain in gains { rates.append(try multipliers(scales, gains: gain, slope: 1)) }
        quantized.rateMultipliers[layer.name] = rates
    }

    // MARK: Normalization

    private mutating func quantizeNormalization(_ form: NormalizationForm) throws(Diagnostic) {
        guard case .normalization(let gamma, let beta)? = float.parameters[layer.name], case .codes(let set) = inputFormat else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "16-bit integers", expected: "8-bit codes at a normalization", remedy: "requantize before it")
        }
        let quantizer = NormalizationQuantizer(
            form: form, gamma: gamma, beta: beta, input: set, outputStep: outputFormat.step, clips: learnedClips, options: options, place: place)
        var failure = 0
        for bits in stride(from: options.weightLaw == .linear ? 9 : options.weightBits, through: 9, by: -1) {
            var (parameters, scales) = try quantizer.parameters(importance: Array(repeating: 1, count: beta.count), gammaBits: bits)
            if learnedClips == nil ? options.correctsBeta : options.correctsTrainedBias { correctBeta(&parameters, form, gamma: gamma, beta: beta, scales: scales) }
            failure = AccumulatorProof.bounds(of: layer, .normalization(parameters), input: inputFormat, activationBits: options.activationBits).map(\.width).max() ?? 0
            if failure <= options.accumulatorBits {
                quantized.parameters[layer.name] = .normalization(parameters)
                return
            }
        }
        throw tooWide(failure)
    }

    /// Moves each beta by the mean difference between the norms in float and in integers.
    private func correctBeta(_ parameters: inout NormalizationParameters, _ form: NormalizationForm, gamma: [Float], beta: [Float], scales: [Double]) {
        let emulation = IntegerEmulation(quantized)
        var found: [Tensor<Double>] = []
        var expected: [Tensor<Float>] = []
        for picture in 0..<flow.pictureCount {
            found.append(emulation.norms(form, flow.quantizedInputs(of: layer, picture: picture)[0], parameters))
            expected.append(FloatModel.norms(form, flow.floatInputs(of: layer, picture: picture)[0], gamma: gamma, beta: beta))
        }
        let foundMeans = CalibrationFlow.means(found)
        let expectedMeans = CalibrationFlow.means(expected)
        for channel in parameters.beta.indices {
            let change = expectedMeans[channel] / scales[channel] - foundMeans[channel]
            parameters.beta[channel] = max(1, parameters.beta[channel] + Int64(change.rounded()))
        }
    }

    // MARK: Addition

    /// `stepA / stepOut` and `stepB / stepOut` as mantissas of 30 bits with one exponent.
    private func addition() throws(Diagnostic) -> AdditionParameters {
        let ratios = layer.inputs.map { ExactRational(quantized.formats[$0]!.step)! / ExactRational(outputFormat.step)! }
        let exponent = ratios.map { $0.binaryExponent + 1 }.max()!
        guard (-31...30).contains(exponent) else {
            throw Diagnostic(.networkValueOutOfRange, at: place, found: "steps 2^\(exponent) apart", expected: "within 2^30", remedy: "choose other ranges")
        }
        let mantissas = ratios.map { Int64(exactly: ($0 * .powerOfTwo(31 - exponent)).rounded(.halfUp))! }
        let largest = Int64(1) << 31 - 1
        let rounding: RoundingRule = [.gemmlowpDouble, .halfUpDouble, .tosaDouble, .onnxFloat32].contains(options.rounding) ? .single : options.rounding
        let isRectified = layer.activation == .relu
        return AdditionParameters(
            mantissaA: min(mantissas[0], largest), mantissaB: min(mantissas[1], largest), exponent: exponent, rounding: rounding,
            resultBits: options.resultBits, clipLow: isRectified ? 0 : .min)
    }
}

extension Graph {
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
