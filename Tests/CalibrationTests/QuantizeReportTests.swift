import Calibration
import Diagnostics
import FloatModel
import Foundation
import Graph
import Images
import NetworkFiles
import Networks
import Tensors
import Testing

/// What `quantize` says of its layers, and the layer that it puts in front for `--input-mean` and `--input-scale`.
@Suite struct QuantizeReportTests {
    private func fidelity(
        _ float: FloatNetwork, _ pictures: [Tensor<UInt8>]
    ) throws -> (QuantizedNetwork, [TensorFidelity]) {
        var layers: [TensorFidelity] = []
        let network = try Quantizer(float, options: QuantizationOptions().limited(to: QuantizedCheck.machine)).quantize(
            CalibrationPictures(photographs: pictures), measured: { layers.append($0) })
        return (network, layers)
    }

    @Test("Signal to noise of each layer, as the integers of the file have it on the same picture")
    func signalToNoise() throws {
        var sketch = FloatSketch(seed: 5)
        sketch.convolve("image", to: "a", channels: 6, kernel: 3)
        sketch.convolve("a", to: "out", channels: 4)
        let picture = QuantizedCheck.picture.tensor
        let (network, layers) = try fidelity(sketch.network, [picture])
        #expect(layers.map(\.layer) == ["a", "out"] && layers.map(\.operator) == ["convolution", "convolution"])
        let exact = try FloatModel(sketch.network).run(
            Tensor(shape: picture.shape, elements: picture.elements.map { Float($0) / 255 }), keeping: ["a", "out"])
        let integers = IntegerEmulation(network).run(picture, keeping: ["a", "out"])
        for layer in layers {
            let step = network.formats[layer.layer]!.step
            var (signal, noise) = (0.0, 0.0)
            for (value, integer) in zip(exact[layer.layer]!.elements, integers[layer.layer]!.elements) {
                signal += Double(value) * Double(value)
                noise += pow(Double(value) - integer * step, 2)
            }
            #expect(abs(try #require(layer.signalToNoise) - 10 * log10(signal / noise)) < 1e-6)
            #expect(layer.largest == nil)
        }
    }

    @Test("Of an output of one pixel, in how many pictures the largest element is the same")
    func largest() throws {
        let shape = TensorShape(height: 2, width: 2, channels: 3)
        // Each picture has its largest sum in another channel; the matrix adds the samples of a channel.
        let pictures = (0..<3).map { channel in
            Tensor(shape: shape, elements: (0..<12).map { UInt8($0 % 3 == channel ? 200 : 40) })
        }
        var float = FloatNetwork(
            graph: Graph(
                name: "classifier", inputs: [GraphInput(name: "image", channels: 3)],
                layers: [Layer(name: "top", operator: .fullyConnected(outputChannels: 3), inputs: ["image"])],
                outputs: ["top"]),
            parameters: [
                "top": .accumulation(
                    weights: (0..<3).flatMap { k in (0..<12).map { $0 % 3 == k ? 0.25 : 0 } }, bias: [0, 0, 0])
            ])
        let (_, layers) = try fidelity(float, pictures)
        #expect(layers[0].largest?.equal == 3 && layers[0].largest?.pictures == 3)
        // A network whose outputs are equal has the first as its largest, in integers too.
        float.parameters["top"] = .accumulation(weights: Array(repeating: 0.1, count: 36), bias: [1, 1, 1])
        #expect(try fidelity(float, pictures).1[0].largest?.equal == 3)
    }

    @Test("The normalized network computes (sample / 255 - mean) / scale, padding included")
    func normalization() throws {
        var sketch = FloatSketch(seed: 9)
        sketch.convolve("image", to: "a", channels: 4, kernel: 3)
        sketch.add(.concatenation, ["a", "image"], to: "out")
        let normalization = InputNormalization(mean: [0.5, 0.4, 0.3], scale: [0.25, 0.2, 0.5])
        let network = try sketch.network.normalizing(normalization)
        #expect(network.graph.layers.map(\.name) == ["image.normalized", "a", "out"])
        #expect(network.graph.layers[2].inputs == ["a", "image.normalized"])
        try network.validate()
        let samples = QuantizedCheck.picture.tensor
        let real = samples.elements.map { Float($0) / 255 }
        let normalized = real.enumerated().map { index, value in
            (value - [0.5, 0.4, 0.3][index % 3]) / [0.25, 0.2, 0.5][index % 3]
        }
        let expected = try FloatModel(sketch.network).run(
            Tensor(shape: samples.shape, elements: normalized), keeping: ["out"])["out"]!
        let found = try FloatModel(network).run(Tensor(shape: samples.shape, elements: real), keeping: ["out"])["out"]!
        for (a, b) in zip(expected.elements, found.elements) { #expect(abs(a - b) < 1e-4) }
        try QuantizedCheck.requireAgreement(QuantizedCheck.quantized(network, QuantizationOptions()))
    }

    @Test(
        "Numbers that do not fit are refused",
        arguments: [
            InputNormalization(mean: [0, 0]), InputNormalization(mean: [.nan]), InputNormalization(scale: [0]),
            InputNormalization(scale: [1, 1, -1]), InputNormalization(scale: [1, 1, 1, 1]),
        ])
    func refused(_ normalization: InputNormalization) {
        var sketch = FloatSketch(seed: 1)
        sketch.convolve("image", to: "out", channels: 3)
        let network = sketch.network
        #expect { _ = try network.normalizing(normalization) } throws: {
            ($0 as? Diagnostic)?.code == .networkValueOutOfRange
        }
    }
}
