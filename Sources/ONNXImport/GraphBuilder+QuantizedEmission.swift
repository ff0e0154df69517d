import Diagnostics
import FixedPoint
import Graph
import Networks
import ONNX
import Quantization
import TFLiteImport
import Tensors
import Text

// Layers in codes, rounded as the runtime rounds.
extension GraphBuilder {
    /// Makes a pending layer whose result has this format.
    ///
    /// - Throws: `onnxRequantizationUnfit`, `onnxOperatorUnsupported`, and what adding a layer throws.
    mutating func quantized(
        _ pending: PendingLayer, as output: ActivationQuantization
    ) throws(Diagnostic) -> ImportedValue {
        let own = names.name(of: pending.tensor)
        let name = pending.suffix.isEmpty ? own : String(own.prefix(112)) + pending.suffix
        let operands = pending.operands
        guard let input = operands[0].quantization, operands.allSatisfy({ $0.quantization != nil }) else {
            throw unsupported(
                pending.place, found: "operands that are not quantized", expected: "DequantizeLinear before it")
        }
        let shape: TensorShape
        switch pending.body {
        case .codes(let weights):
            shape = try accumulate(pending, weights, from: input, to: output, as: name)
        case .average(let count):
            shape = try average(pending, count: count, from: input, to: output, as: name)
        case .sum(let subtracts):
            shape = try sum(pending, subtracts: subtracts, to: output, as: name)
        case .product:
            let factor = input.scale * operands[1].quantization!.scale / output.scale
            shape = try append(
                Layer(name: name, operator: .multiply, inputs: operands.map { $0.name! }), nil,
                .requantization(try post(pending, [factor], channels: operands[0].stored.channels, to: output)),
                of: operands, as: output, for: pending)
        case .copy(let fill):
            shape = try copy(pending, fill: fill, to: output, as: name)
        case .selection(let channels):
            shape = try select(channels, for: pending, to: output, as: name)
        case .identity:
            if pending.limits.isNone, input == output { return operands[0] }
            shape = try map(operands[0], for: pending, to: output, as: name) { $0 }
        case .function(let function):
            shape = try map(operands[0], for: pending, to: output, as: name, function)
        case .weights:
            throw unsupported(
                pending.place, found: "weights in real numbers",
                expected: "8-bit weights behind DequantizeLinear")
        }
        return ImportedValue(name: name, stored: shape, extents: shape.extents, quantization: output)
    }

    /// Sums times float32 factors, ties to even: exact on both sides.
    private mutating func accumulate(
        _ pending: PendingLayer, _ weights: CodedWeights, from input: ActivationQuantization,
        to output: ActivationQuantization,
        as name: String
    ) throws(Diagnostic) -> TensorShape {
        var bias = weights.bias
        if let real = weights.realBias {
            bias = real.enumerated().map { channel, value in
                let steps = (Double(value) / (Double(input.scale) * Double(weights.scale(channel)))).rounded(
                    .toNearestOrEven)
                return Int64(max(min(steps, 0x1p31 - 1), -0x1p31))
            }
        }
        let factors = (0..<bias.count).map { input.scale * weights.scale($0) / output.scale }
        let layer = Layer(
            name: name, operator: pending.operator, inputs: [pending.operands[0].name!])
        let parameters = AccumulationParameters(
            weightCodes: weights.elements.map { UInt8(truncatingIfNeeded: $0 + (weights.isSigned ? 128 : 0)) },
            weightDecoder: .linear(offset: (weights.isSigned ? 0 : 128) - weights.zeroPoint), bias: bias,
            postProcessing: try post(pending, factors, channels: bias.count, to: output))
        let format = input.format(channels: pending.operands[0].stored.channels)
        let bounds = AccumulatorProof.bounds(of: layer, .accumulation(parameters), input: format, activationBits: 16)
        guard bounds.count == bias.count else {
            throw pending.place.unfit(
                weights.elements.count.counted("weight"),
                expected: "weights for \(pending.operands[0].stored.channels) channels"
            )
        }
        if let channel = bounds.firstIndex(where: { $0.width > 32 }) {
            throw Diagnostic(
                .onnxRequantizationUnfit, at: "\(pending.place.text), output channel \(channel)",
                found: "sums that may need \(bounds[channel].width) bits", expected: "32 bits, the runtime's",
                remedy: "quantize the model again, or cut the graph before this operator with --outputs")
        }
        parameterCount += weights.elements.count + bias.count
        return try append(layer, nil, .accumulation(parameters), of: pending.operands, as: output, for: pending)
    }

