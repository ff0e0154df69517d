public import Tensors

extension Layer {
    /// Multiply-accumulates that the mathematics asks for, borders not subtracted (a padding tap counts), as the field
    /// counts them.
    ///
    /// A transposed convolution counts kernel x C x K for each input position; normalization counts C x C for each
    /// pixel; other operators count none. Of shapes that `outputShape(of:)` has accepted: at most
    /// `GraphLimits.product`.
    public func usefulMACs(input: TensorShape, output: TensorShape) -> Int {
        macFactors(input: input, output: output).reduce(1, *)
    }

    /// What the multiply-accumulates are the product of.
    func macFactors(input: TensorShape, output: TensorShape) -> [Int] {
        switch self.operator {
        case .convolution(let convolution):
            [
                output.height, output.width, output.channels, convolution.kernelHeight, convolution.kernelWidth,
                input.channels / convolution.groups,
            ]
        case .transposedConvolution(let transposed):
            [
                input.height, input.width, transposed.kernelHeight, transposed.kernelWidth, input.channels,
                transposed.outputChannels,
            ]
        case .fullyConnected(let outputChannels): [input.height, input.width, input.channels, outputChannels]
        case .normalization: [input.height, input.width, input.channels, input.channels]
        case .requantize, .add, .twoStageAdd, .multiply, .concatenation, .pixelShuffle, .maxPooling, .pad,
            .nearestResize, .quantizeLatent, .reconstructLatent:
            [0]
        }
    }
}
