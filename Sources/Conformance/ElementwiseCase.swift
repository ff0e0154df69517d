import FixedPoint
import Graph
import Networks
import Quantization
import Random
import Tensors

extension LayerCaseDraft {
    static func requantize(
        rounding: RoundingRule, limits: CaseLimits, using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let shape = randomShape(using: &random)
        let inputFormat =
            random.once(in: 2)
            ? TensorFormat.integers16(step: 1)
            : .codes(
                random.codebookSet(
                    channels: shape.channels, bits: random.integer(limits.activationRange()), atMost: limits.codebooks))
        let outputFormat =
            random.once(in: 4)
            ? TensorFormat.integers16(step: 1)
            : .codes(
                random.codebookSet(channels: shape.channels, bits: limits.activationBits, atMost: limits.codebooks))
        guard
            let post = random.postProcessing(
                channels: shape.channels, sumBits: 16, output: outputFormat, rounding: rounding)
        else { return nil }
        return single(
            .requantize, [(shape, inputFormat)], output: outputFormat, parameters: .requantization(post),
            bits: limits.activationBits, limits: limits, using: &random)
    }

    static func add(rounding: RoundingRule, limits: CaseLimits, using random: inout SeededGenerator) -> LayerCaseDraft?
    {
        let admitted: [RoundingRule] = [.single, .halfEven, .halfAway, .floor, .ceiling, .towardZero]
        let rule = admitted.contains(rounding) ? rounding : random.element(of: admitted)
        let shape = randomShape(using: &random)
        let formats = (0..<2).map { _ in
            TensorFormat.codes(
                random.codebookSet(
                    channels: shape.channels, bits: random.integer(limits.activationRange()), atMost: limits.codebooks))
        }
        let addition = addition(rule, using: &random)
        return single(
            .add, operands(shape, formats, using: &random),
            output: .codes(
                random.codebookSet(channels: shape.channels, bits: limits.activationBits, atMost: limits.codebooks)),
            parameters: .addition(addition),
            bits: limits.activationBits, limits: limits, using: &random)
    }

    static func addition(_ rule: RoundingRule, using random: inout SeededGenerator) -> AdditionParameters {
        let (clipLow, clipHigh) = random.clip()
        return AdditionParameters(
            mantissaA: Int64(random.integer(-(1 << 31) + 1...(1 << 31) - 1)),
            mantissaB: Int64(random.integer(1...(1 << 31) - 1)), exponent: random.integer(-8...1),
            rounding: rule, resultBits: random.once(in: 2) ? 24 : 32, clipLow: clipLow, clipHigh: clipHigh)
    }

    static func multiply(
        rounding: RoundingRule, limits: CaseLimits, using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let shape = randomShape(using: &random)
        let formats = [0, 1].map { _ in pairedFormat(shape, limits, using: &random) }
        let output = resultFormat(shape, limits, using: &random)
        let largest = formats.map { $0.largestMagnitude(channels: shape.channels) }
        guard
            let post = random.postProcessing(
                channels: shape.channels, sumBits: bitWidth(largest[0] * largest[1]) + 1, output: output,
                rounding: rounding)
        else { return nil }
        return single(
            .multiply, operands(shape, formats, using: &random), output: output, parameters: .requantization(post),
            bits: limits.activationBits, limits: limits, using: &random)
    }

    static func twoStageAdd(
        rounding: RoundingRule, limits: CaseLimits, using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let shape = randomShape(using: &random)
        let formats = [0, 1].map { _ in pairedFormat(shape, limits, using: &random) }
        // The shifted operands together fit 32 bits.
        let bits = bitWidth(formats.map { $0.largestMagnitude(channels: shape.channels) }.reduce(0, +))
        let leftShift = random.integer(0...min(24, 31 - bits))
        let output = resultFormat(shape, limits, using: &random)
        guard
            let post = random.postProcessing(
                channels: shape.channels, sumBits: bits + leftShift + 1, output: output, rounding: rounding)
        else { return nil }
        let multipliers = [0, 1].map { _ in
            QuantizedMultiplier(
                mantissa: random.once(in: 8) ? 0 : UInt32(random.integer(1 << 30...(1 << 31 - 1))),
                exponent: random.once(in: 8) ? random.integer(-62...0) : random.integer(-3...0))
        }
        return single(
            .twoStageAdd(TwoStageAddition(leftShift: leftShift, subtracts: random.once(in: 2))),
            operands(shape, formats, using: &random), output: output,
            parameters: .twoStageAddition(
                TwoStageAdditionParameters(
                    multiplierA: multipliers[0], multiplierB: multipliers[1], postProcessing: post)),
            bits: limits.activationBits, limits: limits, using: &random)
    }

