import Diagnostics
import FixedPoint
import Graph
import Networks
import TFLite
import Tensors

// Two tensors, element by element; the second may be one pixel.
extension NetworkBuilder {
    /// ADD and SUB: both operands go to a common scale, twice the larger one, with 20 more bits, then the sum to the
    /// output's; each step is a double rounding.
    mutating func sum(
        subtracts: Bool, _ activation: TFLiteActivation, at place: OperatorPlace
    ) throws(Diagnostic) {
        let quantization = try outputQuantization(of: place)
        if let scalar = try scalar(at: place) {
            let table = scalar.sums(subtracts: subtracts, to: quantization)
            return try map(scalar, table, activation, to: quantization, at: place)
        }
        let (first, second) = try pair(commutes: !subtracts, at: place)
        guard
            let stages = SumStages(first.quantization.scale, second.quantization.scale, to: quantization.scale)
        else { throw unfitScales(first, second, quantization, at: place) }
        let post = try postProcessing(
            stages.result, activation, quantization, channels: first.stored.channels, at: place)
        try append(
            .twoStageAdd(TwoStageAddition(leftShift: SumStages.leftShift, subtracts: subtracts)),
            .twoStageAddition(
                TwoStageAdditionParameters(
                    multiplierA: stages.multiplierA, multiplierB: stages.multiplierB, postProcessing: post)),
            of: first, second, as: quantization, at: place)
    }

    /// MUL: the product of the values, by one multiplier.
    mutating func product(_ activation: TFLiteActivation, at place: OperatorPlace) throws(Diagnostic) {
        let quantization = try outputQuantization(of: place)
        if let scalar = try scalar(at: place) {
            return try map(scalar, scalar.products(to: quantization), activation, to: quantization, at: place)
        }
        for index in 0...1 where model.isConstant(subgraph.tensors[try input(index, of: place)]) {
            let operand = try picture(1 - index, of: place)
            guard let constant = try constant(index, of: place, channels: operand.stored.channels) else { continue }
            let real = operand.quantization.scale * constant.quantization.scale / quantization.scale
            guard let multiplier = QuantizedMultiplier(real: Double(real)), multiplier.exponent <= 14 else {
                throw unsupported(
                    place, found: "scales \(operand.quantization.scale) and \(constant.quantization.scale)",
                    expected: "scales that the kernel takes")
            }
            return try product(operand, constant, multiplier, activation, to: quantization, at: place)
        }
        let (first, second) = try pair(commutes: true, at: place)
        // The kernels compute the factor in float32.
        let real = first.quantization.scale * second.quantization.scale / quantization.scale
        guard let multiplier = QuantizedMultiplier(real: Double(real)), multiplier.exponent <= 14 else {
            throw unfitScales(first, second, quantization, at: place)
        }
        let post = try postProcessing(
            multiplier, activation, quantization, channels: first.stored.channels, at: place)
        try append(.multiply, .requantization(post), of: first, second, as: quantization, at: place)
    }

    /// The operands, the one of one pixel last.
    private mutating func pair(
        commutes: Bool, at place: OperatorPlace
    ) throws(Diagnostic) -> (ImportedTensor, ImportedTensor) {
        for index in 0...1 where model.isConstant(subgraph.tensors[try input(index, of: place)]) {
            let operand = try picture(1 - index, of: place)
            guard let constant = try constant(index, of: place, channels: operand.stored.channels) else { continue }
            // The second operand may be one pixel.
            let isSecond = commutes || index == 1
            let tensor = try tensor(
                of: constant, like: operand, isPixel: isSecond, as: names.name(of: output(of: place)), at: place)
            return isSecond ? (operand, tensor) : (tensor, operand)
        }
        let (first, second) = (try picture(0, of: place), try picture(1, of: place))
        if first.stored == second.stored || second.stored.isPixel(of: first.stored) { return (first, second) }
        guard commutes, first.stored.isPixel(of: second.stored) else {
            throw unsupported(
                place, found: "operands of extents \(first.extents) and \(second.extents)",
                expected: "one shape, or one pixel of as many channels\(commutes ? "" : " as the second")")
        }
        return (second, first)
    }

    private func postProcessing(
        _ multiplier: QuantizedMultiplier, _ activation: TFLiteActivation, _ quantization: ActivationQuantization,
        channels: Int, at place: OperatorPlace
    ) throws(Diagnostic) -> PostProcessing {
        let clamp = try quantization.clamp(activation, at: place)
        return PostProcessing(
            multipliers: Array(repeating: multiplier, count: channels), rounding: .gemmlowpDouble,
            clipLow: Int32(clamp.lowerBound - quantization.zeroPoint),
            clipHigh: Int32(clamp.upperBound - quantization.zeroPoint))
    }

    private mutating func append(
        _ layerOperator: Operator, _ parameters: LayerParameters, of first: ImportedTensor, _ second: ImportedTensor,
        as quantization: ActivationQuantization, at place: OperatorPlace
    ) throws(Diagnostic) {
        let tensor = try output(of: place)
        outcome.rounding = .gemmlowpDouble
        let layer = Layer(
            name: names.name(of: tensor), operator: layerOperator, inputs: [first.name, second.name])
        let stored = try append(layer, parameters, of: [first, second], as: quantization, at: place)
        try define(tensor, as: layer.name, stored: stored, extents: first.extents, quantization, at: place)
    }

    private func unfitScales(
        _ first: ImportedTensor, _ second: ImportedTensor, _ output: ActivationQuantization, at place: OperatorPlace
    ) -> Diagnostic {
        unsupported(
            place,
            found: "scales \(first.quantization.scale) and \(second.quantization.scale) to \(output.scale)",
            expected: "scales that the kernel takes")
    }
}

extension TensorShape {
    fileprivate func isPixel(of other: TensorShape) -> Bool {
        height == 1 && width == 1 && channels == other.channels
    }
}
