import Graph
public import Networks

extension FloatNetwork {
    /// Whether the network's input is a vector, a tensor of one pixel: it computes with one, and none of its layers
    /// looks at several pixels or makes several of one.
    public var takesVectors: Bool {
        graph.layers.allSatisfy(\.isOfPixels) && (try? shapes(height: 1, width: 1)) != nil
    }
}

extension Layer {
    fileprivate var isOfPixels: Bool {
        switch self.operator {
        case .convolution(let convolution):
            [convolution.kernelHeight, convolution.kernelWidth, convolution.strideY, convolution.strideX]
                .allSatisfy { $0 == 1 }
        case .transposedConvolution, .pixelShuffle, .maxPooling, .pad, .nearestResize: false
        case .fullyConnected, .normalization, .requantize, .add, .twoStageAdd, .multiply, .concatenation,
            .quantizeLatent, .reconstructLatent:
            true
        }
    }
}
