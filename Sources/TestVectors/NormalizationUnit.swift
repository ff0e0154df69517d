import Conformance
import ExactArithmetic
import Machine
import Random

/// `intaglio_normalization_lane`: the exact unit.
struct NormalizationUnit: VectorUnit {
    struct Stimulus: Sendable {
        var norm = 1
        var value: Int
        var mantissa = 1
        var shift = 0
        var form: Int
        var result = ResultBits()
    }

    /// V and A of the machine.
    let activationBits: Int
    let accumulatorBits: Int
    let latency: Int

    /// Two products, a stage of digits and the output.
    static let leastLatency = 4

    let name = UnitName.normalization

    var interface: UnitInterface {
        UnitInterface(
            module: "intaglio_normalization_lane", parameters: [("LATENCY", latency)],
            inputs: [
                UnitPort("norm", 40), UnitPort("value", 16, signed: true), UnitPort("mantissa", 24),
                UnitPort("shift", 6), UnitPort("form", 2),
                UnitPort("result_is_32", 1), UnitPort("clip_low", 32, signed: true),
                UnitPort("clip_high", 32, signed: true),
            ],
            outputs: [UnitPort("result", 32, signed: true), UnitPort("saturated", 1)], memories: [], latency: latency)
    }

    /// n fits A bits signed and 40 bits.
    var largestNorm: Int { 1 << min(accumulatorBits - 1, 40) - 1 }
    var valueRange: ClosedRange<Int> { -(1 << (activationBits - 1))...(1 << (activationBits - 1) - 1) }

    func rounded(_ stimulus: Stimulus) -> ExactInteger {
        let (value, norm, scale) = (
            ExactInteger(stimulus.value), ExactInteger(stimulus.norm), ExactInteger(stimulus.mantissa)
        )
        switch stimulus.form {
        case 0: return ExactNormalization.gdn(value, norm: norm, scale: scale, shift: stimulus.shift)
        case 1: return ExactNormalization.igdn(value, norm: norm, scale: scale, shift: stimulus.shift)
        case 2: return ExactNormalization.gdn1(value, norm: norm, scale: scale, shift: stimulus.shift)
        default: return ExactNormalization.igdn1(value, norm: norm, scale: scale, shift: stimulus.shift)
        }
    }

    func inputs(_ stimulus: Stimulus) -> [Int64] {
        [
            stimulus.norm, stimulus.value, stimulus.mantissa, stimulus.shift, stimulus.form,
            stimulus.result.isWide ? 1 : 0, stimulus.result.clipLow,
            stimulus.result.clipHigh,
        ].map { Int64($0) }
    }

    func outputs(_ stimulus: Stimulus) -> [Int64] {
        let stored = stimulus.result.store(rounded(stimulus))
        return [stored.result, stored.saturated]
    }

    func random(using generator: inout SeededGenerator) -> Stimulus {
        var stimulus = Stimulus(
            norm: min(max(1, Int(generator.unsigned(bits: 40))), largestNorm),
            value: Int(generator.signed(bits: activationBits)),
            mantissa: max(1, Int(generator.unsigned(bits: 24))),
            shift: generator.integer(0...(generator.once(in: 3) ? 62 : 24)),
            form: generator.integer(0...3))
        stimulus.result.isWide = generator.once(in: 2)
        if generator.once(in: 3) {
            let limits = [Int(generator.signed(bits: 32)), Int(generator.signed(bits: 32))]
            stimulus.result.clipLow = limits.min()!
            stimulus.result.clipHigh = limits.max()!
        }
        return stimulus
    }
}
