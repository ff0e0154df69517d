import Diagnostics
import Graph

/// What the graph says about the sizes of parameters.
extension Graph {
    /// Channels of every tensor, found by running the shape rules on a picture that is large enough.
    ///
    /// - Throws: the diagnostics of `shapes(height:width:)` for the largest size tried.
    func channels() throws(Diagnostic) -> [String: Int] {
        guard !inputs.isEmpty, !layers.isEmpty else {
            throw Diagnostic(
                .graphShapeMismatch, at: "graph \(name)", found: "\(inputs.count) inputs and \(layers.count) layers", expected: "at least one of each",
                remedy: "write the file again from its source")
        }
        var failure: Diagnostic?
        for factor in [1, 2, 4, 8, 16, 32, 64, 224] {
            do {
                return try shapes(height: sizeMultiple * factor, width: sizeMultiple * factor).mapValues(\.channels)
            } catch {
                failure = error
            }
        }
        throw failure!
    }
}

extension Layer {
    /// `[K][R][S][C/groups]` of an accumulating layer with this many input channels; `nil` for a fully connected one (its input's extent is the picture's
    /// affair) and for operators without weights.
    func weightShape(inputChannels: Int) -> [Int]? {
        switch self.operator {
        case .convolution(let convolution):
            [convolution.outputChannels, convolution.kernelHeight, convolution.kernelWidth, inputChannels / convolution.groups]
        case .transposedConvolution(let transposed): [transposed.outputChannels, transposed.kernelHeight, transposed.kernelWidth, inputChannels]
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
