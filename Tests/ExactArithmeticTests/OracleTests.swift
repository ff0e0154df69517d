import ExactArithmetic
import FixedPoint
import Random
import Testing

@Suite("FixedPoint against the oracle, on wide random cases")
struct OracleTests {
    /// A multiplier and an accumulator of up to 40 bits: half of the exponents anywhere, half where the quotient is of
    /// order one, with round mantissas often, so that ties are met.
    static func randomCase(
        using generator: inout SeededGenerator
    ) -> (accumulator: Int64, multiplier: QuantizedMultiplier) {
        let bits = Int64.random(in: 1...40, using: &generator)
        var accumulator = Int64.random(in: -(1 << (bits - 1))...(1 << (bits - 1) - 1), using: &generator)
        if Bool.random(using: &generator) {
            let zeros = Int64.random(in: 0..<bits, using: &generator)
            accumulator = (accumulator >> zeros) << zeros
        }
        var mantissa = UInt32.random(in: 1 << 30..<1 << 31, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: mantissa = (mantissa >> 7) << 7
        case 1: mantissa = (mantissa >> 28) << 28
        case 2: mantissa = mantissa >> Int.random(in: 0...31, using: &generator)
        default: break
        }
        let exponent =
            Bool.random(using: &generator)
            ? Int.random(in: QuantizedMultiplier.exponents, using: &generator)
            : max(-62, min(30, Int.random(in: -6...8, using: &generator) - Int(bits)))
        return (accumulator, QuantizedMultiplier(mantissa: mantissa, exponent: exponent))
    }

    @Test(arguments: RoundingRule.allCases)
    func agreesOnAHundredThousandCases(rule: RoundingRule) {
        let seed: UInt64 = 2111_09348
        var generator = SeededGenerator(seed: seed)
        var compared = 0
        while compared < 100_000 {
            let (accumulator, multiplier) = Self.randomCase(using: &generator)
            let wide = ExactInteger(accumulator)
            let fits = (wide << max(multiplier.exponent, 0)).signedWidth <= 32
            let refusal = RequantizationRefusal.reason(
                rule: rule, multiplier: multiplier, accumulators: accumulator...accumulator)
            if (refusal != nil) != (rule == .gemmlowpDouble && !fits) {
                Issue.record(
                    "seed \(seed): \(rule), \(accumulator) by \(multiplier): refusal \(String(describing: refusal))")
                return
            }
            if refusal != nil { continue }
            compared += 1
            let exact = ExactRequantize.rounded(wide, by: multiplier, rule: rule)
            let expected = min(max(exact, ExactInteger(Int64.min)), ExactInteger(Int64.max))
            let found = requantize(accumulator, by: multiplier, rounding: rule)
            if ExactInteger(found) != expected {
                Issue.record(
                    """
                    seed \(seed), case \(compared), \(rule): \(accumulator) by \(multiplier): \(found), oracle \
                    \(expected)
                    """
                )
                return
            }
        }
    }

    /// No two rules are the same rule: an input that tells them apart is found for each pair, and both paths tell them
    /// apart alike.
    ///
    /// One pair is apart: `tosaDouble` gives what `gemmlowpDouble` gives wherever the latter is defined
    /// (`docs/arithmetic-proofs.md` has the proof), and is defined where it is not.
    @Test func everyPairDiffers() {
        let rules = RoundingRule.allCases
        for (index, first) in rules.enumerated() {
            for second in rules[(index + 1)...] where (first, second) != (.gemmlowpDouble, .tosaDouble) {
                guard let found = Self.inputWhereDifferent(first, second) else {
                    Issue.record("no input tells \(first) from \(second)")
                    continue
                }
                let (accumulator, multiplier) = found
                let values = [first, second].map { requantize(accumulator, by: multiplier, rounding: $0) }
                #expect(values[0] != values[1])
                let exact = ExactRequantize.quotient(ExactInteger(accumulator), by: multiplier)
                print(
                    """
                    \(first) \(values[0]), \(second) \(values[1]): \(accumulator) x \(multiplier.mantissa) \
                    2^\(multiplier.exponent - 31) = \(exact.decimal(digits: 6))
                    """
                )
            }
        }
    }

    /// The pair that `everyPairDiffers` leaves out: equal on every case that both rules define, and one defines more.
    @Test func tosaExtendsGemmlowp() {
        var generator = SeededGenerator(seed: 31)
        var compared = 0
        var refused = 0
        for _ in 0..<1_000_000 {
            let (accumulator, multiplier) = Self.randomCase(using: &generator)
            let range = accumulator...accumulator
            guard
                RequantizationRefusal.reason(rule: .gemmlowpDouble, multiplier: multiplier, accumulators: range) == nil
            else {
                refused += 1
                continue
            }
            compared += 1
            let gemmlowp = requantize(accumulator, by: multiplier, rounding: .gemmlowpDouble)
            let tosa = requantize(accumulator, by: multiplier, rounding: .tosaDouble)
            if gemmlowp != tosa {
                Issue.record("seed 31: \(accumulator) by \(multiplier): gemmlowpDouble \(gemmlowp), tosaDouble \(tosa)")
                return
            }
        }
        let wide: ClosedRange<Int64> = 0...(1 << 32)
        #expect(RequantizationRefusal.reason(rule: .gemmlowpDouble, multiplier: .one, accumulators: wide) != nil)
        #expect(RequantizationRefusal.reason(rule: .tosaDouble, multiplier: .one, accumulators: wide) == nil)
        #expect(compared > 500_000 && refused > 1000, "\(compared) compared, \(refused) refused")
    }

    /// Small accumulators with round multipliers first, random ones after.
    static func inputWhereDifferent(_ first: RoundingRule, _ second: RoundingRule) -> (Int64, QuantizedMultiplier)? {
        func differs(_ accumulator: Int64, _ multiplier: QuantizedMultiplier) -> Bool {
            let isDefined = [first, second].allSatisfy {
                RequantizationRefusal.reason(rule: $0, multiplier: multiplier, accumulators: accumulator...accumulator)
                    == nil
            }
            guard isDefined else { return false }
            let wide = ExactInteger(accumulator)
            return ExactRequantize.rounded(wide, by: multiplier, rule: first)
                != ExactRequantize.rounded(wide, by: multiplier, rule: second)
        }
        for exponent in [0, -1, -2, -3] {
            for accumulator in -12...12 as ClosedRange<Int64> {
                let multiplier = QuantizedMultiplier(mantissa: 1 << 30, exponent: exponent)
                if differs(accumulator, multiplier) { return (accumulator, multiplier) }
            }
        }
        var generator = SeededGenerator(seed: 45)
        for _ in 0..<200_000 {
            let (accumulator, multiplier) = randomCase(using: &generator)
            if differs(accumulator, multiplier) { return (accumulator, multiplier) }
        }
        return nil
    }
}
