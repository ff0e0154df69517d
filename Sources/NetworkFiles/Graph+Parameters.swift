import Graph

/// What the graph says about the sizes of parameters.
extension Layer {
    /// `[K][R][S][C/groups]` of an accumulating layer with this many input channels; `nil` for a fully connected one
    /// (its input's extent is the picture's affair) and for operators without weights.
    func weightShape(inputChannels: Int) -> [Int]? {
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

    /// Whether the layer multiplies activations by weights.
    var isAccumulating: Bool {
        switch self.operator {
        case .convolution, .transposedConvolution, .fullyConnected: true
        default: false
        }
    }
}
