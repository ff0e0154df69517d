import Diagnostics
import Graph
import Networks

/// The layers of an architecture's graph with the parameters of a state dict.
struct CompressAINetwork {
    private(set) var graph: Graph
    private(set) var parameters: [String: FloatParameters] = [:]
    private let source: PyTorchTensors

    init(_ graph: Graph, source: PyTorchTensors) {
        self.graph = graph
        self.source = source
    }

    /// Convolutions `[out][in][kh][kw]`, transposed ones `[in][out][kh][kw]`, GDN in the package's parametrization.
    ///
    /// - Throws: `importTensorMismatch`, and what the graph's channels throw.
    mutating func takeLayers() throws(Diagnostic) {
        let channels = try graph.channels()
        for layer in graph.layers {
            let (inputs, outputs) = (channels[layer.inputs[0]]!, channels[layer.name]!)
            switch layer.operator {
            case .convolution(let convolution):
                parameters[layer.name] = try accumulation(
                    layer.name, inputs, outputs, kernel: [convolution.kernelHeight, convolution.kernelWidth],
                    outputsFirst: true)
            case .transposedConvolution(let transposed):
                parameters[layer.name] = try accumulation(
                    layer.name, inputs, outputs, kernel: [transposed.kernelHeight, transposed.kernelWidth],
                    outputsFirst: false)
            case .normalization:
                parameters[layer.name] = .normalization(
                    gamma: try effective(layer.name, "gamma", shape: [outputs, outputs], minimum: 0),
                    beta: try effective(layer.name, "beta", shape: [outputs], minimum: 1e-6))
            default: break
            }
        }
    }

    private func accumulation(
        _ layer: String, _ inputs: Int, _ outputs: Int, kernel: [Int], outputsFirst: Bool
    ) throws(Diagnostic) -> FloatParameters {
        let channels = outputsFirst ? [outputs, inputs] : [inputs, outputs]
        let weights = try source.values("\(layer).weight", shape: channels + kernel)
        return .accumulation(
            weights: PyTorchKernel.channelsLast(
                weights, outputs: outputs, inputs: inputs, taps: kernel[0] * kernel[1], outputsFirst: outputsFirst),
            bias: try source.values("\(layer).bias", shape: [outputs]))
    }

    /// `max(x, bound)^2 - pedestal` in float32, as the package computes it.
    ///
    /// - Throws: `importTensorMismatch`, for a square that is infinite, too.
    private func effective(
        _ layer: String, _ name: String, shape: [Int], minimum: Double
    ) throws(Diagnostic) -> [Float] {
        let stored = try source.values("\(layer).\(name)", shape: shape)
        let pedestal = 0x1p-36
        let bound = (minimum + pedestal).squareRoot()
        let remedy = "store beta and gamma as the package does, with the numbers that it stores beside them"
        try source.requireNumber(pedestal, in: "\(layer).\(name)_reparam.pedestal", remedy: remedy)
        try source.requireNumber(bound, in: "\(layer).\(name)_reparam.lower_bound.bound", remedy: remedy)
        let (least, offset) = (Float(bound), Float(pedestal))
        let values = stored.map { value in
            let bounded = max(value, least)
            return bounded * bounded - offset
        }
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return values }
        throw source.refusal(
            "\(layer).\(name)",
            found: "\(stored[index]) in element \(ElementPlace.text(index, in: shape)), whose square passes float32",
            expected: "at most 1.8e19: the normalization has the square of what is stored",
            remedy: "train or export the network again")
    }

    /// Latents that a bottleneck rounds about its medians: they become integers about 0, by the bias of the layer that
    /// makes them, and a depthwise convolution of 1 x 1 adds the medians for those that read them.
    ///
    ///     h_a.4 ─ h_s.0        becomes    h_a.4 (bias - median) ─ h_a.4.medians (1 z + median) ─ h_s.0
    ///
    /// - Returns: the name of the layer that was added; nil where all medians are 0.
    mutating func removeMedians(_ medians: [Float]) -> String? {
        guard medians.contains(where: { $0 != 0 }) else { return nil }
        let latent = graph.latents[0]
        guard case .accumulation(let weights, let bias)? = parameters[latent],
            let index = graph.layers.firstIndex(where: { $0.name == latent })
        else { preconditionFailure("\(latent) is no convolution") }
        parameters[latent] = .accumulation(weights: weights, bias: zip(bias, medians).map { $0 - $1 })
        let name = "\(latent).medians"
        for layer in graph.layers.indices {
            graph.layers[layer].inputs = graph.layers[layer].inputs.map { $0 == latent ? name : $0 }
        }
        let addition = Convolution(
            outputChannels: medians.count, kernelHeight: 1, kernelWidth: 1, groups: medians.count)
        graph.layers.insert(
            Layer(name: name, operator: .convolution(addition), inputs: [latent]), at: index + 1)
        parameters[name] = .accumulation(weights: Array(repeating: 1, count: medians.count), bias: medians)
        return name
    }
}

/// The order of weights.
enum PyTorchKernel {
    /// `[out][in][taps]`, or `[in][out][taps]`, to `[K][taps][C]`.
    static func channelsLast(
        _ weights: [Float], outputs: Int, inputs: Int, taps: Int, outputsFirst: Bool
    ) -> [Float] {
        (0..<weights.count).map { index in
            let (k, tap, c) = (index / (taps * inputs), index / inputs % taps, index % inputs)
            return weights[(outputsFirst ? k * inputs + c : c * outputs + k) * taps + tap]
        }
    }
}
