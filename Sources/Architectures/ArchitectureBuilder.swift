import Graph

/// Collects the layers of an architecture in execution order. Each function gives back the name of the tensor that it
/// ends with.
struct ArchitectureBuilder {
    private(set) var layers: [Layer] = []
    /// Layers whose codes go through a map of 256 codes at the end.
    private(set) var codeMaps: Set<String> = []
    static let leaky = ActivationFunction.leakyRelu(slope: 0.01)

    @discardableResult
    mutating func append(
        _ name: String, _ layerOperator: Operator, _ inputs: [String], _ activation: ActivationFunction = .none,
        mapsCodes: Bool = false
    ) -> String {
        layers.append(Layer(name: name, operator: layerOperator, inputs: inputs, activation: activation))
        if mapsCodes { codeMaps.insert(name) }
        return name
    }

    /// A convolution whose padding is half its kernel.
    mutating func convolution(
        _ name: String, from input: String, _ channels: Int, kernel: Int, stride: Int = 1,
        _ activation: ActivationFunction = .none, mapsCodes: Bool = false
    ) -> String {
        append(
            name,
            .convolution(
                Convolution(
                    outputChannels: channels, kernelHeight: kernel, kernelWidth: kernel, strideY: stride,
                    strideX: stride, padding: Padding(all: kernel / 2))), [input], activation, mapsCodes: mapsCodes)
    }

    /// Kernel 5, stride 2: the output is exactly twice as high and wide.
    mutating func transposed(
        _ name: String, from input: String, _ channels: Int, _ activation: ActivationFunction = .none
    ) -> String {
        append(
            name,
            .transposedConvolution(
                TransposedConvolution(
                    outputChannels: channels, kernelHeight: 5, kernelWidth: 5, strideY: 2, strideX: 2,
                    padding: Padding(all: 2), outputPaddingY: 1, outputPaddingX: 1)), [input], activation)
    }

    mutating func normalization(_ name: String, _ form: NormalizationForm, from input: String) -> String {
        append(name, .normalization(form), [input])
    }

    /// A convolution of kernel 3 to four times the channels, which a pixel shuffle spreads over twice the rows and
    /// columns. An activation function commutes with the shuffle.
    mutating func subpixel(
        _ name: String, from input: String, _ channels: Int, _ activation: ActivationFunction = .none
    ) -> String {
        let wide = convolution("\(name).0", from: input, 4 * channels, kernel: 3, activation)
        return append("\(name).1", .pixelShuffle(factor: 2), [wide])
    }

    /// Latents to symbols and back, around means where they are given: those of a serial context are not in the graph.
    ///
    /// - Parameter firstMeanChannel: where the means begin in their tensor.
    ///
    /// - Returns: 8-bit codes for the synthesis transform.
    mutating func latents(from y: String, means: String? = nil, firstMeanChannel: Int = 0) -> String {
        let grid = LatentGrid(firstMeanChannel: firstMeanChannel)
        let symbols = append("symbols", .quantizeLatent(grid), [y] + (means.map { [$0] } ?? []))
        let sums = append("reconstruction", .reconstructLatent(grid), [symbols] + (means.map { [$0] } ?? []))
        return append("y_hat", .requantize, [sums])
    }
}
