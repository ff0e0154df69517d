public import Diagnostics
import EntropyCoding
public import Graph
public import Kernels
public import Networks
public import Tensors

/// Runs a float network in float32: for calibration, and for what quantization costs. No bit of a quantized network's
/// run depends on it.
///
/// Its own bits are the same everywhere: basic operations, in one order whatever the processor.
public struct FloatModel: Sendable {
    public let network: FloatNetwork
    /// Whether the graph's latents are rounded to integers, as a decoder receives them.
    public var roundsLatents: Bool
    private let kernels: KernelLevel

    /// The network must be valid (`FloatNetwork.validate()`).
    public init(_ network: FloatNetwork, roundsLatents: Bool = true, kernels: KernelLevel = .chosen) {
        self.network = network
        self.roundsLatents = roundsLatents
        self.kernels = kernels
    }

    /// Runs on a picture whose height and width are multiples of the graph's `sizeMultiple`, samples / 255 in the first
    /// graph input.
    ///
    /// - Parameters:
    ///   - rate: which of the network's rate gains apply; 0 for networks of one rate.
    ///   - names: the tensors to return.
    ///   - replacement: what a layer's output becomes before others read it (a quantized version of it, say), by the
    ///     layer's name.
    /// - Throws: what `FloatNetwork.requirePicture` throws, `floatNotFinite`.
    public func run(
        _ picture: Tensor<Float>, rate: Int = 0, keeping names: [String],
        replacing replacement: (String, Tensor<Float>) -> Tensor<Float> = { $1 }
    ) throws(Diagnostic) -> [String: Tensor<Float>] {
        try network.requirePicture(
            height: picture.shape.height, width: picture.shape.width, channels: picture.shape.channels, rate: rate)
        var tensors = [network.graph.inputs[0].name: picture]
        var kept = tensors.filter { names.contains($0.key) }
        let lastReaders = network.graph.lastReaders
        for layer in network.graph.layers {
            let output = replacement(
                layer.name, try finite(execute(layer, inputs: layer.inputs.map { tensors[$0]! }, rate: rate), of: layer)
            )
            if names.contains(layer.name) { kept[layer.name] = output }
            tensors[layer.name] = output
            for name in lastReaders[layer.name] ?? [] { tensors[name] = nil }
        }
        return kept
    }

    /// One layer: operator, bias, activation function, rate gain, and the rounding of a latent.
    public func execute(_ layer: Layer, inputs: [Tensor<Float>], rate: Int = 0) -> Tensor<Float> {
        var output = preActivation(layer, inputs: inputs)
        switch layer.activation {
        case .none: break
        case .relu: output.elements = output.elements.map { max($0, 0) }
        case .leakyRelu(let slope): output.elements = output.elements.map { $0 < 0 ? $0 * Float(slope) : $0 }
        case .clip(let low, let high): output.elements = output.elements.map { min(max($0, Float(low)), Float(high)) }
        case .sigmoid: output.elements = output.elements.map { Float(1 / (1 + ElementaryFunctions.exp(-Double($0)))) }
        }
        if let gains = network.rateGains[layer.name] {
            precondition(gains.indices.contains(rate), "rate \(rate) of \(gains.count)")
            let channels = output.shape.channels
            for index in output.elements.indices { output.elements[index] *= gains[rate][index % channels] }
        }
        if roundsLatents, network.graph.latents.contains(layer.name) {
            output.elements = output.elements.map(Self.roundedHalfUp)
        }
        return output
    }

