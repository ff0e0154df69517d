import EntropyCoding
import FixedPoint
import Graph
import Networks
import Quantization
import Random
import Tensors

/// A drawn graph with drawn parameters, in float and in integers.
struct RandomNetwork {
    let graph: Graph
    private let shapes: [String: TensorShape]

    init(using random: inout SeededGenerator) {
        let drawn = RandomGraph(using: &random)
        (graph, shapes) = (drawn.graph, drawn.shapes)
    }

    func float(using random: inout SeededGenerator) -> FloatNetwork {
        let scale: Float = random.element(of: [1, 0.1, 0.01, 10])
        func values(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
            (0..<count).map { _ in .random(in: range, using: &random) }
        }
        var network = FloatNetwork(graph: graph, parameters: [:])
        for (index, layer) in graph.layers.enumerated() {
            guard case .pad(var pad) = layer.operator, !random.once(in: 8) else { continue }
            pad.fill = 0
            network.graph.layers[index].operator = .pad(pad)
        }
        for layer in graph.layers {
            let outputs = shapes[layer.name]!.channels
            switch layer.operator {
            case .convolution, .transposedConvolution, .fullyConnected:
                network.parameters[layer.name] = .accumulation(
                    weights: values(weightCount(layer), -scale...scale), bias: values(outputs, -1...1))
            case .normalization:
                network.parameters[layer.name] = .normalization(
                    gamma: values(outputs * outputs, 0...0.1), beta: values(outputs, 0.5...1))
            default: break
            }
        }
        if random.once(in: 6), let layer = graph.layers.last(where: { network.parameters[$0.name] != nil }) {
            let channels = shapes[layer.name]!.channels
            network.rateGains[layer.name] = [values(channels, 0.5...2), values(channels, 0.5...2)]
        }
        return network
    }

    func quantized(using random: inout SeededGenerator) -> QuantizedNetwork {
        let activationBits = random.element(of: [9, 12, 12, 16])
        var formats: [String: TensorFormat] = [
            "image": .codes(.uniform(.linearUnsigned, channels: graph.inputs[0].channels, step: 1.0 / 255))
        ]
        var parameters: [String: LayerParameters] = [:]
        for layer in graph.layers {
            formats[layer.name] = format(of: layer, formats, activationBits: activationBits, using: &random)
            parameters[layer.name] = self.parameters(of: layer, using: &random)
        }
        var network = QuantizedNetwork(
            graph: graph, formats: formats, parameters: parameters,
            widths: DatapathWidths(
                activationBits: activationBits, weightBits: random.element(of: [9, 12]),
                accumulatorBits: random.element(of: [32, 36, 40])))
        let hasRates = { (name: String) -> Bool in
            switch parameters[name] {
            case .accumulation?, .requantization?: true
            default: false
            }
        }
        if random.once(in: 6), let layer = graph.layers.last(where: { hasRates($0.name) }) {
            let channels = shapes[layer.name]!.channels
            network.rateMultipliers[layer.name] = [
                multipliers(channels, using: &random), multipliers(channels, using: &random),
            ]
        }
        return network
    }

    private func weightCount(_ layer: Layer) -> Int {
        let input = shapes[layer.inputs[0]]!
        return layer.weightCount(inputChannels: input.channels) ?? shapes[layer.name]!.channels * input.count
    }

    private func format(
        of layer: Layer, _ formats: [String: TensorFormat], activationBits: Int, using random: inout SeededGenerator
    ) -> TensorFormat {
        let channels = shapes[layer.name]!.channels
        switch layer.operator {
        case .quantizeLatent: return .integers16(step: 1)
        case .reconstructLatent: return .integers16(step: 1.0 / 16)
        case .maxPooling, .pad, .nearestResize: return formats[layer.inputs[0]]!
        case .pixelShuffle, .concatenation:
            // Codes are copied: formats that agree, mostly.
            if case .codes(let set)? = formats[layer.inputs[0]] {
                return .codes(.uniform(set.codebooks[0], channels: channels, step: set.step))
            }
            return .integers16(step: 1.0 / 16)
        default: break
        }
        if random.once(in: 6) { return .integers16(step: 1.0 / 16) }
        if random.once(in: 2) { return .codes(.uniform(.linearSigned, channels: channels, step: 0.25)) }
        let books = (0..<random.integer(1...3)).map { _ in codebook(activationBits, using: &random) }
        let selects = (0..<channels).map { _ in UInt8(random.integer(0...books.count - 1)) }
        return .codes(
            try! CodebookSet(codebooks: books, selects: selects, offsets: selects.map { Int32($0) }, step: 0.1))
    }