    private mutating func average(
        _ pending: PendingLayer, count: Int, from input: ActivationQuantization, to output: ActivationQuantization,
        as name: String
    ) throws(Diagnostic) -> TensorShape {
        guard case .convolution(let convolution) = pending.operator else { preconditionFailure("no convolution") }
        let channels = convolution.outputChannels
        let taps = MemoryBudget.product(channels, convolution.kernelHeight, convolution.kernelWidth)
        try reserve(MemoryBudget.product(2, taps), for: "weights of 1", at: pending.place)
        let factor = input.scale / (output.scale * Float(count))
        let parameters = AccumulationParameters(
            weightCodes: Array(repeating: 129, count: taps), weightDecoder: .linear(),
            bias: Array(repeating: 0, count: channels),
            postProcessing: try post(
                pending, Array(repeating: factor, count: channels), channels: channels, to: output))
        return try append(
            Layer(name: name, operator: pending.operator, inputs: [pending.operands[0].name!]), nil,
            .accumulation(parameters), of: pending.operands, as: output, for: pending)
    }

    /// One rounding of the exact sum; the runtime's float32 may differ by one code.
    private mutating func sum(
        _ pending: PendingLayer, subtracts: Bool, to output: ActivationQuantization, as name: String
    ) throws(Diagnostic) -> TensorShape {
        let factors = pending.operands.map { Double($0.quantization!.scale) / Double(output.scale) }
        let exponent = max(Int(factors.max()!.exponent) + 1, -31)
        guard exponent <= 30, pending.limits.slope == 1 else {
            throw unfitScales(pending, factors.max()!)
        }
        let mantissas = factors.map { Int64(min(($0 * exp2(31 - exponent)).rounded(), 0x1p31 - 1)) }
        let clip = clip(pending.limits, output)
        roundings[pending.nodes[0]] = RoundingRule.halfEven.rawValue
        let parameters = AdditionParameters(
            mantissaA: mantissas[0], mantissaB: subtracts ? -mantissas[1] : mantissas[1], exponent: exponent,
            rounding: .halfEven, clipLow: clip.lowerBound, clipHigh: clip.upperBound)
        return try append(
            Layer(name: name, operator: .add, inputs: pending.operands.map { $0.name! }), nil, .addition(parameters),
            of: pending.operands, as: output, for: pending)
    }