    /// A layer's output, all of whose elements are finite numbers.
    ///
    /// - Throws: `floatNotFinite`, with the first channel where one is not.
    public func finite(_ output: Tensor<Float>, of layer: Layer) throws(Diagnostic) -> Tensor<Float> {
        // Exponents of all ones are infinities and NaN; the largest bit pattern of all is found at the speed of memory.
        let largest = output.elements.reduce(UInt32(0)) { max($0, $1.bitPattern & 0x7FFF_FFFF) }
        guard largest >= Float.infinity.bitPattern, let index = output.elements.firstIndex(where: { !$0.isFinite })
        else { return output }
        throw Diagnostic(
            .floatNotFinite, at: "layer \(layer.name), channel \(index % output.shape.channels)",
            found: "\(output.elements[index].namingNaN) in float32 arithmetic",
            expected: "finite numbers",
            remedy: """
                correct the weights of this layer or of those before it, or the input: their products pass the range \
                of float32
                """)
    }

    /// `n_i = beta_i + sum over j of gamma_ij q_j`, gamma `[i][j]`.
    public func norms(_ form: NormalizationForm, _ input: Tensor<Float>, gamma: [Float], beta: [Float]) -> Tensor<Float>
    {
        Normalization.norms(form, input, gamma: gamma, beta: beta, kernels: kernels)
    }

    @inline(__always)
    static func roundedHalfUp(_ value: Float) -> Float { (value + 0.5).rounded(.down) }

    /// One layer without its activation function and gain.
    public func preActivation(_ layer: Layer, inputs: [Tensor<Float>]) -> Tensor<Float> {
        let input = inputs[0]
        switch layer.operator {
        case .convolution, .transposedConvolution, .fullyConnected:
            guard case .accumulation(let weights, let bias)? = network.parameters[layer.name] else {
                preconditionFailure("\(layer.name) has no weights")
            }
            var output = Accumulation.sums(
                layer.operator, input: input, weights: weights, output: layer.outputShape(of: input.shape),
                kernels: kernels)
            let channels = bias.count
            output.elements.withUnsafeMutableBufferPointer { elements in
                for index in elements.indices { elements[index] += bias[index % channels] }
            }
            return output
        case .normalization(let form):
            guard case .normalization(let gamma, let beta)? = network.parameters[layer.name] else {
                preconditionFailure("\(layer.name) has no gamma")
            }
            return Normalization.apply(form, input, gamma: gamma, beta: beta, kernels: kernels)
        case .requantize: return input
        case .add: return Rearrangement.paired(input, inputs[1]) { $0 + $1 }
        case .twoStageAdd(let addition):
            return Rearrangement.paired(input, inputs[1]) { addition.subtracts ? $0 - $1 : $0 + $1 }
        case .multiply: return Rearrangement.paired(input, inputs[1]) { $0 * $1 }
        case .concatenation: return Rearrangement.concatenate(inputs)
        case .maxPooling(let pooling):
            return Rearrangement.largest(input, pooling, of: layer.outputShape(of: input.shape))
        case .pad(let pad): return Rearrangement.padded(input, pad, of: layer.outputShape(of: input.shape))
        case .nearestResize(let factor): return Rearrangement.replicate(input, factor: factor)
        case .pixelShuffle(let factor): return Rearrangement.shuffle(input, factor: factor)
        case .quantizeLatent(let grid):
            let means = inputs.count > 1 ? inputs[1] : nil
            return Rearrangement.combine(input, means, firstMeanChannel: grid.firstMeanChannel) { y, mean in
                Self.roundedHalfUp(y - mean)
            }
        case .reconstructLatent(let grid):
            let means = inputs.count > 1 ? inputs[1] : nil
            return Rearrangement.combine(input, means, firstMeanChannel: grid.firstMeanChannel) { k, mean in k + mean }
        }
    }
}

extension Layer {
    /// The output shape of a layer of a valid network.
    public func outputShape(of input: TensorShape) -> TensorShape { try! outputShape(of: [input]) }
}

extension Graph {
    /// For each layer, the tensors that no later layer reads.
    public var lastReaders: [String: [String]] {
        var last: [String: String] = [:]
        for layer in layers {
            for input in layer.inputs { last[input] = layer.name }
        }
        return Dictionary(grouping: last.keys.sorted()) { last[$0]! }
    }
}
