import Diagnostics
import FixedPoint
import Graph
import Networks
import TFLite
import Tensors

extension NetworkBuilder {
    /// A function of single elements: a change of format with multipliers and limits where these give the kernel's
    /// table, else a code map.
    mutating func unary(_ function: UnaryFunction, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try activation(0, of: place)
        let quantization = try outputQuantization(of: place)
        if runtime == .tflm, [.logistic, .tanh].contains(function) {
            throw unsupported(
                place, found: "the fixed-point function of the runtime for microcontrollers",
                expected: "the table of --runtime litert")
        }
        let (input, tensor) = (operand.quantization, try output(of: place))
        if runtime == .tflm, case .limit(_, .some) = function, input != quantization {
            throw unsupported(
                place, found: "an output of another scale or zero point, which the kernel does not make",
                expected: "those of the operand")
        }
        guard let table = function.table(from: input, to: quantization) else {
            throw unsupported(
                place, found: "scales \(input.scale) and \(quantization.scale)",
                expected: "scales that the kernel takes")
        }
        let name = names.name(of: tensor)
        let stored: TensorShape
        if let post = Self.requantization(function, input, quantization, channels: operand.stored.channels),
            Self.table(of: post, input, quantization) == table
        {
            outcome.rounding = post.rounding
            let layer = Layer(name: name, operator: .requantize, inputs: [operand.name])
            stored = try append(layer, .requantization(post), of: [operand], as: quantization, at: place)
        } else {
            stored = try mapCodes(operand, table, to: quantization, as: name, at: place)
        }
        try define(
            tensor, as: name, stored: stored, extents: operand.extents, quantization, at: place)
    }

    /// Any function of single elements, as a table of the output's elements.
    mutating func mapCodes(
        _ operand: ImportedTensor, _ table: [Int], to quantization: ActivationQuantization, as name: String,
        at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        let input = operand.quantization
        let codeMap = table.map { UInt8($0 - quantization.elements.lowerBound) }
        outcome.remark = "code map"
        // The map is applied to codes of the output's format: values that have the same code there as the input's.
        let distance = quantization.values.lowerBound - input.values.lowerBound
        guard distance == 0 else {
            return try shift(operand, by: distance, to: quantization, codeMap: codeMap, as: name, at: place)
        }
        let post = PostProcessing(
            multipliers: Array(repeating: .one, count: operand.stored.channels), rounding: .single, codeMap: codeMap)
        let layer = Layer(name: name, operator: .requantize, inputs: [operand.name])
        return try append(layer, .requantization(post), of: [operand], as: quantization, at: place)
    }

    /// Multipliers and limits for a function that is linear on either side of 0; nil for another.
    private static func requantization(
        _ function: UnaryFunction, _ input: ActivationQuantization, _ output: ActivationQuantization, channels: Int
    ) -> PostProcessing? {
        var limits = output.elements
        var factor = Double(input.scale / output.scale)
        var slope: Double?
        switch function {
        case .requantize: factor = Double(input.scale) / Double(output.scale)
        case .limit(let low, let high): limits = output.limits(from: low, to: high)
        case .leakyRelu(let alpha): slope = Double(input.scale * alpha / output.scale)
        case .logistic, .tanh, .hardSwish: return nil
        }
        guard let multiplier = QuantizedMultiplier(real: factor),
            let negative = slope.map({ QuantizedMultiplier(real: $0) }) ?? multiplier,
            max(multiplier.exponent, negative.exponent) <= 22
        else { return nil }
        return PostProcessing(
            multipliers: Array(repeating: multiplier, count: channels),
            multipliersNegative: Array(repeating: negative, count: channels), rounding: .gemmlowpDouble,
            clipLow: Int32(limits.lowerBound - output.zeroPoint), clipHigh: Int32(limits.upperBound - output.zeroPoint))
    }

    /// What the datapath makes of each element of the input.
    private static func table(
        of post: PostProcessing, _ input: ActivationQuantization, _ output: ActivationQuantization
    ) -> [Int] {
        input.values.map { value in
            let multiplier = value < 0 ? post.multipliersNegative[0] : post.multipliers[0]
            let result = requantize(Int64(value), by: multiplier, rounding: post.rounding)
            return Int(min(max(result, Int64(post.clipLow)), Int64(post.clipHigh))) + output.zeroPoint
        }
    }
}
