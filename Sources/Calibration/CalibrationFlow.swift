package import Diagnostics
import FloatModel
import Graph
package import Kernels
package import Networks
import Quantization
import Tensors

/// The calibration pictures on their way through the network, each in two versions: in float, and as the quantized
/// layers so far produce it.
package struct CalibrationFlow {
    let model: FloatModel
    private(set) var float: [String: [Tensor<Float>]]
    /// Decoded integers on the grid of each tensor's format.
    private(set) var quantized: [String: [Tensor<Double>]]
    let pictures: CalibrationPictures
    /// Pictures take turns with the network's rates.
    let rateCount: Int
    let kernels: KernelLevel

    /// - Throws: what `FloatNetwork.requirePicture` throws.
    init(network: FloatNetwork, pictures: CalibrationPictures, kernels: KernelLevel) throws(Diagnostic) {
        for picture in pictures.pictures {
            try network.requirePicture(
                height: picture.shape.height, width: picture.shape.width, channels: picture.shape.channels)
        }
        model = FloatModel(network, kernels: kernels)
        self.kernels = kernels
        let name = network.graph.inputs[0].name
        let scale = pictures.scale
        float = [
            name: pictures.pictures.map { picture in
                Tensor(shape: picture.shape, elements: picture.elements.map(scale.real))
            }
        ]
        quantized = [
            name: pictures.pictures.map { picture in
                Tensor(shape: picture.shape, elements: picture.elements.map { Double(Int32($0) + scale.offset) })
            }
        ]
        self.pictures = pictures
        rateCount = network.rateGains.values.first?.count ?? 1
    }

    var pictureCount: Int { pictures.pictures.count }

    func rate(of picture: Int) -> Int { picture % rateCount }

    func floatInputs(of layer: Layer, picture: Int) -> [Tensor<Float>] { layer.inputs.map { float[$0]![picture] } }
    func quantizedInputs(of layer: Layer, picture: Int) -> [Tensor<Double>] {
        layer.inputs.map { quantized[$0]![picture] }
    }

    /// - Throws: `floatNotFinite`.
    func floatOutputs(of layer: Layer) throws(Diagnostic) -> [Tensor<Float>] {
        var outputs: [Tensor<Float>] = []
        for picture in 0..<pictureCount {
            outputs.append(
                try model.finite(
                    model.execute(layer, inputs: floatInputs(of: layer, picture: picture), rate: rate(of: picture)),
                    of: layer))
        }
        return outputs
    }

    /// Lets the pictures pass a layer that has just been quantized.
    mutating func advance(
        _ layer: Layer, floatOutputs: [Tensor<Float>], quantized network: QuantizedNetwork, forgetting names: [String]
    ) {
        let emulation = IntegerEmulation(network, encoding: [layer.name], kernels: kernels)
        quantized[layer.name] = (0..<pictureCount).map { picture in
            emulation.encoded(
                emulation.results(
                    of: layer, inputs: quantizedInputs(of: layer, picture: picture), rate: rate(of: picture)),
                as: layer.name)
        }
        float[layer.name] = floatOutputs
        for name in names {
            float[name] = nil
            quantized[name] = nil
        }
    }

    /// The same for the float version alone.
    mutating func advanceFloat(_ layer: Layer, _ outputs: [Tensor<Float>], forgetting names: [String]) {
        float[layer.name] = outputs
        for name in names { float[name] = nil }
    }

    /// Mean square of each channel of a quantized tensor, in grid steps.
    func meanSquares(_ name: String) -> [Double] {
        let tensors = quantized[name]!
        let channels = tensors[0].shape.channels
        var sums = Array(repeating: 0.0, count: channels)
        for tensor in tensors {
            for index in tensor.elements.indices {
                sums[index % channels] += tensor.elements[index] * tensor.elements[index]
            }
        }
        let pixels = Double(tensors.reduce(0) { $0 + $1.elements.count / channels })
        return sums.map { $0 / pixels + 1e-12 }
    }

    /// Mean of each channel over all pictures.
    static func means<Scalar: BinaryFloatingPoint>(_ tensors: [Tensor<Scalar>]) -> [Double] {
        let channels = tensors[0].shape.channels
        var sums = Array(repeating: 0.0, count: channels)
        for tensor in tensors {
            for index in tensor.elements.indices { sums[index % channels] += Double(tensor.elements[index]) }
        }
        let pixels = Double(tensors.reduce(0) { $0 + $1.elements.count / channels })
        return sums.map { $0 / pixels }
    }
}

extension CalibrationFlow {
    /// The float outputs of some layers over all pictures, by layer.
    ///
    /// - Throws: `floatNotFinite`, and what `FloatNetwork.requirePicture` throws.
    package static func samples(
        of names: Set<String>, _ network: FloatNetwork, _ pictures: CalibrationPictures, kernels: KernelLevel = .chosen
    ) throws(Diagnostic) -> [String: TensorSamples] {
        var samples: [String: TensorSamples] = [:]
        var flow = try CalibrationFlow(network: network, pictures: pictures, kernels: kernels)
        let lastReaders = network.graph.lastReaders
        for layer in network.graph.layers {
            let outputs = try flow.floatOutputs(of: layer)
            if names.contains(layer.name) { samples[layer.name] = TensorSamples(outputs, of: pictures) }
            flow.advanceFloat(layer, outputs, forgetting: lastReaders[layer.name] ?? [])
        }
        return samples
    }
}
