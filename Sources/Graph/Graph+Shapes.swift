public import Diagnostics

extension Graph {
    /// The shape of every tensor (graph inputs and layers, by name) for inputs of the given height and width.
    ///
    /// - Throws: `graphUnknownTensor`, `graphDuplicateName`, `graphShapeMismatch`, `graphAttributeOutOfRange`.
    public func shapes(height: Int, width: Int) throws(Diagnostic) -> [String: FeatureShape] {
        var inputShapes: [String: FeatureShape] = [:]
        for input in inputs {
            try define(input.name, FeatureShape(height: height, width: width, channels: input.channels), in: &inputShapes)
        }
        return try shapes(from: inputShapes)
    }

    /// The shape of every tensor, from those of the graph inputs.
    public func shapes(from inputShapes: [String: FeatureShape]) throws(Diagnostic) -> [String: FeatureShape] {
        var shapes = inputShapes
        for layer in layers {
            var operands: [FeatureShape] = []
            for name in layer.inputs {
                guard let shape = shapes[name] else {
                    throw Diagnostic(
                        .graphUnknownTensor, at: "layer \(layer.name)", found: "input '\(name)' is neither a graph input nor an earlier layer",
                        expected: "one of \(shapes.keys.sorted().joined(separator: ", "))", remedy: "correct the name or put the producing layer first")
                }
                operands.append(shape)
            }
            try define(layer.name, layer.outputShape(of: operands), in: &shapes)
        }
        for name in outputs + latents where shapes[name] == nil {
            throw Diagnostic(
                .graphUnknownTensor, at: "graph \(self.name)", found: "output or latent '\(name)' does not exist",
                expected: "a layer's name", remedy: "correct the lists of outputs and latents")
        }
        return shapes
    }

    private func define(_ name: String, _ shape: FeatureShape, in shapes: inout [String: FeatureShape]) throws(Diagnostic) {
        guard shapes.updateValue(shape, forKey: name) == nil else {
            throw Diagnostic(
                .graphDuplicateName, at: "graph \(self.name)", found: "'\(name)' is defined twice", expected: "one tensor a name",
                remedy: "rename one of the layers")
        }
    }
}
