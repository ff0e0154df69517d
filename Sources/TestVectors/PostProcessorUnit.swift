import Conformance
import ExactArithmetic
import FixedPoint
import Random

/// `intaglio_post_processor_lane`: a sum to a result of R bits.
struct PostProcessorUnit: VectorUnit {
    struct Stimulus: Sendable {
        var sum = 0
        var bias = 0
        var positive = QuantizedMultiplier.one
        var negative = QuantizedMultiplier.one
        var rounding = RoundingRule.single
        var addition: Addition?
        var isBypass = false
        var result = ResultBits()

        /// What is multiplied; bypass leaves the bias out.
        var total: Int { isBypass ? sum : sum + bias }
        var multiplier: QuantizedMultiplier { total < 0 ? negative : positive }
    }

    struct Addition: Sendable {
        var a: Int
        var b: Int
        var mantissaA: Int
        var mantissaB: Int
        var exponent: Int

        var sum: Int { a * mantissaA + b * mantissaB }
    }

    /// A of the machine.
    let accumulatorBits: Int

    let name = UnitName.postProcessor

    static let additionRules: [RoundingRule] = [.single, .halfEven, .halfAway, .floor, .ceiling, .towardZero]

    var interface: UnitInterface {
        UnitInterface(
            module: "intaglio_post_processor_lane", parameters: [("ACCUMULATOR_BITS", accumulatorBits)],
            inputs: [
                UnitPort("sum", accumulatorBits, signed: true), UnitPort("bias", 64, signed: true),
                UnitPort("mantissa", 31),
                UnitPort("exponent", 8, signed: true), UnitPort("mantissa_negative", 31),
                UnitPort("exponent_negative", 8, signed: true),
                UnitPort("rounding", 4), UnitPort("is_addition", 1), UnitPort("addend_a", 16, signed: true),
                UnitPort("addend_b", 16, signed: true),
                UnitPort("addition_mantissa_a", 32, signed: true), UnitPort("addition_mantissa_b", 32, signed: true),
                UnitPort("addition_exponent", 8, signed: true), UnitPort("bypass", 1), UnitPort("result_is_32", 1),
                UnitPort("clip_low", 32, signed: true),
                UnitPort("clip_high", 32, signed: true),
            ],
            outputs: [UnitPort("result", 32, signed: true), UnitPort("saturated", 1)], memories: [], latency: 4)
    }

    /// Sums that fit A bits.
    var totals: ClosedRange<Int> { -(1 << (accumulatorBits - 1))...(1 << (accumulatorBits - 1) - 1) }

    /// The numerator and right shift of the exact quotient.
    func quotient(_ stimulus: Stimulus) -> (numerator: Int128, shift: Int) {
        if let addition = stimulus.addition { return (Int128(addition.sum), 31 - addition.exponent) }
        if stimulus.isBypass { return (Int128(stimulus.sum), 0) }
        return (Int128(stimulus.total) * Int128(stimulus.multiplier.mantissa), 31 - stimulus.multiplier.exponent)
    }

    func rounded(_ stimulus: Stimulus) -> ExactInteger {
        if let addition = stimulus.addition {
            let exact = ExactRational(addition.sum) * .powerOfTwo(addition.exponent - 31)
            switch stimulus.rounding {
            case .single: return exact.rounded(.halfUp)
            case .halfEven: return exact.rounded(.halfEven)
            case .halfAway: return exact.rounded(.halfAway)
            case .floor: return exact.rounded(.floor)
            case .ceiling: return exact.rounded(.ceiling)
            case .towardZero: return exact.rounded(.towardZero)
            case .gemmlowpDouble, .halfUpDouble, .tosaDouble, .onnxFloat32:
                preconditionFailure("an addition admits no \(stimulus.rounding)")
            }
        }
        if stimulus.isBypass { return ExactInteger(stimulus.sum) }
        return ExactRequantize.rounded(ExactInteger(stimulus.total), by: stimulus.multiplier, rule: stimulus.rounding)
    }

    /// Whether the sum fits A bits and the rule is defined on it.
    func isAdmitted(_ stimulus: Stimulus) -> Bool {
        if let addition = stimulus.addition {
            let limit = 1 << 31
            return Self.additionRules.contains(stimulus.rounding) && abs(addition.mantissaA) < limit
                && abs(addition.mantissaB) < limit
        }
        guard totals.contains(stimulus.sum), totals.contains(stimulus.total) else { return false }
        guard stimulus.rounding == .gemmlowpDouble, !stimulus.isBypass else { return true }
        let shifted = Int128(stimulus.total) << Int128(max(stimulus.multiplier.exponent, 0))
        return shifted >= -(1 << 31) && shifted < 1 << 31
    }

    func inputs(_ stimulus: Stimulus) -> [Int64] {
        let addition = stimulus.addition ?? Addition(a: -1, b: 1, mantissaA: 3, mantissaB: 5, exponent: 30)
        return [
            stimulus.sum, stimulus.bias, Int(stimulus.positive.mantissa), stimulus.positive.exponent,
            Int(stimulus.negative.mantissa),
            stimulus.negative.exponent, RoundingRule.allCases.firstIndex(of: stimulus.rounding)!,
            stimulus.addition == nil ? 0 : 1, addition.a, addition.b,
            addition.mantissaA, addition.mantissaB, addition.exponent, stimulus.isBypass ? 1 : 0,
            stimulus.result.isWide ? 1 : 0, stimulus.result.clipLow,
            stimulus.result.clipHigh,
        ].map { Int64($0) }
    }

    func outputs(_ stimulus: Stimulus) -> [Int64] {
        let stored = stimulus.result.store(rounded(stimulus))
        return [stored.result, stored.saturated]
    }

    func random(using generator: inout SeededGenerator) -> Stimulus {
        while true {
            let stimulus = candidate(using: &generator)
            if isAdmitted(stimulus) { return stimulus }
        }
    }

    private func candidate(using generator: inout SeededGenerator) -> Stimulus {
        var stimulus = Stimulus(
            sum: Int(generator.signed(bits: accumulatorBits)),
            bias: generator.once(in: 3) ? 0 : Int(generator.signed(bits: accumulatorBits)),
            positive: multiplier(using: &generator), negative: multiplier(using: &generator),
            rounding: generator.element(of: RoundingRule.allCases))
        stimulus.result.isWide = generator.once(in: 2)
        if generator.once(in: 3) {
            let limits = [Int(generator.signed(bits: 32)), Int(generator.signed(bits: 32))]
            stimulus.result.clipLow = limits.min()!
            stimulus.result.clipHigh = limits.max()!
        }
        switch generator.integer(0...15) {
        case 0...2:
            stimulus.rounding = generator.element(of: Self.additionRules)
            stimulus.addition = Addition(
                a: Int(generator.signed(bits: 16)), b: Int(generator.signed(bits: 16)),
                mantissaA: Int(generator.signed(bits: 32)),
                mantissaB: Int(generator.signed(bits: 32)), exponent: generator.integer(-31...30))
        case 3: stimulus.isBypass = true
        default: break
        }
        return stimulus
    }

    private func multiplier(using generator: inout SeededGenerator) -> QuantizedMultiplier {
        QuantizedMultiplier(
            mantissa: UInt32(generator.unsigned(bits: 31)),
            exponent: generator.integer(generator.once(in: 3) ? -62...30 : -24...12))
    }
}
