import FixedPoint
import TFLite

/// PRELU as the kernels compute it: value v of the input, slope a of the channel, both less their zero points.
///
///     v >= 0    v x scale / output scale                     one multiplier
///     v < 0     (v x a) x scale x slope scale / output scale    one multiplier, of the integer product
///
/// Both are rounded twice, as `gemmlowpDouble` has it.
struct ParametricRelu {
    let input: ActivationQuantization
    let output: ActivationQuantization
    /// Of values from 0.
    let multiplier: QuantizedMultiplier
    /// Of the products of values below 0 with slopes.
    let productMultiplier: QuantizedMultiplier

    /// The runtimes differ in the width of the scales' products: float32, or float64 on microcontrollers.
    ///
    /// Nil for scales that the kernel does not take: values of 9 bits and products of 17 must fit 32 after the left
    /// shift.
    init?(
        _ input: ActivationQuantization, slopeScale: Float, to output: ActivationQuantization, runtime: TFLiteRuntime
    ) {
        (self.input, self.output) = (input, output)
        let (factor, product): (Double, Double)
        switch runtime {
        case .litert:
            factor = Double(input.scale / output.scale)
            product = Double(input.scale * slopeScale / output.scale)
        case .tflm:
            factor = Double(input.scale) / Double(output.scale)
            product = Double(input.scale) * Double(slopeScale) / Double(output.scale)
        }
        guard let multiplier = QuantizedMultiplier(real: factor), multiplier.exponent <= 22,
            let productMultiplier = QuantizedMultiplier(real: product), productMultiplier.exponent <= 14
        else { return nil }
        (self.multiplier, self.productMultiplier) = (multiplier, productMultiplier)
    }

    /// Results that the output's elements can have, less its zero point.
    private var results: ClosedRange<Int64> { Int64(output.values.lowerBound)...Int64(output.values.upperBound) }

    /// For each value of the input, in order, that of the output.
    func values(slope: Int) -> [Int64] {
        input.values.map { value in
            let result =
                value >= 0
                ? RuntimeRequantization.doubleRounding(multiplier).value(of: Int64(value))
                : RuntimeRequantization.doubleRounding(productMultiplier).value(of: Int64(value * slope))
            return min(max(result, results.lowerBound), results.upperBound)
        }
    }

    /// A multiplier of values below 0 that gives the kernel's values for every one of them, tried on all; nil where
    /// there is none: for slopes below 0, and where both roundings of the product cannot be met.
    func negativeMultiplier(slope: Int) -> QuantizedMultiplier? {
        let wanted = zip(input.values, values(slope: slope)).filter { $0.0 < 0 }
        func gives(_ multiplier: QuantizedMultiplier) -> Bool {
            wanted.allSatisfy { result(of: $0.0, by: multiplier) == $0.1 }
        }
        if gives(.zero) { return .zero }
        guard slope > 0, let nearest = QuantizedMultiplier(real: productMultiplier.factor * Double(slope)),
            nearest.exponent <= 22
        else { return nil }
        // The larger the exponent, the less the first rounding does; from 0 on it does nothing.
        for exponent in nearest.exponent...max(nearest.exponent, 1) {
            guard let mantissas = mantissas(exponent: exponent, giving: wanted) else { continue }
            let middle = mantissas.lowerBound + (mantissas.upperBound - mantissas.lowerBound) / 2
            let multiplier = QuantizedMultiplier(mantissa: middle, exponent: exponent)
            if gives(multiplier) { return multiplier }
        }
        return nil
    }

    private func result(of value: Int, by multiplier: QuantizedMultiplier) -> Int64 {
        let result = requantize(Int64(value), by: multiplier, rounding: .gemmlowpDouble)
        return min(max(result, results.lowerBound), results.upperBound)
    }

    /// The mantissas that give these results. The larger a mantissa, the smaller the result of a value below 0: those
    /// of one value are an interval, and those of all the part that their intervals share.
    private func mantissas(exponent: Int, giving wanted: [(Int, Int64)]) -> ClosedRange<UInt32>? {
        var (low, high): (UInt32, UInt32) = (0, QuantizedMultiplier.largestMantissa)
        for (value, result) in wanted {
            func reached(_ mantissa: UInt32) -> Int64 {
                self.result(of: value, by: QuantizedMultiplier(mantissa: mantissa, exponent: exponent))
            }
            guard reached(high) <= result, reached(low) >= result else { return nil }
            // The first mantissa whose result is no larger, then the last whose result is no smaller.
            var bound = high
            while low < bound {
                let middle = low + (bound - low) / 2
                if reached(middle) <= result { bound = middle } else { low = middle + 1 }
            }
            bound = low
            while bound < high {
                let middle = bound + (high - bound + 1) / 2
                if reached(middle) >= result { bound = middle } else { high = middle - 1 }
            }
            guard reached(low) == result, reached(high) == result else { return nil }
        }
        return low...high
    }
}
