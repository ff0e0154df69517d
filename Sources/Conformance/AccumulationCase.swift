import FixedPoint
import Graph
import Networks
import Quantization
import Random
import Tensors

extension LayerCaseDraft {
    /// Convolutions of all kinds, transposed convolution, fully connected.
    static func accumulation(
        family: LayerCaseGenerator.Family, rounding: RoundingRule, limits: CaseLimits,
        using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let (layerOperator, input, weightShape) = geometry(family, limits: limits, using: &random)
        return accumulation(
            named: family.rawValue, layerOperator, input, weightShape, rounding: rounding, limits: limits,
            using: &random)
    }

    /// One convolution.
    ///
    /// - Parameter format: of the input; drawn when nil.
    static func convolution(
        _ convolution: Convolution, on input: TensorShape, format: TensorFormat? = nil, rounding: RoundingRule,
        limits: CaseLimits, using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let taps = convolution.kernelHeight * convolution.kernelWidth
        let groupChannels = input.channels / convolution.groups
        let weightShape = WeightShape(
            outputChannels: convolution.outputChannels, perOutput: taps * groupChannels, groupChannels: groupChannels,
            groups: convolution.groups,
            summary:
                """
                kernel \(convolution.kernelHeight)x\(convolution.kernelWidth) stride \
                \(convolution.strideY)x\(convolution.strideX)
                """
        )
        return accumulation(
            named: "convolution", .convolution(convolution), input, weightShape, format: format, rounding: rounding,
            limits: limits, using: &random)
    }

    /// One transposed convolution, likewise.
    static func transposedConvolution(
        _ transposed: TransposedConvolution, on input: TensorShape, format: TensorFormat, rounding: RoundingRule,
        limits: CaseLimits, using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let taps = transposed.kernelHeight * transposed.kernelWidth
        let weightShape = WeightShape(
            outputChannels: transposed.outputChannels, perOutput: taps * input.channels, groupChannels: input.channels,
            summary: "transposed")
        return accumulation(
            named: "transposedConvolution", .transposedConvolution(transposed), input, weightShape, format: format,
            rounding: rounding, limits: limits, using: &random)
    }

    private static func accumulation(
        named name: String, _ layerOperator: Operator, _ input: TensorShape, _ weightShape: WeightShape,
        format: TensorFormat? = nil, rounding: RoundingRule, limits: CaseLimits, using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let layer = Layer(name: "layer", operator: layerOperator, inputs: ["input"])
        guard let output = try? layer.outputShape(of: [input]), output.count <= 4096 else { return nil }

        // The rules that work on 32 bits get narrow operands, the others up to the widest.
        let narrow = [.gemmlowpDouble, .halfUpDouble, .tosaDouble].contains(rounding)
        let widths = (
            activation: random.integer(limits.activationRange(atMost: narrow ? 10 : .max)),
            weight: random.integer(limits.weightRange(atMost: narrow ? 9 : .max))
        )
        let inputFormat =
            format
            ?? .codes(random.codebookSet(channels: input.channels, bits: widths.activation, atMost: limits.codebooks))
        let outputFormat =
            random.once(in: 8)
            ? TensorFormat.integers16(step: 1)
            : .codes(
                random.codebookSet(channels: output.channels, bits: limits.activationBits, atMost: limits.codebooks))
        let decoder = random.weightDecoder(bits: widths.weight, mayHaveTable: limits.hasWeightTables)
        let extremeWeights = random.once(in: 4)
        let weightCodes = (0..<weightShape.count).map { _ in
            extremeWeights ? (random.once(in: 2) ? 0 : 255) : UInt8(random.integer(0...255))
        }
        let biasLimit = 1 << random.integer(4...max(4, limits.extent(24)))
        let bias = (0..<output.channels).map { _ in Int64(random.integer(-biasLimit...biasLimit)) }

        var bounds = SumBounds()
        for k in 0..<output.channels {
            let group = k / (output.channels / weightShape.groups)
            let products = (0..<weightShape.perOutput).lazy.map { index -> (weight: Int, range: ClosedRange<Int>) in
                let channel =
                    weightShape.isFullyConnected
                    ? index % input.channels : group * weightShape.groupChannels + index % weightShape.groupChannels
                return (
                    Int(decoder.entries[Int(weightCodes[k * weightShape.perOutput + index])]),
                    inputFormat.valueRange(channel: channel)
                )
            }
            bounds.include(bias: bias[k], products: products)
        }
        guard bounds.bits <= limits.accumulatorBits,
            let post = random.postProcessing(
                channels: output.channels, sumBits: bounds.bits, output: outputFormat, rounding: rounding)
        else { return nil }

        let parameters = AccumulationParameters(
            weightCodes: weightCodes, weightDecoder: decoder, bias: bias, postProcessing: post)
        let stimulus = random.element(of: Stimulus.allCases)
        return LayerCaseDraft(
            network: QuantizedNetwork(
                graph: Graph(
                    name: name, inputs: [GraphInput(name: "input", channels: input.channels)],
                    layers: [layer], outputs: ["layer"]),
                formats: ["input": inputFormat, "layer": outputFormat],
                parameters: ["layer": .accumulation(parameters)],
                widths: DatapathWidths(
                    activationBits: limits.activationBits, weightBits: limits.weightBits,
                    accumulatorBits: min(max(bounds.bits, 24), limits.accumulatorBits))),
            inputs: ["input": random.elements(input, format: inputFormat, stimulus: stimulus)],
            summary: "\(input) -> \(output), \(weightShape.summary), \(stimulus)")
    }

