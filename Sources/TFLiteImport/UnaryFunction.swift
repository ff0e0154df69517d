import FixedPoint
import Foundation

/// A function of one 8-bit element, as the reference kernels compute it.
enum UnaryFunction: Equatable {
    case logistic
    case tanh
    /// Limits in real numbers, the upper one perhaps none.
    case limit(low: Float, high: Float?)
    case leakyRelu(alpha: Float)
    case hardSwish
    /// From one scale to another.
    case requantize

    /// For each element of the input, in order, the element of the output. Nil where the kernels have none: scales too
    /// far apart.
    func table(from input: ActivationQuantization, to output: ActivationQuantization) -> [Int]? {
        switch self {
        case .logistic:
            Self.lookup(input, output) { 1 / (1 + Float(Foundation.exp(Double(-$0)))) }
        case .tanh:
            Self.lookup(input, output) { Float(Foundation.tanh(Double($0))) }
        case .limit(let low, let high):
            Self.scaled(
                input, output, by: Double(input.scale / output.scale), within: output.limits(from: low, to: high))
        case .leakyRelu(let alpha): Self.leaky(input, output, alpha)
        case .hardSwish: HardSwish(input, output)?.table
        case .requantize:
            Self.scaled(input, output, by: Double(input.scale) / Double(output.scale), within: output.elements)
        }
    }

    /// In float32 throughout, rounded half away from zero.
    private static func lookup(
        _ input: ActivationQuantization, _ output: ActivationQuantization, _ function: (Float) -> Float
    ) -> [Int] {
        let inverse = 1 / output.scale
        return input.elements.map { element in
            let real = input.scale * Float(element - input.zeroPoint)
            let rescaled = (function(real) * inverse).rounded(.toNearestOrAwayFromZero)
            let shifted = max(min(rescaled + Float(output.zeroPoint), 1e9), -1e9)
            return min(max(Int(shifted), output.elements.lowerBound), output.elements.upperBound)
        }
    }

    private static func scaled(
        _ input: ActivationQuantization, _ output: ActivationQuantization, by factor: Double,
        within limits: ClosedRange<Int>
    ) -> [Int]? {
        guard let multiplier = Self.multiplier(factor) else { return nil }
        return input.elements.map { element in
            let value = RuntimeRequantization.doubleRounding(multiplier).value(of: Int64(element - input.zeroPoint))
            return min(max(Int(value) + output.zeroPoint, limits.lowerBound), limits.upperBound)
        }
    }

    private static func leaky(
        _ input: ActivationQuantization, _ output: ActivationQuantization, _ alpha: Float
    ) -> [Int]? {
        let slope = Double(input.scale * alpha / output.scale)
        guard let identity = Self.multiplier(Double(input.scale / output.scale)),
            let negative = Self.multiplier(slope.magnitude)
        else { return nil }
        return input.elements.map { element in
            let value = Int64(element - input.zeroPoint)
            var result = RuntimeRequantization.doubleRounding(value >= 0 ? identity : negative).value(of: value)
            if value < 0 && slope < 0 { result = -result }
            return min(max(Int(result) + output.zeroPoint, output.elements.lowerBound), output.elements.upperBound)
        }
    }

    /// Values have 9 bits, which must fit 32 after the left shift.
    private static func multiplier(_ factor: Double) -> QuantizedMultiplier? {
        QuantizedMultiplier(real: factor).flatMap { $0.exponent <= 22 ? $0 : nil }
    }
}
