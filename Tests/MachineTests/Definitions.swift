import Commands
import FixedPoint
import Quantization

/// The definitions of the design, evaluated literally in wide integers: what the tests expect.
enum Definitions {
    /// floor(dividend / 2^bits).
    private static func floorShift(_ value: Int128, _ bits: Int) -> Int128 {
        bits <= 0 ? value << Int128(-bits) : value >> Int128(bits)
    }

    /// A rounding rule applied to acc m / 2^(31-s).
    static func requantize(_ acc: Int, _ multiplier: QuantizedMultiplier, _ rule: RoundingRule) -> Int {
        let s = multiplier.exponent
        let product = Int128(acc) * Int128(multiplier.mantissa)
        let divisor = Int128(1) << Int128(31 - s)
        let floored = floorShift(product, 31 - s)
        let remainder = product - floored * divisor
        let rounded: Int128
        switch rule {
        case .single: rounded = floorShift(product + (Int128(1) << Int128(30 - s)), 31 - s)
        case .halfUpDouble, .gemmlowpDouble:
            let high = floorShift((product << Int128(max(s, 0))) + (1 << 30), 31)
            let e = max(-s, 0)
            let step = Int128(1) << Int128(e)
            let below = floorShift(high, e)
            let rest = high - below * step
            // Ties: up, or away from zero.
            let ties = rule == .halfUpDouble || high >= 0
            rounded = e == 0 ? high : below + (2 * rest > step || (2 * rest == step && ties) ? 1 : 0)
        case .tosaDouble:
            let nudge: Int128 = s < 0 ? (acc < 0 ? -(1 << 30) : 1 << 30) : 0
            rounded = floorShift(product + (Int128(1) << Int128(30 - s)) + nudge, 31 - s)
        case .halfEven:
            rounded = floored + (2 * remainder > divisor || (2 * remainder == divisor && floored & 1 == 1) ? 1 : 0)
        case .halfAway:
            rounded = floored + (2 * remainder > divisor || (2 * remainder == divisor && product >= 0) ? 1 : 0)
        case .floor: rounded = floored
        case .ceiling: rounded = floored + (remainder > 0 ? 1 : 0)
        case .towardZero: rounded = floored + (remainder > 0 && product < 0 ? 1 : 0)
        case .onnxFloat32: return Int(FixedPoint.requantize(Int64(acc), by: multiplier, rounding: rule))
        }
        return Int(clamping: rounded)
    }

    /// The normalized magnitude by its inequality (or closed form), |v| = magnitude.
    static func normalize(
        _ form: NormalizationConfiguration.Form, magnitude: Int, _ m: Int, _ n: Int, _ shift: Int
    ) -> Int {
        let twice = UInt128(2 * magnitude * m)
        switch form {
        case .gdn1:
            let unit = UInt128(n) << UInt128(shift)
            return Int((twice + unit) / (2 * unit))
        case .igdn1:
            let product = UInt128(magnitude * m) * UInt128(n)
            return Int(clamping: shift == 0 ? product : (product + UInt128(1) << UInt128(shift - 1)) >> UInt128(shift))
        case .gdn:
            return largest { odd in
                product([odd, odd, UInt128(n), 1 << UInt128(shift), 1 << UInt128(shift)], isAtMost: twice * twice)
            }
        case .igdn:
            return largest { odd in
                product([odd, odd, 1 << UInt128(shift), 1 << UInt128(shift)], isAtMost: twice * twice * UInt128(n))
            }
        }
    }

    /// By the lines of a table: the norm's digits as text, sums and divisions.
    static func normalize(
        _ form: NormalizationConfiguration.Form, magnitude: Int, _ m: Int, _ n: Int, _ shift: Int,
        by table: NormalizationTable
    ) -> Int {
        let digits = String(n, radix: 2)
        let level = digits.count - 1
        let fraction = Array(digits.dropFirst()) + Array(repeating: "0", count: 64)
        func number(_ range: Range<Int>) -> Int { Int(String(fraction[range]), radix: 2) ?? 0 }
        let (isRoot, fractionBits) = (form == .gdn || form == .igdn, table.baseBits - 1)
        let (y, places): (Int, Int)
        if form == .igdn1 {
            (y, places) = (1 << fractionBits + number(0..<fractionBits), shift + fractionBits - level)
        } else {
            let octave = table.indexBits - (isRoot ? 1 : 0)
            let segment = number(0..<octave) + (isRoot && level % 2 == 1 ? table.bases.count / 2 : 0)
            let rise =
                Double(table.slopes[segment]) * Double(number(octave..<octave + table.offsetBits))
                / Double(1 << table.slopeShift)
            y = Int(table.bases[segment]) + Int(rise.rounded(.down))
            places = shift + fractionBits + (form == .gdn ? level / 2 : form == .igdn ? -(level / 2) : level)
        }
        let product = Int128(magnitude) * Int128(m) * Int128(y)
        if places <= 0 { return Int(clamping: product << Int128(-places)) }
        if places > 100 { return 0 }
        return Int(clamping: (2 * product + Int128(1) << Int128(places)) / (Int128(2) << Int128(places)))
    }

    /// The largest q in 0..<2^40 whose 2q - 1 satisfies a falling predicate; 0 always does.
    private static func largest(_ isReached: (UInt128) -> Bool) -> Int {
        var (low, high) = (0, 1 << 40)
        while high - low > 1 {
            let middle = (low + high) / 2
            if isReached(UInt128(2 * middle - 1)) { low = middle } else { high = middle }
        }
        return low
    }

    private static func product(_ factors: [UInt128], isAtMost limit: UInt128) -> Bool {
        var total: UInt128 = 1
        for factor in factors {
            let (result, overflow) = total.multipliedReportingOverflow(by: factor)
            if overflow { return false }
            total = result
        }
        return total <= limit
    }

    /// The stored element of r for one output channel, and whether it counts as saturated.
    static func encode(
        _ rounded: Int, _ drain: DrainConfiguration, _ output: ResultConfiguration, channel: Int
    ) -> (element: Int, isSaturated: Bool) {
        let (bits, low, high): (Int, Int32, Int32)
        switch drain {
        case .postProcessing(let post): (bits, low, high) = (post.resultBits, post.clipLow, post.clipHigh)
        case .normalization(let normalization):
            (bits, low, high) = (normalization.resultBits, normalization.clipLow, normalization.clipHigh)
        case .addition(let addition): (bits, low, high) = (addition.resultBits, addition.clipLow, addition.clipHigh)
        case .none: (bits, low, high) = (32, .min, .max)
        }
        let limit = 1 << (bits - 1)
        let saturated = max(-limit, min(limit - 1, rounded))
        let clipped = max(Int(low), min(Int(high), saturated))
        if output.isInteger16 {
            return (max(-32768, min(32767, clipped)), saturated != rounded || clipped < -32768 || clipped > 32767)
        }
        let select = Int(output.selects[channel])
        let x = clipped - Int(output.offsets[channel])
        let code = output.thresholds[select].count { Int($0) <= x }
        let limits = output.limits[select]
        return (
            Int(output.codeMap?[code] ?? UInt8(code)),
            saturated != rounded || x < Int(limits.lowest) || x > Int(limits.highest)
        )
    }

    static func decode(_ code: UInt8, _ operand: OperandConfiguration, channel: Int) -> Int {
        let codebook = operand.entries[Int(operand.selects[channel])]
        return Int(codebook[min(Int(code), codebook.count - 1)]) + Int(operand.offsets[channel])
    }
}
