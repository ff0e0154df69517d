import FixedPoint
import Graph
import Networks
import Quantization
import Random
import Tensors

extension LayerCaseGenerator {
    /// The case of this seed in a suite: of every five one is a chain, and in five rounds of all operators each
    /// operator gives way to one in one round. Every second ten of seeds draws the groups of its chains.
    public func suiteCase(seed: UInt64) -> LayerCase {
        let round = seed / UInt64(Family.allCases.count)
        guard seed % 5 == (4 + round) % 5 else { return layerCase(seed: seed) }
        return chainCase(seed: seed, drawsGroups: seed / 10 % 2 == 0)
    }

    /// Two to six layers, each of which reads the one before; sums read an earlier one or the input, too. Convolutions,
    /// transposed convolutions, normalizations, requantization, sums and pooling, of odd sizes: what a schedule may let
    /// run together. The last layer is called `layer`; some of the others are outputs of the network, too.
    ///
    /// - Parameter drawsGroups: as the case's field.
    public func chainCase(seed: UInt64, drawsGroups: Bool = false) -> LayerCase {
        let rule = RoundingRule.allCases[Int(seed % UInt64(RoundingRule.allCases.count))]
        for attempt in 0..<1000 {
            var random = SeededGenerator(seed: seed &* 1_000_037 &+ UInt64(attempt))
            var chain = ChainDraft(
                rule, limits: limits.shrunk(by: attempt / LayerCaseGenerator.attemptsOfASize), using: &random)
            for _ in 0..<random.integer(2...6) { chain.extend(using: &random) }
            guard chain.layers.count > 1 else { continue }
            var layerCase = chain.layerCase(seed: seed, using: &random)
            layerCase.drawsGroups = drawsGroups
            return layerCase
        }
        preconditionFailure("seed \(seed) gives no chain")
    }
}

/// A chain being drawn.
private struct ChainDraft {
    private let rounding: RoundingRule
    private let limits: CaseLimits
    private let input: TensorShape
    private let inputFormat: TensorFormat
    private(set) var layers: [Layer] = []
    /// Results of the layers.
    private var shapes: [TensorShape] = []
    private var formats: [TensorFormat] = []
    private var parameters: [LayerParameters] = []
    private var accumulatorBits: Int

    /// V is one for all layers: narrow where the rule works on 32 bits.
    init(_ rounding: RoundingRule, limits: CaseLimits, using random: inout SeededGenerator) {
        self.rounding = rounding
        let narrow = [.gemmlowpDouble, .halfUpDouble, .tosaDouble].contains(rounding)
        var limits = limits
        limits.activationBits = random.integer(limits.activationRange(atMost: narrow ? 10 : .max))
        self.limits = limits
        accumulatorBits = min(24, limits.accumulatorBits)
        input = TensorShape(
            height: random.integer(1...14), width: random.integer(1...13), channels: random.integer(1...9))
        inputFormat = .codes(
            random.codebookSet(channels: input.channels, bits: limits.activationBits, atMost: limits.codebooks))
    }

    private var shape: TensorShape { shapes.last ?? input }
    private var format: TensorFormat { formats.last ?? inputFormat }

    /// One more layer, unless the drawn one does not fit its input or the accumulators.
    mutating func extend(using random: inout SeededGenerator) {
        let holdsCodes = format.bytesPerElement == 1
        switch random.integer(0...7) {
        case 0 where holdsCodes, 1 where holdsCodes:
            let convolution = Convolution(
                outputChannels: random.integer(1...18), kernelHeight: random.integer(1...5),
                kernelWidth: random.integer(1...5), strideY: random.integer(1...2), strideX: random.integer(1...2),
                padding: Padding(
                    top: random.integer(0...2), bottom: random.integer(0...2), left: random.integer(0...2),
                    right: random.integer(0...2)), dilationY: random.integer(1...2), dilationX: random.integer(1...2))
            append(
                LayerCaseDraft.convolution(
                    convolution, on: shape, format: format, rounding: rounding, limits: limits, using: &random))
        case 2 where holdsCodes && shape.height * shape.width <= 150:
            let (kernel, stride) = (random.integer(1...5), random.integer(1...3))
            let transposed = TransposedConvolution(
                outputChannels: random.integer(1...12), kernelHeight: kernel, kernelWidth: random.integer(1...5),
                strideY: stride, strideX: random.integer(1...3),
                padding: Padding(
                    top: random.integer(0...kernel / 2), bottom: random.integer(0...kernel / 2), left: 0, right: 0),
                outputPaddingY: random.integer(0...stride - 1), outputPaddingX: 0)
            append(
                LayerCaseDraft.transposedConvolution(
                    transposed, on: shape, format: format, rounding: rounding, limits: limits, using: &random))
        case 3 where holdsCodes, 4 where holdsCodes:
            append(
                LayerCaseDraft.normalization(
                    random.element(of: [.gdn, .igdn, .gdn1, .igdn1]), on: (shape, format), limits: limits,
                    using: &random))
        case 5 where holdsCodes:
            let depthwise = Convolution(
                outputChannels: shape.channels, kernelHeight: random.integer(1...3), kernelWidth: random.integer(1...3),
                strideY: random.integer(1...2), strideX: 1,
                padding: Padding(top: 1, bottom: 1, left: random.integer(0...1), right: 1), groups: shape.channels)
            append(
                LayerCaseDraft.convolution(
                    depthwise, on: shape, format: format, rounding: rounding, limits: limits, using: &random))
        case 6: pool(using: &random)
        default: combine(using: &random)
        }
    }

