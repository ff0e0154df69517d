import Calibration
import Diagnostics
import FloatModel
import Foundation
import Graph
import Images
import NetworkFiles
import Networks
import Quantization
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
        // Of latents, which are no answer, the largest says nothing.
        var codec = float
        codec.graph.latents = ["top"]
        #expect(try fidelity(codec, pictures).1[0].largest == nil)
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

    @Test("Tensors of real values: every one within half a step of its code, 0 exact, and the network runs on them")
    func tensors() throws {
        var sketch = FloatSketch(seed: 12)
        sketch.convolve("image", to: "a", channels: 5, kernel: 3)
        sketch.convolve("a", to: "out", channels: 3)
        let scale = InputScale(holding: -3.5...7.25)
        #expect(scale.real(scale.code(of: 0)) == 0 && scale.code(of: -3.5) == 0 && scale.code(of: 7.25) == 255)
        for number in 0...100 {
            let value = -3.5 + Double(number) * 0.1075
            #expect(abs(Double(scale.real(scale.code(of: value))) - value) <= 0.5001 * scale.step)
        }
        #expect(InputScale(holding: 1...2).offset == 0 && InputScale(holding: -2 ... -1).offset == -255)
        #expect(InputScale(holding: 0...0) == .picture)
        let tensors = CalibrationPictures(tensors: [QuantizedCheck.picture.tensor], scale: scale)
        let network = try Quantizer(
            sketch.network, options: QuantizationOptions().limited(to: QuantizedCheck.machine)
        ).quantize(tensors)
        // The last layer has as many channels as the input and is no picture: its range is its own.
        guard case .codes(let input)? = network.formats["image"], case .codes(let output)? = network.formats["out"]
        else {
            Issue.record("no codes")
            return
        }
        #expect(input.step == scale.step && Set(input.offsets) == [scale.offset] && output.step != input.step)
        try QuantizedCheck.requireAgreement(network)
        let float = try FloatModel(sketch.network).run(
            Tensor(shape: QuantizedCheck.picture.tensor.shape, elements: tensors.pictures[0].elements.map(scale.real)),
            keeping: ["out"])["out"]!
        let integers = IntegerEmulation(network).run(tensors.pictures[0], keeping: ["out"])["out"]!
        var (signal, noise) = (0.0, 0.0)
        for (index, value) in float.elements.enumerated() {
            signal += Double(value) * Double(value)
            noise += pow(integers.elements[index] * output.step - Double(value), 2)
        }
        #expect(10 * log10(signal / noise) > 25)
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
