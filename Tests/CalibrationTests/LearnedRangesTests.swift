import Calibration
import Diagnostics
import Graph
import NetworkFiles
import Networks
import Quantization
import Tensors
import Testing

/// Ranges that a fine-tuned network brings along take the place of every search.
@Suite struct LearnedRangesTests {
    private let float = try! BundledNetworks.network(named: "lapped8").float!
    private let picture = Tensor<UInt8>(
        shape: TensorShape(height: 32, width: 32, channels: 3), elements: (0..<3072).map { UInt8($0 * 7 % 251) })

    private func fineTuned(clips: [String: [Float]] = [:], activations: [String: [Float]] = [:]) -> FloatNetwork {
        var network = float
        network.ranges = LearnedRanges(clips: clips, activations: activations)
        return network
    }

    private func code(
        _ network: FloatNetwork, _ options: QuantizationOptions = QuantizationOptions()
    ) -> DiagnosticCode? {
        do {
            _ = try Quantizer(network, options: options).quantize([picture])
            return nil
        } catch { return error.code }
    }

    @Test(
        "Weights with clips become the nearest entries of clip x largest magnitude, uncompensated, and biases stay",
        arguments: ["linear", "power 2/1"])
    func clips(_ law: String) throws {
        let clips = (0..<48).map { 0.4 + Float($0) / 64 }
        var options = QuantizationOptions()
        options.weights.law = try Law(law, at: "test")
        var network = fineTuned(clips: ["analysis0": clips])
        guard case .accumulation(let weights, _)? = float.parameters["analysis0"] else { return }
        let bias = (0..<48).map { Float($0) / 100 - 0.2 }
        network.parameters["analysis0"] = .accumulation(weights: weights, bias: bias)
        let quantized = try Quantizer(network, options: options).quantize([picture])
        guard case .accumulation(let found)? = quantized.parameters["analysis0"] else {
            Issue.record("analysis0 has no codes")
            return
        }
        let entries = found.weightDecoder.entries.map { Double($0) }
        for k in 0..<48 {
            let row = weights[k * 192..<(k + 1) * 192]
            let scale = Double(row.map(abs).max()!) * Double(clips[k]) / entries[255]
            for (index, weight) in row.enumerated() {
                let quotient = Double(weight) / scale
                let nearest = entries.map { abs($0 - quotient) }.min()!
                #expect(
                    abs(abs(entries[Int(found.weightCodes[k * 192 + index])] - quotient) - nearest) < 1e-9,
                    "channel \(k), weight \(index)")
            }
            #expect(abs(Double(found.bias[k]) - Double(bias[k]) * 255 / scale) <= 0.5000001, "bias \(k)")
        }
        // Corrected on demand: biases move, codes do not.
        options.corrections.trainedBias = true
        guard
            case .accumulation(let corrected)? = try Quantizer(network, options: options).quantize([picture])
                .parameters["analysis0"]
        else { return }
        #expect(corrected.bias != found.bias && corrected.weightCodes == found.weightCodes)
        options.corrections.trainedBias = false
        // The next layer brings no clips: its biases are corrected as before.
        #expect(quantized != (try Quantizer(float, options: options).quantize([picture])))
    }

    @Test("A normalization's clips decide the scale of gamma: a smaller clip saturates the largest gammas")
    func normalization() throws {
        let narrow = try Quantizer(fineTuned(clips: ["gdn0": Array(repeating: 0.5, count: 48)])).quantize([picture])
        let wide = try Quantizer(fineTuned(clips: ["gdn0": Array(repeating: 1, count: 48)])).quantize([picture])
        guard case .normalization(let half)? = narrow.parameters["gdn0"],
            case .normalization(let whole)? = wide.parameters["gdn0"]
        else {
            Issue.record("gdn0 has no codes")
            return
        }
        let entries = whole.gammaDecoder.entries.map { Double($0) }
        for i in 0..<48 {
            let (found, expected) = (
                half.gammaCodes[i * 48..<i * 48 + 48].map { entries[Int($0)] },
                whole.gammaCodes[i * 48..<i * 48 + 48].map { entries[Int($0)] }
            )
            guard expected.max()! == entries[255] else { continue }  // the row's scale was limited from below
            for (a, b) in zip(found, expected) where b < entries[255] * 0.45 {
                #expect(abs(a - 2 * b) <= 0.03 * entries[255], "row \(i)")
            }
            #expect(found.max()! == entries[255])
        }
    }

    @Test("Activation ranges decide the step and the selects")
    func activations() throws {
        let ranges = (0..<48).map { Float(3) / Float(1 << ($0 % 4)) * ($0 % 4 == 0 ? 1 : 1.1) }
        let quantized = try Quantizer(fineTuned(activations: ["analysis0": ranges])).quantize([picture])
        guard case .codes(let set)? = quantized.formats["analysis0"] else {
            Issue.record("analysis0 has no codes")
            return
        }
        #expect(set.selects == (0..<48).map { UInt8($0 % 4) })
        let isUnsigned = set.codebooks[0].entries[0] == 0
        // The largest entry of the first codebook: 2^(V-1) - 2 with V = 15.
        #expect(set.codebooks[0].entries.last == 16_382 && !isUnsigned)
        #expect(set.step == Double(3) / 16_382)
        var one = QuantizationOptions()
        one.activations.codebooks = 1
        guard
            case .codes(let single)? = try Quantizer(fineTuned(activations: ["analysis0": ranges]), options: one)
                .quantize([picture]).formats["analysis0"]
        else { return }
        #expect(single.selects.allSatisfy { $0 == 0 } && single.step == set.step)
    }

    @Test("Ignored, learned ranges change nothing")
    func ignored() throws {
        let network = fineTuned(
            clips: ["analysis0": Array(repeating: 0.3, count: 48)],
            activations: ["gdn0": Array(repeating: 9, count: 48)])
        var options = QuantizationOptions()
        options.takesLearnedRanges = false
        #expect(
            try Quantizer(network, options: options).quantize([picture])
                == Quantizer(float, options: options).quantize([picture]))
        #expect(
            try Quantizer(network, options: .plain).quantize([picture])
                == Quantizer(float, options: .plain).quantize([picture]))
    }

    @Test("Ranges of the wrong layer, number or value are refused")
    func refusals() {
        let ones = Array(repeating: Float(1), count: 48)
        #expect(code(fineTuned(clips: ["analysis0": Array(ones.dropLast())])) == .networkTensorMismatch)
        #expect(code(fineTuned(clips: ["nothing": ones])) == .networkTensorMismatch)
        #expect(code(fineTuned(activations: ["image": ones])) == .networkTensorMismatch)
        #expect(code(fineTuned(activations: ["analysis0": ones + ones])) == .networkTensorMismatch)
        for value: Float in [0, -1, .infinity, .nan] {
            var clips = ones
            clips[7] = value
            #expect(code(fineTuned(clips: ["analysis0": clips])) == .networkValueOutOfRange)
            #expect(code(fineTuned(activations: ["gdn0": clips])) == .networkValueOutOfRange)
        }
        // Latents and the output picture have formats of their own.
        #expect(code(fineTuned(activations: ["analysis1": Array(repeating: 1, count: 128)])) == .networkValueOutOfRange)
        #expect(code(fineTuned(activations: ["synthesis1": [1, 1, 1]])) == .networkValueOutOfRange)
        var options = QuantizationOptions()
        options.weights.grouping = .layer
        #expect(code(fineTuned(clips: ["analysis0": ones]), options) == .groupingNotExecutable)
        #expect(code(fineTuned(activations: ["analysis0": ones]), options) == nil)
    }
}