    /// A convolution for `LayerCaseGenerator.windowCase`.
    static func windows(using random: inout SeededGenerator) -> (Convolution, TensorShape) {
        func margin() -> Int { random.integer(0...7) }
        let convolution = Convolution(
            outputChannels: random.integer(1...20), kernelHeight: 2 * random.integer(0...4) + 1,
            kernelWidth: 2 * random.integer(0...4) + 1, strideY: random.integer(1...4), strideX: random.integer(1...4),
            padding: Padding(top: margin(), bottom: margin(), left: margin(), right: margin()),
            dilationY: random.integer(1...2))
        let shape = TensorShape(
            height: random.integer(1...11), width: random.integer(1...23), channels: random.integer(1...6))
        return (convolution, shape)
    }

    private struct WeightShape {
        var outputChannels: Int
        var perOutput: Int
        var groupChannels: Int
        var groups = 1
        var isFullyConnected = false
        var summary: String

        var count: Int { outputChannels * perOutput }
    }

    private static func geometry(
        _ family: LayerCaseGenerator.Family, limits: CaseLimits, using random: inout SeededGenerator
    ) -> (Operator, TensorShape, WeightShape) {
        let (height, width) = (random.integer(1...13), random.integer(1...17))
        let kernel = (random.integer(1...limits.extent(9)), random.integer(1...limits.extent(9)))
        let mostStride = family == .transposedConvolution ? 5 : 4
        let stride = (random.integer(1...mostStride), random.integer(1...mostStride))
        switch family {
        case .fullyConnected:
            let input = TensorShape(
                height: random.integer(1...limits.extent(4)), width: random.integer(1...limits.extent(4)),
                channels: random.integer(1...limits.extent(24)))
            let outputs = random.integer(1...40)
            return (
                .fullyConnected(outputChannels: outputs), input,
                WeightShape(
                    outputChannels: outputs, perOutput: input.count, groupChannels: input.channels,
                    isFullyConnected: true, summary: "fully connected")
            )
        case .transposedConvolution:
            let (channels, outputs) = (random.integer(1...limits.extent(36)), random.integer(1...20))
            let transposed = TransposedConvolution(
                outputChannels: outputs, kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: stride.0,
                strideX: stride.1,
                padding: Padding(
                    top: random.integer(0...kernel.0 / 2), bottom: random.integer(0...kernel.0 / 2),
                    left: random.integer(0...kernel.1 / 2),
                    right: random.integer(0...kernel.1 / 2)),
                outputPaddingY: random.integer(0...stride.0 - 1), outputPaddingX: random.integer(0...stride.1 - 1))
            return (
                .transposedConvolution(transposed),
                TensorShape(height: random.integer(1...6), width: random.integer(1...7), channels: channels),
                WeightShape(
                    outputChannels: outputs, perOutput: kernel.0 * kernel.1 * channels, groupChannels: channels,
                    summary: "kernel \(kernel.0)x\(kernel.1) stride \(stride.0)x\(stride.1)")
            )
        default:
            let groups =
                switch family {
                case .depthwiseConvolution: random.integer(2...20)
                case .groupedConvolution: random.integer(2...5)
                default: 1
                }
            let groupChannels =
                family == .depthwiseConvolution ? 1 : random.integer(1...limits.extent(groups > 1 ? 10 : 40))
            let outputs = groups * (family == .depthwiseConvolution ? 1 : random.integer(1...(groups > 1 ? 9 : 40)))
            let dilation = (random.integer(1...3), random.integer(1...3))
            let convolution = Convolution(
                outputChannels: outputs, kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: stride.0,
                strideX: stride.1,
                padding: Padding(
                    top: random.integer(0...5), bottom: random.integer(0...5), left: random.integer(0...5),
                    right: random.integer(0...5)),
                dilationY: dilation.0, dilationX: dilation.1, groups: groups)
            return (
                .convolution(convolution), TensorShape(height: height, width: width, channels: groups * groupChannels),
                WeightShape(
                    outputChannels: outputs, perOutput: kernel.0 * kernel.1 * groupChannels,
                    groupChannels: groupChannels, groups: groups,
                    summary:
                        """
                        kernel \(kernel.0)x\(kernel.1) stride \(stride.0)x\(stride.1) dilation \
                        \(dilation.0)x\(dilation.1) groups \(groups)
                        """
                )
            )
        }
    }
}
