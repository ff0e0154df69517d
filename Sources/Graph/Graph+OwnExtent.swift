package import Diagnostics
import Tensors

extension Graph {
    /// The graph, its only input held to this extent where it is for no other: where the input is a vector or a layer
    /// makes one pixel of a whole map (a mean over all of it, weights for all of its elements), or where no larger
    /// picture fits. Graphs of several inputs, and those that take pictures of any size, are as they were.
    ///
    /// - Parameters:
    ///   - height, width: of the input that the graph was made for.
    ///   - always: whether the input is held to it in any case.
    package func keepingExtent(height: Int, width: Int, always: Bool = false) -> Graph {
        guard inputs.count == 1, inputs[0].extent == nil, always || takesOnly(height: height, width: width) else {
            return self
        }
        var graph = self
        graph.inputs[0].extent = GraphInput.Extent(height: height, width: width)
        return graph
    }

    /// Whether a picture or tensor, the only input, has the extent that the graph is held to, if it is to one.
    ///
    /// - Throws: `graphPictureUnfit`.
    package func requireOwnExtent(height: Int, width: Int) throws(Diagnostic) {
        guard inputs.count == 1, let own = inputs[0].extent, own.height != height || own.width != width else { return }
        throw Diagnostic(
            .graphPictureUnfit, at: "input \(inputs[0].name) of \(name)",
            found: "rows and columns of \(width)x\(height)",
            expected: "\(own.width)x\(own.height): the network was made for this size and takes no other",
            remedy: "give a picture or tensor of this size")
    }

    private func takesOnly(height: Int, width: Int) -> Bool {
        guard height * width > 1 else { return true }
        guard let own = try? shapes(height: height, width: width) else { return false }
        let joinsMap = layers.contains { layer in
            guard let operand = own[layer.inputs[0]], let result = own[layer.name] else { return false }
            return operand.height * operand.width > 1 && result.height * result.width == 1
        }
        let larger = [(max(512, height), max(768, width)), (2 * height, 2 * width)]
        return joinsMap || larger.allSatisfy { (try? shapes(height: $0.0, width: $0.1)) == nil }
    }
}