    private func codebook(_ bits: Int, using random: inout SeededGenerator) -> Codebook {
        let limit = Int32(1) << (bits - 1) - 4
        let entries = Set(
            (0..<random.element(of: [1, 2, 37, 256])).map { _ in Int32.random(in: -limit..<limit, using: &random) })
        return try! Codebook(entries: entries.sorted())
    }

    private func parameters(of layer: Layer, using random: inout SeededGenerator) -> LayerParameters {
        let channels = shapes[layer.name]!.channels
        func codes(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255, using: &random) } }
        switch layer.operator {
        case .convolution, .transposedConvolution, .fullyConnected:
            let bias = (0..<channels).map { _ in Int64.random(in: -1_000_000...1_000_000, using: &random) }
            return .accumulation(
                AccumulationParameters(
                    weightCodes: codes(weightCount(layer)), weightDecoder: .linear(), bias: bias,
                    postProcessing: postProcessing(channels, using: &random)))
        case .normalization(let form):
            let decoder = try! WeightDecoder(entries: (0..<256).map { Int16($0) }, isMemoryFree: false, law: "table")
            return .normalization(
                NormalizationParameters(
                    gammaCodes: codes(channels * channels), gammaDecoder: decoder,
                    operandShifts: (0..<channels).map { _ in form.isSquareRootForm ? random.integer(8...16) : 0 },
                    beta: (0..<channels).map { _ in .random(in: 1...1_000_000, using: &random) },
                    scaleMantissas: (0..<channels).map { _ in .random(in: 1..<(1 << 24), using: &random) },
                    scaleShifts: (0..<channels).map { _ in random.integer(0...62) }))
        case .requantize, .multiply: return .requantization(postProcessing(channels, using: &random))
        case .twoStageAdd:
            let multipliers = multipliers(2, using: &random).map {
                QuantizedMultiplier(mantissa: $0.mantissa, exponent: min(0, $0.exponent))
            }
            return .twoStageAddition(
                TwoStageAdditionParameters(
                    multiplierA: multipliers[0], multiplierB: multipliers[1],
                    postProcessing: postProcessing(channels, using: &random)))
        case .add:
            let limit = Int64(1) << 31 - 1
            let rounding = random.element(
                of: [.single, .halfEven, .halfAway, .floor, .ceiling, .towardZero] as [RoundingRule])
            return .addition(
                AdditionParameters(
                    mantissaA: .random(in: -limit...limit, using: &random),
                    mantissaB: .random(in: -limit...limit, using: &random), exponent: random.integer(-31...30),
                    rounding: rounding))
        default: return .none
        }
    }

    private func postProcessing(_ channels: Int, using random: inout SeededGenerator) -> PostProcessing {
        let low = random.element(of: [Int32.min, 0, -128])
        let high = random.element(of: [Int32.max, 127, 0])
        return PostProcessing(
            multipliers: multipliers(channels, using: &random),
            multipliersNegative: random.once(in: 3) ? multipliers(channels, using: &random) : nil,
            rounding: random.element(of: RoundingRule.allCases), resultBits: random.element(of: [24, 32]), clipLow: low,
            clipHigh: high,
            codeMap: random.once(in: 6) ? (0..<256).map { UInt8(255 - $0) } : nil)
    }

    private func multipliers(_ count: Int, using random: inout SeededGenerator) -> [QuantizedMultiplier] {
        let exponents = random.once(in: 6) ? -62...30 : -16...0
        return (0..<count).map { _ in
            QuantizedMultiplier(
                mantissa: .random(in: 1 << 30..<1 << 31, using: &random), exponent: random.integer(exponents))
        }
    }
}