    private func exp2(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// Stored elements pass unchanged; where the result has another format, they are changed before or behind.
    private mutating func copy(
        _ pending: PendingLayer, fill: Float, to output: ActivationQuantization, as name: String
    ) throws(Diagnostic) -> TensorShape {
        var operands = pending.operands
        if operands.count > 1 {
            for index in operands.indices where operands[index].quantization != output {
                let inner = String(name.prefix(110)) + ".\(index)"
                let shape = try map(operands[index], for: pending, to: output, as: inner) { $0 }
                operands[index] = ImportedValue(
                    name: inner, stored: shape, extents: shape.extents, quantization: output)
            }
        }
        let quantization = operands[0].quantization!
        let isLast = quantization == output && pending.limits.isNone
        let inner = isLast ? name : String(name.prefix(110)) + ".copy"
        var layerOperator = pending.operator
        if case .pad(var pad) = layerOperator {
            pad.fill = quantization.element(of: fill) - quantization.elements.lowerBound
            layerOperator = .pad(pad)
        }
        let layer = Layer(name: inner, operator: layerOperator, inputs: operands.map { $0.name! })
        let shape = try append(layer, nil, LayerParameters.none, of: operands, as: quantization, for: pending)
        guard !isLast else { return shape }
        let copied = ImportedValue(name: inner, stored: shape, extents: shape.extents, quantization: quantization)
        return try map(copied, for: pending, to: output, as: name) { $0 }
    }

    /// The same of channels: weights of 0 and 1.
    private mutating func select(
        _ channels: [Int], for pending: PendingLayer, to output: ActivationQuantization, as name: String
    ) throws(Diagnostic) -> TensorShape {
        let operand = pending.operands[0]
        let quantization = operand.quantization!
        let isLast = quantization == output && pending.limits.isNone
        let inner = isLast ? name : String(name.prefix(110)) + ".copy"
        try reserve(
            MemoryBudget.product(2, channels.count, operand.stored.channels), for: "weights of a copy",
            at: pending.place)
        let parameters = AccumulationParameters(
            weightCodes: PendingLayer.ones(at: channels, of: operand.stored.channels, zero: 128, one: 129),
            weightDecoder: .linear(), bias: Array(repeating: 0, count: channels.count),
            postProcessing: PostProcessing(
                multipliers: Array(repeating: QuantizedMultiplier.one, count: channels.count), rounding: .single))
        let shape = try append(
            Layer(name: inner, operator: pending.operator, inputs: [operand.name!]), nil, .accumulation(parameters),
            of: [operand], as: quantization, for: pending)
        guard !isLast else { return shape }
        let copied = ImportedValue(name: inner, stored: shape, extents: shape.extents, quantization: quantization)
        return try map(copied, for: pending, to: output, as: name) { $0 }
    }

    /// A function of single elements and the limits behind it, as the runtime computes it for each of 256 elements: a
    /// map of codes.
    private mutating func map(
        _ operand: ImportedValue, for pending: PendingLayer, to output: ActivationQuantization, as name: String,
        _ function: (Float) -> Float
    ) throws(Diagnostic) -> TensorShape {
        let input = operand.quantization!
        let codeMap = input.elements.map { element in
            UInt8(output.element(of: pending.limits(function(input.real(of: element)))) - output.elements.lowerBound)
        }
        // The map is applied to codes of the output's format: values that have the same code there as the input's.
        let distance = output.values.lowerBound - input.values.lowerBound
        let channels = operand.stored.channels
        let multipliers = Array(repeating: QuantizedMultiplier.one, count: channels)
        guard distance != 0 else {
            return try append(
                Layer(name: name, operator: .requantize, inputs: [operand.name!]), nil,
                .requantization(PostProcessing(multipliers: multipliers, rounding: .single, codeMap: codeMap)),
                of: [operand], as: output, for: pending)
        }
        let convolution = Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1, groups: channels)
        let parameters = AccumulationParameters(
            weightCodes: Array(repeating: 129, count: channels), weightDecoder: .linear(),
            bias: Array(repeating: Int64(distance), count: channels),
            postProcessing: PostProcessing(multipliers: multipliers, rounding: .single, codeMap: codeMap))
        return try append(
            Layer(name: name, operator: .convolution(convolution), inputs: [operand.name!]), nil,
            .accumulation(parameters), of: [operand], as: output, for: pending)
    }

    /// The runtime's float32 requantization, one factor for all channels or one for each.
    private mutating func post(
        _ pending: PendingLayer, _ factors: [Float], channels: Int, to output: ActivationQuantization
    ) throws(Diagnostic) -> PostProcessing {
        var multipliers: [QuantizedMultiplier] = []
        var negative: [QuantizedMultiplier] = []
        for factor in factors {
            guard let multiplier = QuantizedMultiplier(real: Double(factor)), pending.limits.slope >= 0,
                let below = QuantizedMultiplier(real: Double(factor * pending.limits.slope))
            else { throw unfitScales(pending, Double(factor)) }
            multipliers.append(multiplier)
            negative.append(below)
        }
        if factors.count == 1 {
            multipliers = Array(repeating: multipliers[0], count: channels)
            negative = Array(repeating: negative[0], count: channels)
        }
        let clip = clip(pending.limits, output)
        roundings[pending.nodes[0]] = RoundingRule.onnxFloat32.rawValue
        return PostProcessing(
            multipliers: multipliers, multipliersNegative: negative, rounding: .onnxFloat32,
            clipLow: clip.lowerBound, clipHigh: clip.upperBound)
    }

    /// The values of the elements that stand for the limits.
    private func clip(_ limits: Limits, _ output: ActivationQuantization) -> ClosedRange<Int32> {
        let low = limits.low == -.infinity ? output.elements.lowerBound : output.element(of: limits.low)
        let high = limits.high == .infinity ? output.elements.upperBound : output.element(of: limits.high)
        return Int32(low - output.zeroPoint)...Int32(max(low, high) - output.zeroPoint)
    }

    private func unfitScales(_ pending: PendingLayer, _ factor: Double) -> Diagnostic {
        Diagnostic(
            .onnxRequantizationUnfit, at: pending.place.text,
            found: "a factor of \(factor) between the scales, slope \(pending.limits.slope)",
            expected: "a factor from 0 to below 2^30, and no negative slope",
            remedy: "quantize the model again, or cut the graph before this operator with --outputs")
    }
}
