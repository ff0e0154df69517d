internal import Commands
internal import FixedPoint

/// The first stage of a two-stage addition: two multipliers with rounding units before the adder.
struct OperandScaler {
    private let shift: Int
    private let multipliers: OperandMultipliers
    private let sign: Int64

    init(_ work: Elementwise, _ multipliers: OperandMultipliers?) {
        guard let multipliers else { preconditionFailure("a two-stage addition needs its multipliers") }
        precondition((0...24).contains(work.fractionBits), "L is at most 24")
        precondition(
            multipliers.first.exponent <= 0 && multipliers.second.exponent <= 0, "operand multipliers are below 1")
        self.multipliers = multipliers
        shift = work.fractionBits
        sign = work.function == .twoStageSubtract ? -1 : 1
    }

    /// - Returns: at most 2^31 in magnitude.
    func first(_ value: Int16) -> Int64 { scaled(value, multipliers.first) }

    /// With its sign in the sum.
    func second(_ value: Int16) -> Int64 { sign * scaled(value, multipliers.second) }

    private func scaled(_ value: Int16, _ multiplier: QuantizedMultiplier) -> Int64 {
        requantize(Int64(value) << Int64(shift), by: multiplier, rounding: .gemmlowpDouble)
    }
}
