import Calibration
import NetworkFiles
import Networks
import Quantization
import Tensors
import Testing

@Suite struct WeightQuantizerTests {
    @Test(
        "Without clipping and compensation every weight becomes the nearest entry of its group's scale",
        arguments: ["linear", "power 3/2", "power 2/1", "logarithmic 4"], [WeightGrouping.layer, .outputChannel])
    func nearest(_ law: String, _ grouping: WeightGrouping) throws {
        let float = try BundledNetworks.network(named: "lapped8").float!
        var options = QuantizationOptions.plain
        options.weights.law = try Law(law, at: "test")
        options.weights.grouping = grouping
        let picture = Tensor<UInt8>(
            shape: TensorShape(height: 16, width: 16, channels: 3), elements: (0..<768).map { UInt8($0 % 251) })
        let quantized = try Quantizer(float, options: options).quantize([picture])
        for name in ["analysis0", "analysis1", "synthesis1"] {
            guard case .accumulation(let weights, let bias)? = float.parameters[name],
                case .accumulation(let accumulation)? = quantized.parameters[name],
                case .accumulation(let found, _)? = Dequantization.parameters(of: name, in: quantized, float: float)
            else {
                Issue.record("\(name) has no weights")
                continue
            }
            let entries = accumulation.weightDecoder.entries.map { Double($0) }
            let inner = weights.count / bias.count
            func largest(_ weights: some Sequence<Float>) -> Double { weights.reduce(0) { max($0, Double(abs($1))) } }
            for index in stride(from: 0, to: weights.count, by: 7) {
                let row = index / inner * inner
                let magnitude = grouping == .layer ? largest(weights) : largest(weights[row..<row + inner])
                let scaled = Double(weights[index]) / magnitude * entries[255]
                let distance = entries.map { abs($0 - scaled) }.min()!
                let chosen = entries[Int(accumulation.weightCodes[index])]
                #expect(abs(abs(chosen - scaled) - distance) < 1e-6, "\(name) \(index): \(scaled) became \(chosen)")
                #expect(abs(Double(found[index]) - chosen * magnitude / entries[255]) <= 1e-6 * magnitude)
            }
        }
    }
}