    /// Now and then the second operand is one pixel.
    private static func operands(
        _ shape: TensorShape, _ formats: [TensorFormat], using random: inout SeededGenerator
    ) -> [(shape: TensorShape, format: TensorFormat)] {
        let pixel = TensorShape(height: 1, width: 1, channels: shape.channels)
        return [(shape, formats[0]), (random.once(in: 3) ? pixel : shape, formats[1])]
    }

    private static func pairedFormat(
        _ shape: TensorShape, _ limits: CaseLimits, using random: inout SeededGenerator
    ) -> TensorFormat {
        random.once(in: 5)
            ? .integers16(step: 1)
            : .codes(
                random.codebookSet(
                    channels: shape.channels, bits: random.integer(limits.activationRange()), atMost: limits.codebooks))
    }

    private static func resultFormat(
        _ shape: TensorShape, _ limits: CaseLimits, using random: inout SeededGenerator
    ) -> TensorFormat {
        random.once(in: 4)
            ? .integers16(step: 1)
            : .codes(
                random.codebookSet(channels: shape.channels, bits: limits.activationBits, atMost: limits.codebooks))
    }

    static func concatenation(limits: CaseLimits, using random: inout SeededGenerator) -> LayerCaseDraft? {
        let shape = randomShape(using: &random)
        let channels = (0..<random.integer(2...4)).map { _ in random.integer(1...20) }
        let whole = random.codebookSet(
            channels: channels.reduce(0, +), bits: min(12, limits.activationBits), atMost: limits.codebooks)
        var first = 0
        var operands: [(TensorShape, TensorFormat)] = []
        for count in channels {
            let part = try! CodebookSet(
                codebooks: whole.codebooks, selects: Array(whole.selects[first..<first + count]),
                offsets: Array(whole.offsets[first..<first + count]), step: 1)
            operands.append((TensorShape(height: shape.height, width: shape.width, channels: count), .codes(part)))
            first += count
        }
        return single(
            .concatenation, operands, output: .codes(whole), parameters: .none, bits: min(12, limits.activationBits),
            limits: limits, using: &random)
    }

    static func pixelShuffle(limits: CaseLimits, using random: inout SeededGenerator) -> LayerCaseDraft? {
        let factor = random.integer(1...3)
        let outputChannels = random.integer(1...9)
        let output = random.codebookSet(
            channels: outputChannels, bits: min(12, limits.activationBits), atMost: limits.codebooks)
        let area = factor * factor
        let input = try! CodebookSet(
            codebooks: output.codebooks, selects: output.selects.flatMap { Array(repeating: $0, count: area) },
            offsets: output.offsets.flatMap { Array(repeating: $0, count: area) }, step: 1)
        let shape = TensorShape(
            height: random.integer(1...6), width: random.integer(1...9), channels: outputChannels * area)
        return single(
            .pixelShuffle(factor: factor), [(shape, .codes(input))], output: .codes(output), parameters: .none,
            bits: min(12, limits.activationBits), limits: limits, using: &random)
    }

    static func maxPooling(limits: CaseLimits, using random: inout SeededGenerator) -> LayerCaseDraft? {
        let kernel = (random.integer(1...4), random.integer(1...4))
        let pooling = Pooling(
            kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: random.integer(1...3),
            strideX: random.integer(1...3),
            padding: Padding(
                top: random.integer(0...kernel.0 - 1), bottom: random.integer(0...kernel.0 - 1),
                left: random.integer(0...kernel.1 - 1), right: random.integer(0...kernel.1 - 1)))
        let shape = TensorShape(
            height: random.integer(kernel.0...9), width: random.integer(kernel.1...13), channels: random.integer(1...40)
        )
        let format = copiedFormat(shape, limits, using: &random)
        return single(
            .maxPooling(pooling), [(shape, format)], output: format, parameters: .none,
            bits: min(12, limits.activationBits), limits: limits, using: &random)
    }

