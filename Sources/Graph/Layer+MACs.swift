extension Layer {
    /// Multiply-accumulates that the mathematics asks for, borders not subtracted (a padding tap counts), as the field counts them.
    ///
    /// A transposed convolution counts kernel x C x K for each input position; normalization counts C x C for each pixel; other operators count none.
    public func usefulMACs(input: FeatureShape, output: FeatureShape) -> Int {
        switch self.operator {
        case .convolution(let convolution):
            output.count * convolution.kernelHeight * convolution.kernelWidth * (input.channels / convolution.groups)
        case .transposedConvolution(let transposed):
            input.height * input.width * transposed.kernelHeight * transposed.kernelWidth * input.channels * transposed.outputChannels
        case .fullyConnected(let outputChannels): input.count * outputChannels
        case .normalization: input.count * input.channels
        case .requantize, .add, .concatenation, .pixelShuffle, .quantizeLatent, .reconstructLatent: 0
        }
    }
}
