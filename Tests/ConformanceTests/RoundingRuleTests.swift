import ExactArithmetic
import FixedPoint
import Graph
import MachineDescription
import Networks
import Quantization
import ReferenceModel
import Simulation
import Tensors
import Testing

/// One requantize layer under each of the ten rules: outputs judged by exact arithmetic, and different for every pair
/// of rules that can differ.
@Suite struct RoundingRuleTests {
    private static let values =
        Array(stride(from: -32_768, through: 32_767, by: 37)).map { Int32($0) } + (-300...300).map { Int32($0) }
    private static let multipliers = [
        QuantizedMultiplier(mantissa: 1 << 30, exponent: 0), QuantizedMultiplier(mantissa: 1 << 30, exponent: -2),
        QuantizedMultiplier(mantissa: 3 << 29, exponent: -1), QuantizedMultiplier(mantissa: 0x5555_5555, exponent: -4),
        QuantizedMultiplier(mantissa: 0x7FFF_FFFF, exponent: 0),
        QuantizedMultiplier(mantissa: 0x4000_0001, exponent: -6),
        QuantizedMultiplier(mantissa: 0x6A09_E667, exponent: -9),
    ]

    private static func network(_ rule: RoundingRule) -> QuantizedNetwork {
        let post = PostProcessing(multipliers: multipliers, rounding: rule)
        return QuantizedNetwork(
            graph: Graph(
                name: "rounding", inputs: [GraphInput(name: "input", channels: multipliers.count)],
                layers: [Layer(name: "layer", operator: .requantize, inputs: ["input"])], outputs: ["layer"]),
            formats: ["input": .integers16(step: 1), "layer": .integers16(step: 1)],
            parameters: ["layer": .requantization(post)],
            widths: DatapathWidths(activationBits: 16, weightBits: 12, accumulatorBits: 36))
    }

    private static var input: Tensor<Int32> {
        let elements = values.flatMap { value in Array(repeating: value, count: multipliers.count) }
        return Tensor(
            shape: TensorShape(height: 1, width: values.count, channels: multipliers.count), elements: elements)
    }

    private static func outputs() throws -> [RoundingRule: Tensor<Int32>] {
        var outputs: [RoundingRule: Tensor<Int32>] = [:]
        for rule in RoundingRule.allCases {
            outputs[rule] = try ReferenceModel(network(rule)).run(inputs: ["input": input]).tensors["layer"]
        }
        return outputs
    }

    @Test("Reference and machine give what exact arithmetic gives", arguments: RoundingRule.allCases)
    func exactArithmeticAgrees(rule: RoundingRule) throws {
        let network = Self.network(rule)
        let input = Self.input
        let reference = try #require(try ReferenceModel(network).run(inputs: ["input": input]).tensors["layer"])
        let plan = try SimulationPlan(network: network, machine: .load("mid"), width: input.shape.width, height: 1)
        let machine = try SimulationRun(plan, of: ProvenNetwork(network), inputs: ["input": input]).storedOutput(
            "layer")
        #expect(machine == reference)
        for index in input.elements.indices {
            let multiplier = Self.multipliers[index % Self.multipliers.count]
            let exact = ExactRequantize.rounded(ExactInteger(input.elements[index]), by: multiplier, rule: rule)
            let expected = min(max(Int64(exactly: exact)!, -32_768), 32_767)
            #expect(Int64(reference.elements[index]) == expected, "\(input.elements[index]) by \(multiplier)")
        }
    }

    @Test("Every pair of rules differs somewhere, but for the pair that is equal by proof")
    func pairsDiffer() throws {
        let outputs = try Self.outputs()
        let rules = RoundingRule.allCases
        for (number, first) in rules.enumerated() {
            for second in rules[(number + 1)...] {
                // tosaDouble equals gemmlowpDouble wherever the latter is defined: docs/arithmetic.md.
                let areEqualByProof = Set([first, second]) == [.gemmlowpDouble, .tosaDouble]
                #expect(
                    (outputs[first] == outputs[second]) == areEqualByProof, "\(first.rawValue) and \(second.rawValue)")
            }
        }
    }
}
