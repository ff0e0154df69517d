public import Diagnostics
public import Graph
public import Tensors
import Text

extension QuantizedNetwork {
    /// The shape of every tensor for a picture of this extent, padded already, where the weights are those of that
    /// extent.
    ///
    /// - Throws: what `Graph.shapes(height:width:)` throws, `graphPictureUnfit` where a fully connected layer has
    ///   weights for another extent.
    public func shapes(height: Int, width: Int) throws(Diagnostic) -> [String: TensorShape] {
        try graph.shapes(height: height, width: width) { layer in
            if case .accumulation(let accumulation)? = parameters[graph.layers[layer].name] {
                accumulation.weightCodes.count
            } else {
                nil
            }
        }
    }
}

extension FloatNetwork {
    /// The shape of every tensor for a picture of this extent, padded already, where the weights are those of that
    /// extent.
    ///
    /// - Throws: what `Graph.shapes(height:width:)` throws, `graphPictureUnfit` where a fully connected layer has
    ///   weights for another extent.
    public func shapes(height: Int, width: Int) throws(Diagnostic) -> [String: TensorShape] {
        try graph.shapes(height: height, width: width) { layer in
            if case .accumulation(let weights, _)? = parameters[graph.layers[layer].name] { weights.count } else { nil }
        }
    }

    /// Whether the network takes one picture of this extent, padded already, and these channels, and of its rates this
    /// one.
    ///
    /// - Throws: `networkHasNoPicture`, `rateOutOfRange`, `graphPictureUnfit`, and what `shapes(height:width:)` throws.
    public func requirePicture(height: Int, width: Int, channels: Int = 3, rate: Int = 0) throws(Diagnostic) {
        guard graph.inputs.count == 1, graph.inputs[0].channels == channels else {
            throw Diagnostic(
                .networkHasNoPicture, at: "float network \(graph.name)",
                found: "inputs \(graph.inputs.map { "\($0.name) of \($0.channels) channels" }.joined(separator: ", "))",
                expected: "one input of \(channels.counted("channel"))", remedy: "use a network that takes a picture")
        }
        if let rates = rateGains.values.map(\.count).max(), !(0..<rates).contains(rate) {
            throw Diagnostic(
                .rateOutOfRange, at: "float network \(graph.name)", found: "rate \(rate)", expected: "0...\(rates - 1)",
                remedy: "choose one of the network's rates")
        }
        try graph.requireOwnExtent(height: height, width: width)
        _ = try shapes(height: height, width: width)
    }
}

extension Graph {
    /// The shapes of a picture's tensors, fully connected layers held to the weights that they have.
    ///
    /// - Parameter weightCount: the weights of the layer of an index; nil where it has none.
    /// - Throws: what `Graph.shapes(height:width:)` throws, `graphPictureUnfit`.
    package func shapes(
        height: Int, width: Int, weightCount: (Int) -> Int?
    ) throws(Diagnostic) -> [String: TensorShape] {
        let shapes = try shapes(height: height, width: width)
        for (index, layer) in layers.enumerated() {
            guard case .fullyConnected(let outputs) = layer.operator, let count = weightCount(index),
                let input = shapes[layer.inputs[0]]
            else { continue }
            guard count != outputs * input.count else { continue }
            let pixels = count / (outputs * input.channels)
            throw Diagnostic(
                .graphPictureUnfit, at: "layer \(layer.name)",
                found:
                    "an input of \(input) from a picture of \(width)x\(height): \(input.height * input.width) pixels",
                expected: "the \(pixels) pixels that the layer's \(count.counted("weight")) are for",
                remedy:
                    """
                    give a picture of the size that the network was made for, or replace the fully connected layer by \
                    a convolution and a mean
                    """
            )
        }
        return shapes
    }
}
