import FixedPoint
import Networks
import ReferenceModel
import Tensors
import Testing

/// Each rule on ties and near-ties computed by hand. The multiplier's mantissa is 2^30, so that the factor is 2^(s-1).
@Suite("Rounding rules")
struct RoundingRuleTests {
    @Test("Factor 1/2: one rounding")
    func halves() throws {
        //         quotients        0.5  1.5  -0.5  -1.5  1.0  2.5
        let accumulators: [Int64] = [1, 3, -1, -3, 2, 5]
        let expected: [RoundingRule: [Int32]] = [
            .single: [1, 2, 0, -1, 1, 3],
            .gemmlowpDouble: [1, 2, 0, -1, 1, 3],
            .halfUpDouble: [1, 2, 0, -1, 1, 3],
            .tosaDouble: [1, 2, 0, -1, 1, 3],
            .halfEven: [0, 2, 0, -2, 1, 2],
            .halfAway: [1, 2, -1, -2, 1, 3],
            .floor: [0, 1, -1, -2, 1, 2],
            .ceiling: [1, 2, 0, -1, 1, 3],
            .towardZero: [0, 1, 0, -1, 1, 2],
            .onnxFloat32: [0, 2, 0, -2, 1, 2],
        ]
        try check(accumulators, exponent: 0, expected)
    }

    @Test("Factor 1/4: where two roundings differ from one")
    func quarters() throws {
        //         quotients       0.25 0.5 0.75 1.5 -0.25 -0.5 -0.75 -1.5 1.25 -1.25
        let accumulators: [Int64] = [1, 2, 3, 6, -1, -2, -3, -6, 5, -5]
        // First rounding of the two-step rules, acc/2 half up:          h = 1 1 2 3 0 -1 -1 -3 3 -2
        // gemmlowpDouble then rounds h/2 with ties away from zero, halfUpDouble with ties up.
        // tosaDouble: floor((acc + 2 + 1) / 4) for acc >= 0, floor((acc + 2 - 1) / 4) below.
        let expected: [RoundingRule: [Int32]] = [
            .single: [0, 1, 1, 2, 0, 0, -1, -1, 1, -1],
            .gemmlowpDouble: [1, 1, 1, 2, 0, -1, -1, -2, 2, -1],
            .halfUpDouble: [1, 1, 1, 2, 0, 0, 0, -1, 2, -1],
            .tosaDouble: [1, 1, 1, 2, 0, -1, -1, -2, 2, -1],
            .halfEven: [0, 0, 1, 2, 0, 0, -1, -2, 1, -1],
            .halfAway: [0, 1, 1, 2, 0, -1, -1, -2, 1, -1],
            .floor: [0, 0, 0, 1, -1, -1, -1, -2, 1, -2],
            .ceiling: [1, 1, 1, 2, 0, 0, 0, -1, 2, -1],
            .towardZero: [0, 0, 0, 1, 0, 0, 0, -1, 1, -1],
            .onnxFloat32: [0, 0, 1, 2, 0, 0, -1, -2, 1, -1],
        ]
        try check(accumulators, exponent: -1, expected)
    }

    @Test("Left shifts are exact under every rule", arguments: RoundingRule.allCases)
    func leftShift(rule: RoundingRule) throws {
        // mantissa 3 2^29 is 3/4, exponent 2 makes it 3.
        let multiplier = QuantizedMultiplier(mantissa: 3 << 29, exponent: 2)
        let processing = PostProcessing(multipliers: Array(repeating: multiplier, count: 3), rounding: rule)
        #expect(try postProcess([5, -7, 0], processing).output.elements == [15, -21, 0])
    }

    @Test("onnxFloat32 rounds the accumulator to 24 bits first")
    func accumulatorToFloat() throws {
        // (2^24 + 1) / 2^25 is just above 1/2; 2^24 + 1 rounds to 2^24 (tie to even), which makes 1/2 exactly, and ties
        // go to even.
        let acc: [Int64] = [(1 << 24) + 1, (1 << 24) + 3]
        // 2^24 + 3 lies between 2^24 + 2 and 2^24 + 4, a tie, and 2^24 + 4 has the even mantissa: above 1/2 either way.
        try check(acc, exponent: -24, [.halfEven: [1, 1], .onnxFloat32: [0, 1]])
    }

    @Test("onnxFloat32 rounds the multiplier to 24 bits")
    func multiplierToFloat() throws {
        // (2^30 + 1) / 2^31 is just above 1/2; the mantissa rounds to 2^30.
        let multiplier = QuantizedMultiplier(mantissa: (1 << 30) + 1, exponent: 0)
        for (rule, expected) in [(RoundingRule.halfEven, Int32(1)), (.onnxFloat32, 0)] {
            #expect(
                try postProcess([1], PostProcessing(multipliers: [multiplier], rounding: rule)).output.elements == [
                    expected
                ])
        }
    }

    @Test("onnxFloat32 rounds the product to 24 bits")
    func productToFloat() throws {
        // Both factors have 13 significant bits: 4097 x 4097 2^18 = (2^24 + 2^13 + 1) 2^18 has 25 and rounds to (2^24 +
        // 2^13) 2^18 (tie to even). Divided by 2^(31-s) = 2^(18+14), the exact quotient is 1024 + 1/2 + 2^-14, the
        // rounded one 1024 + 1/2, whose tie goes to 1024.
        let multiplier = QuantizedMultiplier(mantissa: 4097 << 18, exponent: -1)
        for (rule, expected) in [(RoundingRule.halfEven, Int32(1025)), (.onnxFloat32, 1024)] {
            #expect(
                try postProcess([4097], PostProcessing(multipliers: [multiplier], rounding: rule)).output.elements == [
                    expected
                ])
        }
    }

    @Test("The smallest exponent takes everything to zero or to its sign", arguments: RoundingRule.allCases)
    func smallestExponent(rule: RoundingRule) throws {
        let multiplier = QuantizedMultiplier(mantissa: (1 << 31) - 1, exponent: -62)
        let large = Int64(1) << 30
        let result = try postProcess(
            [large, -large], PostProcessing(multipliers: [multiplier, multiplier], rounding: rule))
        switch rule {
        case .floor: #expect(result.output.elements == [0, -1])
        case .ceiling: #expect(result.output.elements == [1, 0])
        default: #expect(result.output.elements == [0, 0])
        }
    }

    private func check(_ accumulators: [Int64], exponent: Int, _ expected: [RoundingRule: [Int32]]) throws {
        let multiplier = QuantizedMultiplier(mantissa: 1 << 30, exponent: exponent)
        for rule in RoundingRule.allCases {
            guard let expected = expected[rule] else { continue }
            let processing = PostProcessing(
                multipliers: Array(repeating: multiplier, count: accumulators.count), rounding: rule)
            #expect(try postProcess(accumulators, processing).output.elements == expected, "\(rule.rawValue)")
        }
    }
}
