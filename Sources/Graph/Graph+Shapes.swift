public import Diagnostics
import FixedPoint
public import Tensors

extension Graph {
    /// A picture's extent after padding to a multiple of `sizeMultiple`.
    public func padded(_ extent: Int) -> Int { roundUp(extent, to: sizeMultiple) }

    /// The shape of every tensor (graph inputs and layers, by name) for inputs of the given height and width, but for
    /// those that have an extent of their own.
    ///
    /// - Throws: `graphUnknownTensor`, `graphDuplicateName`, `graphShapeMismatch`, `graphAttributeOutOfRange`,
    ///   `graphTooLarge`.
    public func shapes(height: Int, width: Int) throws(Diagnostic) -> [String: TensorShape] {
        var inputShapes: [String: TensorShape] = [:]
        for input in inputs {
            let extent = input.extent ?? GraphInput.Extent(height: height, width: width)
            try define(
                input.name, TensorShape(height: extent.height, width: extent.width, channels: input.channels),
                in: &inputShapes)
        }
        return try shapes(from: inputShapes)
    }

    /// The shape of every tensor, from those of the graph inputs.
    public func shapes(from inputShapes: [String: TensorShape]) throws(Diagnostic) -> [String: TensorShape] {
        var shapes = inputShapes
        for layer in layers {
            let operands = try operands(of: layer, in: shapes)
            try define(layer.name, layer.outputShape(of: operands), in: &shapes)
        }
        for name in outputs + latents { try requireDefined(name, in: shapes) }
        return shapes
    }

    /// What is known of a layer's operands, in their order.
    func operands<Known>(of layer: Layer, in known: [String: Known]) throws(Diagnostic) -> [Known] {
        var operands: [Known] = []
        for name in layer.inputs {
            guard let operand = known[name] else {
                throw Diagnostic(
                    .graphUnknownTensor, at: "layer \(layer.name)",
                    found: "input '\(name)' is neither a graph input nor an earlier layer",
                    expected: "one of \(Self.list(known.keys))",
                    remedy: "correct the name or put the producing layer first")
            }
            operands.append(operand)
        }
        return operands
    }

    func define<Known>(_ name: String, _ value: Known, in known: inout [String: Known]) throws(Diagnostic) {
        guard known.updateValue(value, forKey: name) == nil else {
            throw Diagnostic(
                .graphDuplicateName, at: "graph \(self.name)", found: "'\(name)' is defined twice",
                expected: "one tensor a name",
                remedy: "rename one of the layers")
        }
    }

    func requireDefined<Known>(_ name: String, in known: [String: Known]) throws(Diagnostic) {
        guard known[name] == nil else { return }
        throw Diagnostic(
            .graphUnknownTensor, at: "graph \(self.name)", found: "output or latent '\(name)' does not exist",
            expected: "one of \(Self.list(known.keys))",
            remedy: "correct the lists of outputs and latents")
    }

    /// The first names of many.
    private static func list(_ names: some Collection<String>) -> String {
        let sorted = names.sorted()
        return sorted.prefix(20).joined(separator: ", ") + (sorted.count > 20 ? " and \(sorted.count - 20) more" : "")
    }
}
