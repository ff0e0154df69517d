import FixedPoint

/// x relu6(x + 3) / 6 in 16-bit fixed point, step by step as the reference kernel.
///
///     v = (element - zero point) 2^7             on the fine scale, input scale / 128
///     a = v x fine scale / output scale          before its right shift
///     b = v x fine scale / (3 / 2^15)            saturated: x / 3 within -1...1
///     output = zero point + a (b + 1) / 2        cut off, then shifted right
struct HardSwish {
    private let input: ActivationQuantization
    private let output: ActivationQuantization
    private let outputMantissa: Int
    private let outputExponent: Int
    private let reluMantissa: Int
    private let reluExponent: Int

    /// Nil where the kernel refuses the scales.
    init?(_ input: ActivationQuantization, _ output: ActivationQuantization) {
        self.input = input
        self.output = output
        let fine: Float = (1 / 128) * input.scale
        let relu: Float = 3 / 32768
        guard let outputMultiplier = QuantizedMultiplier(real: Double(fine / output.scale)),
            let reluMultiplier = QuantizedMultiplier(real: Double(fine / relu)), outputMultiplier.exponent <= 0
        else { return nil }
        (outputMantissa, outputExponent) = (Self.narrowed(outputMultiplier), outputMultiplier.exponent)
        (reluMantissa, reluExponent) = (Self.narrowed(reluMultiplier), reluMultiplier.exponent)
    }

    var table: [Int] {
        input.elements.map { element in
            let fine = Self.wrapped((element - input.zeroPoint) * 128)
            let scaled = Self.highProduct(fine, outputMantissa)
            var relu = fine
            if reluExponent > 0 { relu = Self.shiftedLeft(relu, reluExponent - 1) }
            relu = Self.highProduct(relu, reluMantissa)
            if reluExponent > 0 { relu = Self.shiftedLeft(relu, 1) }
            if reluExponent < 0 { relu = Self.shiftedRight(relu, -reluExponent) }
            relu = (relu + 1 << 15) >> 1
            let product = relu * scaled / (1 << 15)
            let result = Self.wrapped(Self.shiftedRight(product, -outputExponent) + output.zeroPoint)
            return min(max(result, output.elements.lowerBound), output.elements.upperBound)
        }
    }

    /// A mantissa of 16 bits.
    private static func narrowed(_ multiplier: QuantizedMultiplier) -> Int {
        min((Int(multiplier.mantissa) + 1 << 15) >> 16, 32767)
    }

    private static func wrapped(_ value: Int) -> Int { Int(Int16(truncatingIfNeeded: value)) }

    /// Twice the product, the upper half, rounded with ties up.
    private static func highProduct(_ first: Int, _ second: Int) -> Int {
        let product = first * second
        return min((product + (product >= 0 ? 1 << 14 : 1 - 1 << 14)) / (1 << 15), 32767)
    }

    private static func shiftedLeft(_ value: Int, _ count: Int) -> Int {
        max(min(value << min(count, 32), 32767), -32768)
    }

    /// Ties away from zero.
    private static func shiftedRight(_ value: Int, _ count: Int) -> Int {
        let shift = min(count, 40)
        let mask = 1 << shift - 1
        let threshold = mask >> 1 + (value < 0 ? 1 : 0)
        return value >> shift + (value & mask > threshold ? 1 : 0)
    }
}
