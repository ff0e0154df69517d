import Diagnostics
import FixedPoint
import TFLite
import Tensors

/// One constant element beside a tensor of activations: a function of single elements.
struct ScalarOperand {
    var operand: ImportedTensor
    /// The constant less its zero point, and its scale.
    var value: Int
    var scale: Float
    /// Whether the constant stands before the tensor.
    var isFirst: Bool

    /// ADD and SUB as the kernels compute them; nil for scales that they do not take.
    func sums(subtracts: Bool, to output: ActivationQuantization) -> [Int]? {
        let input = operand.quantization
        guard let stages = SumStages(input.scale, scale, to: output.scale) else { return nil }
        let constant = stages.second(value)
        return input.elements.map { element in
            let variable = stages.first(element - input.zeroPoint)
            let sum = subtracts ? (isFirst ? constant - variable : variable - constant) : variable + constant
            return output.zeroPoint + Int(RuntimeRequantization.doubleRounding(stages.result).value(of: sum))
        }
    }

    /// MUL.
    func products(to output: ActivationQuantization) -> [Int]? {
        let input = operand.quantization
        // Whichever operand comes first: the product of two float32 scales does not depend on it.
        let real = Double(input.scale * scale / output.scale)
        guard let multiplier = QuantizedMultiplier(real: real), multiplier.exponent <= 14 else { return nil }
        return input.elements.map { element in
            let product = Int64(element - input.zeroPoint) * Int64(value)
            return output.zeroPoint + Int(RuntimeRequantization.doubleRounding(multiplier).value(of: product))
        }
    }
}

/// The three multipliers of ADD and SUB.
struct SumStages {
    static let leftShift = 20
    let multiplierA: QuantizedMultiplier
    let multiplierB: QuantizedMultiplier
    let result: QuantizedMultiplier

    /// Nil where the kernels take no such scales.
    init?(_ first: Float, _ second: Float, to output: Float) {
        let common = 2 * Double(max(first, second))
        let real = common / (Double(output) * Double(1 << Self.leftShift))
        guard let a = QuantizedMultiplier(real: Double(first) / common),
            let b = QuantizedMultiplier(real: Double(second) / common),
            let result = QuantizedMultiplier(real: real), real < 1
        else { return nil }
        (multiplierA, multiplierB, self.result) = (a, b, result)
    }

    func first(_ value: Int) -> Int64 { Self.scaled(value, multiplierA) }
    func second(_ value: Int) -> Int64 { Self.scaled(value, multiplierB) }

    private static func scaled(_ value: Int, _ multiplier: QuantizedMultiplier) -> Int64 {
        RuntimeRequantization.doubleRounding(multiplier).value(of: Int64(value) << Int64(leftShift))
    }
}

extension NetworkBuilder {
    /// The operands of an operator of which one is a constant of one element; nil for others.
    ///
    /// - Throws: `tfliteTensorUnsupported` where the constant has no 8-bit elements.
    func scalar(at place: OperatorPlace) throws(Diagnostic) -> ScalarOperand? {
        for index in 0...1 {
            let described = subgraph.tensors[try input(index, of: place)]
            guard described.elementCount == 1, model.isConstant(described),
                let elements = try model.constant(described)?.integers
            else { continue }
            let quantization = try ActivationQuantization(described, at: place.text)
            return ScalarOperand(
                operand: try picture(1 - index, of: place), value: elements[0] - quantization.zeroPoint,
                scale: quantization.scale, isFirst: index == 0)
        }
        return nil
    }

    /// A sum or product with a constant, as a map of codes.
    mutating func map(
        _ scalar: ScalarOperand, _ table: [Int]?, _ activation: TFLiteActivation,
        to quantization: ActivationQuantization, at place: OperatorPlace
    ) throws(Diagnostic) {
        guard let table else {
            throw unsupported(
                place,
                found: "scales \(scalar.operand.quantization.scale) and \(scalar.scale) to \(quantization.scale)",
                expected: "scales that the kernel takes")
        }
        let clamp = try quantization.clamp(activation, at: place)
        let tensor = try output(of: place)
        let name = names.name(of: tensor)
        let clamped = table.map { min(max($0, clamp.lowerBound), clamp.upperBound) }
        let stored = try mapCodes(scalar.operand, clamped, to: quantization, as: name, at: place)
        try define(tensor, as: name, stored: stored, extents: scalar.operand.extents, quantization, at: place)
    }
}