    private mutating func append(_ draft: LayerCaseDraft?) {
        guard let draft, let layer = draft.network.graph.layers.first,
            let result = try? layer.outputShape(of: [shape])
        else { return }
        accumulatorBits = max(accumulatorBits, draft.network.widths.accumulatorBits)
        append(layer.operator, [], draft.network.parameters["layer"]!, result, draft.network.formats["layer"]!)
    }

    /// - Parameter others: names of operands beside the last result.
    private mutating func append(
        _ layerOperator: Operator, _ others: [String], _ own: LayerParameters, _ result: TensorShape,
        _ format: TensorFormat
    ) {
        layers.append(
            Layer(
                name: "layer\(layers.count + 1)", operator: layerOperator,
                inputs: [layers.last?.name ?? "input"] + others))
        shapes.append(result)
        formats.append(format)
        parameters.append(own.mapping(to: format))
    }

    private mutating func pool(using random: inout SeededGenerator) {
        let pooling = Pooling(
            kernelHeight: random.integer(1...min(3, shape.height)),
            kernelWidth: random.integer(1...min(3, shape.width)),
            strideY: random.integer(1...2), strideX: 1, padding: Padding(top: 0, bottom: 0, left: 0, right: 0))
        let layer = Layer(name: "layer", operator: .maxPooling(pooling), inputs: ["input"])
        guard let result = try? layer.outputShape(of: [shape]) else { return }
        append(.maxPooling(pooling), [], .none, result, format)
    }

    /// A sum with an earlier result or an input of the same shape, or else requantization.
    private mutating func combine(using random: inout SeededGenerator) {
        let result = TensorFormat.codes(
            random.codebookSet(channels: shape.channels, bits: limits.activationBits, atMost: limits.codebooks))
        let earlier = layers.indices.dropLast().last { shapes[$0] == shape && formats[$0].bytesPerElement == 1 }
        let other = earlier.map { layers[$0].name } ?? (!layers.isEmpty && shape == input ? "input" : nil)
        let admitted: [RoundingRule] = [.single, .halfEven, .halfAway, .floor, .ceiling, .towardZero]
        if let other, format.bytesPerElement == 1, admitted.contains(rounding) {
            append(
                .add, [other], .addition(LayerCaseDraft.addition(rounding, using: &random)), shape, result)
        } else if let post = random.postProcessing(
            channels: shape.channels, sumBits: 16, output: result, rounding: rounding)
        {
            append(.requantize, [], .requantization(post), shape, result)
        }
    }

    func layerCase(seed: UInt64, using random: inout SeededGenerator) -> LayerCase {
        var layers = layers
        layers[layers.count - 1].name = "layer"
        let stimulus = random.element(of: Stimulus.allCases)
        let names = layers.map(\.name)
        let elements = random.elements(input, format: inputFormat, stimulus: stimulus)
        let outputs = ["layer"] + names.dropLast().filter { _ in random.once(in: 5) }
        return LayerCase(
            name: "chain \(layers.map(\.operator.name).joined(separator: " ")) on \(input), \(stimulus), seed \(seed)",
            seed: seed,
            network: QuantizedNetwork(
                graph: Graph(
                    name: "chain", inputs: [GraphInput(name: "input", channels: input.channels)], layers: layers,
                    outputs: outputs),
                formats: Dictionary(uniqueKeysWithValues: zip(["input"] + names, [inputFormat] + formats)),
                parameters: Dictionary(uniqueKeysWithValues: zip(names, parameters)),
                widths: DatapathWidths(
                    activationBits: limits.activationBits, weightBits: limits.weightBits,
                    accumulatorBits: accumulatorBits)),
            lanes: nil, inputs: ["input": elements])
    }
}

extension LayerParameters {
    /// With codes that the result's codebooks have, since the next layer reads them.
    fileprivate func mapping(to format: TensorFormat) -> LayerParameters {
        guard case .codes(let set) = format else { return self }
        let codes = set.codebooks.map(\.entries.count).min()!
        func mapped(_ post: PostProcessing) -> PostProcessing {
            var post = post
            post.codeMap = post.codeMap?.map { UInt8(Int($0) % codes) }
            return post
        }
        switch self {
        case .accumulation(var own):
            own.postProcessing = mapped(own.postProcessing)
            return .accumulation(own)
        case .requantization(let post): return .requantization(mapped(post))
        default: return self
        }
    }
}
