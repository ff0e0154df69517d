import Calibration
import Graph
import Networks
import Testing

/// Networks without weights: their accumulators hold what `requantize` decodes, as far from the middle as a picture's
/// samples or its offsets take it.
@Suite struct WeightlessQuantizationTests {
    private static let functions: [ActivationFunction] = [
        .relu, .leakyRelu(slope: 0.25), .leakyRelu(slope: -0.5), .clip(low: 0.25, high: 0.75),
        .clip(low: 0.5, high: .infinity), .none,
    ]

    @Test(
        "Their sums fit the accumulator that quantize writes, and not one that is a bit narrower", arguments: functions)
    func widths(function: ActivationFunction) throws {
        let margin = Pad(padding: Padding(all: 1))
        let pooling = Pooling(kernelHeight: 2, kernelWidth: 2)
        let before: [[(Operator, [String])]] = [
            [], [(.maxPooling(pooling), ["image"])], [(.pad(margin), ["image"])],
            [(.concatenation, ["image", "image"]), (.maxPooling(pooling), ["before0"])],
            [(.add, ["image", "image"])], [(.multiply, ["image", "image"])],
        ]
        for operators in before {
            var sketch = FloatSketch(seed: 1)
            for (index, (layerOperator, inputs)) in operators.enumerated() {
                sketch.add(layerOperator, inputs, to: "before\(index)")
            }
            sketch.add(
                .requantize, [operators.isEmpty ? "image" : "before\(operators.count - 1)"], to: "function", function)
            sketch.add(.requantize, ["function"], to: "again", .relu)
            for options in [QuantizationOptions(), .plain] {
                var network = try QuantizedCheck.quantized(sketch.network, options)
                try QuantizedCheck.requireAgreement(network)
                // Samples 0...255 have 9 bits signed.
                if operators.isEmpty { #expect(network.widths.accumulatorBits >= 9) }
                network.widths.accumulatorBits -= 1
                if network.widths.accumulatorBits >= 8 {
                    #expect(throws: (any Error).self) { _ = try ProvenNetwork(network) }
                }
            }
        }
    }
}
