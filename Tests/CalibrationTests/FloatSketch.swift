import Graph
import Networks
import Random

/// A small float network that a test writes layer by layer, with weights drawn from a seed.
struct FloatSketch {
    private(set) var network: FloatNetwork
    private var random: SeededGenerator
    private var channels = ["image": 3]

    init(seed: Int) {
        random = SeededGenerator(seed: seed)
        network = FloatNetwork(
            graph: Graph(
                name: "sketch", inputs: [GraphInput(name: "image", channels: 3)], layers: [], outputs: []),
            parameters: [:])
    }

    /// A convolution of square kernel that keeps rows and columns.
    ///
    /// - Parameters:
    ///   - weights: their range before they are divided by the number of taps.
    ///   - bias: the range of biases.
    mutating func convolve(
        _ input: String, to name: String, channels outputs: Int, kernel: Int = 1,
        weights: ClosedRange<Float> = -3...3, bias: ClosedRange<Float> = -0.2...0.2,
        _ activation: ActivationFunction = .none
    ) {
        let margin = kernel / 2
        let convolution = Convolution(
            outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel,
            padding: Padding(top: margin, bottom: margin, left: margin, right: margin))
        add(.convolution(convolution), [input], to: name, activation)
        let taps = kernel * kernel * channels[input]!
        network.parameters[name] = .accumulation(
            weights: (0..<outputs * taps).map { _ in .random(in: weights, using: &random) / Float(taps) },
            bias: (0..<outputs).map { _ in .random(in: bias, using: &random) })
    }

    /// A layer without parameters.
    mutating func add(
        _ layerOperator: Operator, _ inputs: [String], to name: String, _ activation: ActivationFunction = .none
    ) {
        let layer = Layer(name: name, operator: layerOperator, inputs: inputs, activation: activation)
        channels[name] = try! layer.outputChannels(of: inputs.map { channels[$0]! })
        network.graph.layers.append(layer)
        network.graph.outputs = [name]
    }

    mutating func setLatents(_ names: [String]) { network.graph.latents = names }
    mutating func setOutputs(_ names: [String]) { network.graph.outputs = names }
}
