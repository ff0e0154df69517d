extension Layer {
    /// `[K][R][S][C/G]`: the extents of a convolution's weights, plain or transposed, with this many input channels;
    /// nil for a fully connected layer (its input's extent is the picture's affair) and for operators without such
    /// weights.
    package func weightShape(inputChannels: Int) -> [Int]? {
        switch self.operator {
        case .convolution(let convolution):
            [
                convolution.outputChannels, convolution.kernelHeight, convolution.kernelWidth,
                inputChannels / convolution.groups,
            ]
        case .transposedConvolution(let transposed):
            [transposed.outputChannels, transposed.kernelHeight, transposed.kernelWidth, inputChannels]
        default: nil
        }
    }

    /// How many weights that is.
    package func weightCount(inputChannels: Int) -> Int? {
        weightShape(inputChannels: inputChannels).map { $0.reduce(1, *) }
    }

    /// Whether the layer multiplies activations by weights.
    package var isAccumulating: Bool {
        switch self.operator {
        case .convolution, .transposedConvolution, .fullyConnected: true
        default: false
        }
    }
}
