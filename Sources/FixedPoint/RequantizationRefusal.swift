/// Why a rounding rule is not defined for a range of accumulators and a multiplier.
public enum RequantizationRefusal: Hashable, Sendable {
    /// The accumulator needs more bits than requantization takes.
    case accumulatorTooWide(bits: Int, limit: Int)
    /// `gemmlowpDouble` shifts the accumulator left by the positive exponent first: the result needs this many bits, 32
    /// are there.
    case shiftedAccumulatorTooWide(leftShift: Int, bits: Int, limit: Int)

    /// The widest accumulator that is requantized, in bits. A machine may have a wider one.
    public static let accumulatorBits = 48

    /// The reason to refuse `rule` with `multiplier` on every accumulator in `accumulators`, or nil where it is defined
    /// on all of them.
    public static func reason(
        rule: RoundingRule, multiplier: QuantizedMultiplier, accumulators: ClosedRange<Int64>
    ) -> RequantizationRefusal? {
        let bits = BitWidth.signed(holding: accumulators)
        if bits > accumulatorBits {
            return .accumulatorTooWide(bits: bits, limit: accumulatorBits)
        }
        if rule == .gemmlowpDouble {
            let leftShift = max(multiplier.exponent, 0)
            // Shifting left by n adds n bits to any range but 0...0.
            let shifted = accumulators == 0...0 ? 1 : bits + leftShift
            if shifted > 32 {
                return .shiftedAccumulatorTooWide(leftShift: leftShift, bits: shifted, limit: 32)
            }
        }
        return nil
    }

    /// What was found, for a diagnostic.
    public var found: String {
        switch self {
        case .accumulatorTooWide(let bits, _): "an accumulator of \(bits) bits"
        case .shiftedAccumulatorTooWide(let leftShift, let bits, _):
            "an accumulator of \(bits) bits after the shift left by \(leftShift)"
        }
    }

    /// What the rule needs, for a diagnostic.
    public var expected: String {
        switch self {
        case .accumulatorTooWide(_, let limit): "at most \(limit) bits"
        case .shiftedAccumulatorTooWide(_, _, let limit): "at most \(limit) bits before gemmlowpDouble's high multiply"
        }
    }
}
