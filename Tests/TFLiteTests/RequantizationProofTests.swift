import FixedPoint
import Random
import TFLiteImport
import Testing

@Suite struct RequantizationProofTests {
    private func quarter(_ results: ClosedRange<Int64> = -128...127) -> RequantizationProof {
        RequantizationProof(
            .doubleRounding(QuantizedMultiplier(mantissa: 1 << 30, exponent: -1)), accumulators: -3...3,
            results: results)
    }

    @Test("Of the ten rules, those that the table of docs/arithmetic.md has equal for 1/4 are proved")
    func quarters() {
        let multiplier = QuantizedMultiplier(mantissa: 1 << 30, exponent: -1)
        let proved = RoundingRule.allCases.filter { quarter().holds(multiplier, $0) }
        #expect(proved == [.gemmlowpDouble, .tosaDouble])
        // A clamp to 0 and above hides what rules do with negative sums.
        let clamped = RoundingRule.allCases.filter { quarter(0...127).holds(multiplier, $0) }
        #expect(clamped == [.gemmlowpDouble, .halfUpDouble, .tosaDouble, .ceiling])
    }

    @Test("What is proved is equal for every accumulator, what is not is different for one", arguments: 0..<8)
    func exhaustive(seed: Int) {
        var random = SeededGenerator(seed: seed)
        var (held, failed) = (0, 0)
        for _ in 0..<300 {
            let exponent = random.integer(-9...1)
            let mantissa = random.integer(1 << 30...(1 << 31 - 1))
            let multiplier = QuantizedMultiplier(mantissa: UInt32(mantissa), exponent: exponent)
            let runtime: RuntimeRequantization =
                switch random.integer(0...2) {
                case 0: .doubleRounding(multiplier)
                case 1:
                    .float64(
                        Double(mantissa) / 0x1p31 * Double(sign: .plus, exponent: exponent, significand: 1)
                            + random.element(of: [0, 1e-12, 1e-6, 1e-4]))
                default: .average(count: random.integer(1...12), zeroPoint: random.integer(-128...127))
                }
            let low = Int64(random.integer(-3000...0))
            let accumulators = low...low + Int64(random.integer(0...4000))
            let bottom = Int64(random.integer(-200...20))
            let results = bottom...bottom + Int64(random.integer(0...255))
            let proof = RequantizationProof(runtime, accumulators: accumulators, results: results)
            var candidate = multiplier
            if case .average(let count, _) = runtime { candidate = QuantizedMultiplier(real: 1 / Double(count))! }
            let rule: RoundingRule = random.element(of: [.gemmlowpDouble, .single, .halfAway, .halfEven, .floor])
            let isEqual = accumulators.allSatisfy { accumulator in
                func clamped(_ result: Int64) -> Int64 { min(max(result, results.lowerBound), results.upperBound) }
                return clamped(runtime.value(of: accumulator))
                    == clamped(requantize(accumulator, by: candidate, rounding: rule))
            }
            #expect(proof.holds(candidate, rule) == isEqual, "seed \(seed): \(runtime), \(rule), \(accumulators)")
            if isEqual { held += 1 } else { failed += 1 }
        }
        #expect(held > 30 && failed > 30)
    }

    @Test("The mean of elements is rounded half away from zero, zero points included")
    func average() {
        // Elements 1 and 2, zero point 0: 1.5 is 2. Elements -1 and -2: -2. With a zero point of -128 elements -127 and
        // -126 are 1 and 2 above it: -126.5 is -127, 1 above it.
        #expect(RuntimeRequantization.average(count: 2, zeroPoint: 0).value(of: 3) == 2)
        #expect(RuntimeRequantization.average(count: 2, zeroPoint: 0).value(of: -3) == -2)
        #expect(RuntimeRequantization.average(count: 2, zeroPoint: -128).value(of: 3) == 1)
    }

    @Test("Double rounding is that of docs/arithmetic.md: ties up, then away from zero")
    func doubleRounding() {
        let half = RuntimeRequantization.doubleRounding(QuantizedMultiplier(mantissa: 1 << 30, exponent: 0))
        #expect([-3, -1, 1, 3].map { half.value(of: $0) } == [-1, 0, 1, 2])
        let quarter = RuntimeRequantization.doubleRounding(QuantizedMultiplier(mantissa: 1 << 30, exponent: -1))
        #expect([-3, -2, -1, 1, 2, 3].map { quarter.value(of: $0) } == [-1, -1, 0, 1, 1, 1])
    }

    @Test("Factors become mantissas of 31 bits as the runtimes make them")
    func multipliers() {
        #expect(QuantizedMultiplier(real: 0.75) == QuantizedMultiplier(mantissa: 3 << 29, exponent: 0))
        #expect(QuantizedMultiplier(real: 1) == .one)
        // Rounds up to the next power of two.
        #expect(QuantizedMultiplier(real: 1 - 0x1p-40) == .one)
        #expect(QuantizedMultiplier(real: 0) == .zero)
        #expect(QuantizedMultiplier(real: 0x1p-33) == .zero)
        #expect(QuantizedMultiplier(real: 0x1p-32) == QuantizedMultiplier(mantissa: 1 << 30, exponent: -31))
        #expect(QuantizedMultiplier(real: 0x1p30) == nil && QuantizedMultiplier(real: .nan) == nil)
    }
}
