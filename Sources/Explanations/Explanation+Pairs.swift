import ExactArithmetic
import FixedPoint
import Graph
import Networks
import Tensors

/// Operators of two operands, element by element.
extension Explanation {
    /// The rounded sum of two operands on one grid.
    mutating func explainAddition(
        _ layer: Layer, _ parameters: AdditionParameters, _ operands: [Tensor<Int32>], _ network: QuantizedNetwork,
        _ at: Coordinate
    ) -> Int64 {
        let (a, b) = explainOperands(layer, operands, network, at)
        let sum = Int64(a) * parameters.mantissaA + Int64(b) * parameters.mantissaB
        say("sum = \(a) x \(parameters.mantissaA) + \(b) x \(parameters.mantissaB) = \(sum)")
        let exact = ExactRational(ExactInteger(sum)) * .powerOfTwo(parameters.exponent - 31)
        let rounded = exact.rounded(parameters.rounding.ofExactQuotient)
        say(
            """
            exact quotient = sum / 2^\(31 - parameters.exponent) = \(exact.decimal(digits: 12)); \
            \(parameters.rounding.rawValue) gives \(rounded)
            """
        )
        return limit(Int64(nearest: rounded), parameters.resultBits, parameters.clipLow, parameters.clipHigh)
    }

    /// The sum or difference of two operands that are each rescaled first; the second stage is a post-processing.
    mutating func explainTwoStages(
        _ layer: Layer, _ addition: TwoStageAddition, _ parameters: TwoStageAdditionParameters,
        _ operands: [Tensor<Int32>], _ network: QuantizedNetwork, _ at: Coordinate
    ) -> Int64 {
        let (a, b) = explainOperands(layer, operands, network, at)
        let first = explainScaled("a", a, addition.leftShift, parameters.multiplierA)
        let second = explainScaled("b", b, addition.leftShift, parameters.multiplierB)
        let sum = addition.subtracts ? first - second : first + second
        say("sum = \(first) \(addition.subtracts ? "-" : "+") \(second) = \(sum)")
        return sum
    }

    /// Both operands of an element; the second may be one pixel for all.
    mutating func explainOperands(
        _ layer: Layer, _ operands: [Tensor<Int32>], _ network: QuantizedNetwork, _ at: Coordinate
    ) -> (Int, Int) {
        let second = operands[1].shape
        let isPixel = second.height == 1 && second.width == 1
        let a = explainOperand(layer.inputs[0], operands[0], network.formats[layer.inputs[0]]!, at.y, at.x, at.c)
        let b = explainOperand(
            layer.inputs[1], operands[1], network.formats[layer.inputs[1]]!, isPixel ? 0 : at.y, isPixel ? 0 : at.x,
            at.c)
        return (a, b)
    }

    /// The first stage of a two-stage addition: half up to the grid of the high word, then half away from zero.
    private mutating func explainScaled(
        _ name: String, _ value: Int, _ leftShift: Int, _ multiplier: QuantizedMultiplier
    ) -> Int64 {
        let shifted = ExactRational(ExactInteger(value)) * .powerOfTwo(leftShift)
        let exact = shifted * ExactRational(ExactInteger(Int(multiplier.mantissa))) * .powerOfTwo(-31)
        let high = exact.rounded(.halfUp)
        let scaled = (ExactRational(high) * .powerOfTwo(multiplier.exponent)).rounded(.halfAway)
        say(
            """
            \(name) = \(value) x 2^\(leftShift) x \(multiplier.mantissa) / 2^31 = \(exact.decimal(digits: 12)), \
            half up \(high); over 2^\(-multiplier.exponent), half away from zero, \(scaled)
            """
        )
        return Int64(nearest: scaled)
    }
}

extension RoundingRule {
    /// The rounding of an exact quotient, for the rules that the add operator admits.
    fileprivate var ofExactQuotient: IntegerRounding {
        switch self {
        case .single: .halfUp
        case .halfEven: .halfEven
        case .halfAway: .halfAway
        case .floor: .floor
        case .ceiling: .ceiling
        case .towardZero: .towardZero
        case .gemmlowpDouble, .halfUpDouble, .tosaDouble, .onnxFloat32:
            preconditionFailure("\(rawValue) is not admitted for add")
        }
    }
}
