import Diagnostics
import FixedPoint
import Graph
import Networks
import Quantization
import TFLite
import Tensors
import Text

extension NetworkBuilder {
    /// PRELU with one slope, or one for each channel.
    ///
    /// A change of format with multipliers of values from 0 and below 0, where these give the kernel's result for each
    /// of the 256 elements of every channel. Otherwise one slope is a code map; several are two layers' results, of
    /// which one is 0 at every place, put together.
    mutating func parametricRelu(at place: OperatorPlace) throws(Diagnostic) {
        let described = subgraph.tensors[try input(1, of: place)]
        let isSingle = described.elementCount == 1
        let operand = isSingle ? try activation(0, of: place) : try picture(0, of: place)
        let channels = operand.stored.channels
        guard isSingle || described.elementCount == channels && described.shape.last == channels,
            let elements = try model.constant(described)?.integers
        else {
            throw unsupported(
                place, found: "slopes of extents \(described.shape) beside \(channels.counted("channel"))",
                expected: "constants: one slope, or one for each channel (PReLU with rows and columns as shared axes)")
        }
        let slopeFormat = try ActivationQuantization(described, at: place.text)
        let quantization = try outputQuantization(of: place)
        guard
            let function = ParametricRelu(
                operand.quantization, slopeScale: slopeFormat.scale, to: quantization, runtime: runtime)
        else {
            throw unsupported(
                place,
                found: "scales \(operand.quantization.scale) and \(slopeFormat.scale) to \(quantization.scale)",
                expected: "scales that the kernel takes")
        }
        let slopes = elements.map { $0 - slopeFormat.zeroPoint }
        var multipliers: [Int: QuantizedMultiplier] = [:]
        for slope in Set(slopes) { multipliers[slope] = function.negativeMultiplier(slope: slope) }
        let negative = slopes.compactMap { multipliers[$0] }
        let tensor = try output(of: place)
        let name = names.name(of: tensor)
        let stored: TensorShape
        if negative.count == slopes.count {
            stored = try requantize(
                operand, function.multiplier, negative: (0..<channels).map { negative[isSingle ? 0 : $0] },
                within: quantization.values, to: quantization, as: name, at: place)
        } else if Set(slopes).count == 1 {
            let table = function.values(slope: slopes[0]).map { Int($0) + quantization.zeroPoint }
            stored = try mapCodes(operand, table, to: quantization, as: name, at: place)
        } else {
            stored = try parts(operand, function, slopes, slopeFormat, as: name, at: place)
        }
        try define(tensor, as: name, stored: stored, extents: operand.extents, quantization, at: place)
    }

    /// Values from 0 by a change of format; those below 0 times the slopes by a depthwise convolution, which rounds the
    /// kernel's own products.
    private mutating func parts(
        _ operand: ImportedTensor, _ function: ParametricRelu, _ slopes: [Int], _ slopeFormat: ActivationQuantization,
        as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        let (channels, output) = (slopes.count, function.output)
        let none = Array(repeating: QuantizedMultiplier.zero, count: channels)
        var positive = operand
        positive.name = innerName(name, "positive")
        positive.quantization = output
        _ = try requantize(
            operand, function.multiplier, negative: none, within: 0...output.values.upperBound, to: output,
            as: positive.name, at: place)
        var below = operand
        below.name = innerName(name, "below")
        _ = try requantize(
            operand, .one, negative: Array(repeating: .one, count: channels),
            within: operand.quantization.values.lowerBound...0, to: operand.quantization, as: below.name,
            at: place)
        let lowest = slopeFormat.elements.lowerBound
        var products = positive
        products.name = innerName(name, "negative")
        _ = try append(
            Accumulation(
                name: products.name,
                operator: .convolution(
                    Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1, groups: channels)),
                codes: slopes.map { UInt8($0 + slopeFormat.zeroPoint - lowest) },
                decoder: .linear(offset: 128 + lowest - slopeFormat.zeroPoint),
                bias: Array(repeating: 0, count: channels),
                runtime: Array(repeating: .doubleRounding(function.productMultiplier), count: channels),
                quantization: output, clamp: output.elements), of: below, at: place)
        return try sum([positive, products], as: name, at: place).stored
    }

    private mutating func requantize(
        _ operand: ImportedTensor, _ multiplier: QuantizedMultiplier, negative: [QuantizedMultiplier],
        within values: ClosedRange<Int>, to quantization: ActivationQuantization, as name: String,
        at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        outcome.rounding = outcome.rounding ?? .gemmlowpDouble
        let post = PostProcessing(
            multipliers: Array(repeating: multiplier, count: negative.count), multipliersNegative: negative,
            rounding: .gemmlowpDouble, clipLow: Int32(values.lowerBound), clipHigh: Int32(values.upperBound))
        let layer = Layer(name: name, operator: .requantize, inputs: [operand.name])
        return try append(layer, .requantization(post), of: [operand], as: quantization, at: place)
    }
}
