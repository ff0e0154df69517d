public import Diagnostics
import Text

extension Graph {
    /// Channels of every tensor (graph inputs and layers, by name), which do not depend on a picture's size. Checks
    /// that the graph is a whole one, too: what a reader asks of a file.
    ///
    /// - Throws: `graphIncomplete`, `graphUnknownTensor`, `graphDuplicateName`, `graphShapeMismatch`,
    ///   `graphAttributeOutOfRange`, `graphTooLarge`.
    public func channels() throws(Diagnostic) -> [String: Int] {
        try requireWhole()
        var channels: [String: Int] = [:]
        for input in inputs {
            guard (1...GraphLimits.extent).contains(input.channels) else {
                throw Diagnostic(
                    .graphTooLarge, at: "input \(input.name)", found: input.channels.counted("channel"),
                    expected: "1...\(GraphLimits.extent)", remedy: "correct the input's channels")
            }
            try define(input.name, input.channels, in: &channels)
        }
        for layer in layers {
            let operands = try operands(of: layer, in: channels)
            try define(layer.name, layer.outputChannels(of: operands), in: &channels)
        }
        try requireLayers(outputs, "output", among: channels)
        try requireLayers(latents, "latent", among: channels)
        return channels
    }

    /// As many inputs, layers and outputs as a graph needs and may have.
    private func requireWhole() throws(Diagnostic) {
        let counts = [
            ("input", inputs.count, GraphLimits.inputs), ("layer", layers.count, GraphLimits.layers),
            ("output", outputs.count, GraphLimits.layers),
        ]
        for (what, count, limit) in counts where !(1...limit).contains(count) {
            throw incomplete(
                "\(count) \(what)s", expected: "1...\(limit)",
                remedy: count == 0 ? "add the \(what) that is missing" : "cut the graph into parts")
        }
        guard (1...GraphLimits.sizeMultiple).contains(sizeMultiple) else {
            throw incomplete(
                "sizeMultiple \(sizeMultiple)", expected: "1...\(GraphLimits.sizeMultiple)",
                remedy: "name what the network's strides multiply to")
        }
    }

    /// Names of layers, each once.
    private func requireLayers(_ names: [String], _ what: String, among channels: [String: Int]) throws(Diagnostic) {
        let inputNames = Set(inputs.map(\.name))
        var seen: Set<String> = []
        for name in names {
            try requireDefined(name, in: channels)
            guard !inputNames.contains(name) else {
                throw incomplete(
                    "\(what) '\(name)', which is an input", expected: "a layer",
                    remedy: "name the layer whose result is the \(what), or leave it out")
            }
            guard seen.insert(name).inserted else {
                throw incomplete(
                    "\(what) '\(name)' twice", expected: "each \(what) once", remedy: "remove one of the two")
            }
        }
    }

    private func incomplete(_ found: String, expected: String, remedy: String) -> Diagnostic {
        Diagnostic(.graphIncomplete, at: "graph \(name)", found: found, expected: expected, remedy: remedy)
    }
}