    static func pad(limits: CaseLimits, using random: inout SeededGenerator) -> LayerCaseDraft? {
        let shape = TensorShape(
            height: random.integer(5...9), width: random.integer(5...13), channels: random.integer(1...40))
        let format = copiedFormat(shape, limits, using: &random)
        var fill = random.integer(-32_768...32_767)
        if case .codes(let set) = format {
            fill = random.integer(0...set.codebooks.map(\.entries.count).min()! - 1)
        }
        func margin(using random: inout SeededGenerator) -> Int { random.integer(-2...4) }
        let padding = Padding(
            top: margin(using: &random), bottom: margin(using: &random), left: margin(using: &random),
            right: margin(using: &random))
        return single(
            .pad(Pad(padding: padding, strideY: random.integer(1...3), strideX: random.integer(1...3), fill: fill)),
            [(shape, format)], output: format, parameters: .none, bits: min(12, limits.activationBits), limits: limits,
            using: &random)
    }

    static func nearestResize(limits: CaseLimits, using random: inout SeededGenerator) -> LayerCaseDraft? {
        let shape = randomShape(using: &random)
        let format = copiedFormat(shape, limits, using: &random)
        return single(
            .nearestResize(factor: random.integer(1...3)), [(shape, format)], output: format, parameters: .none,
            bits: min(12, limits.activationBits), limits: limits, using: &random)
    }

    private static func copiedFormat(
        _ shape: TensorShape, _ limits: CaseLimits, using random: inout SeededGenerator
    ) -> TensorFormat {
        random.once(in: 4)
            ? .integers16(step: 1)
            : .codes(
                random.codebookSet(
                    channels: shape.channels, bits: min(12, limits.activationBits), atMost: limits.codebooks))
    }

    static func latent(reconstruct: Bool, limits: CaseLimits, using random: inout SeededGenerator) -> LayerCaseDraft? {
        let shape = randomShape(using: &random)
        let format = TensorFormat.integers16(step: 1)
        var operands = [(shape, format)]
        let firstMean = random.once(in: 2) ? 0 : random.integer(1...12)
        if random.integer(0...3) > 0 {
            operands.append(
                (
                    TensorShape(
                        height: shape.height, width: shape.width,
                        channels: firstMean + shape.channels + random.integer(0...3)), format
                ))
        }
        let grid = LatentGrid(
            fractionBits: random.integer(0...8), firstMeanChannel: operands.count == 2 ? firstMean : 0)
        return single(
            reconstruct ? .reconstructLatent(grid) : .quantizeLatent(grid), operands, output: format, parameters: .none,
            bits: min(12, limits.activationBits), limits: limits, using: &random)
    }

    private static func randomShape(using random: inout SeededGenerator) -> TensorShape {
        TensorShape(height: random.integer(1...7), width: random.integer(1...11), channels: random.integer(1...40))
    }

    private static func single(
        _ layerOperator: Operator, _ operands: [(shape: TensorShape, format: TensorFormat)], output: TensorFormat,
        parameters: LayerParameters,
        bits: Int, limits: CaseLimits, using random: inout SeededGenerator
    ) -> LayerCaseDraft {
        let names = operands.indices.map { "input\($0)" }
        var formats = ["layer": output]
        var inputs: [String: Tensor<Int32>] = [:]
        let stimulus = random.element(of: Stimulus.allCases)
        for (name, operand) in zip(names, operands) {
            formats[name] = operand.format
            inputs[name] = random.elements(operand.shape, format: operand.format, stimulus: stimulus)
        }
        return LayerCaseDraft(
            network: QuantizedNetwork(
                graph: Graph(
                    name: layerOperator.name,
                    inputs: zip(names, operands).map { name, operand in
                        let shape = operand.shape
                        let isOfTheCase =
                            shape.height == operands[0].shape.height && shape.width == operands[0].shape.width
                        return GraphInput(
                            name: name, channels: shape.channels,
                            extent: isOfTheCase ? nil : GraphInput.Extent(height: shape.height, width: shape.width))
                    },
                    layers: [Layer(name: "layer", operator: layerOperator, inputs: names)], outputs: ["layer"]),
                formats: formats, parameters: ["layer": parameters],
                widths: DatapathWidths(
                    activationBits: bits, weightBits: 8, accumulatorBits: min(24, limits.accumulatorBits))),
            inputs: inputs, summary: "\(operands.map(\.shape.description).joined(separator: " + ")), \(stimulus)")
    }
}

extension TensorFormat {
    /// Over all channels.
    fileprivate func largestMagnitude(channels: Int) -> Int {
        (0..<channels).map { max(abs(valueRange(channel: $0).lowerBound), abs(valueRange(channel: $0).upperBound)) }
            .max()!
    }
}

/// Bits of a number that is not negative.
private func bitWidth(_ number: Int) -> Int { Int.bitWidth - number.leadingZeroBitCount }
