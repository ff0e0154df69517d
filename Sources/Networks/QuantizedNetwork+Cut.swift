import Graph

extension QuantizedNetwork {
    /// The part of a network that computes some tensors from others: those become its inputs, with their formats.
    /// Extents are no longer a picture's: any goes.
    ///
    ///     image ─ a ─ b ─┬─ c ─ d          cut from [b] to [d]:   b ─ c ─ d
    ///                    └─ e
    ///
    /// All rates must have been set: a cut has one.
    public func cut(
        from inputs: [String], to outputs: [String], name: String, sizeMultiple: Int = 1
    ) -> QuantizedNetwork {
        let channels = try! graph.channels()
        var needed = Set(outputs)
        var layers: [Layer] = []
        for layer in graph.layers.reversed() where needed.contains(layer.name) && !inputs.contains(layer.name) {
            layers.append(layer)
            needed.formUnion(layer.inputs)
        }
        layers.reverse()
        let names = Set(layers.map(\.name))
        let graph = Graph(
            name: name, inputs: inputs.map { GraphInput(name: $0, channels: channels[$0]!) }, layers: layers,
            outputs: outputs, sizeMultiple: sizeMultiple)
        return QuantizedNetwork(
            graph: graph, formats: formats.filter { names.contains($0.key) || inputs.contains($0.key) },
            parameters: parameters.filter { names.contains($0.key) },
            widths: widths, weightStatistics: weightStatistics.filter { names.contains($0.key) },
            host: host(behind: names, inputs: inputs))
    }

    /// What the host still has to do for a part of the network.
    private func host(behind layers: Set<String>, inputs: [String]) -> [HostOperator] {
        // What it does with a tensor that is given, it does not do again.
        var known = layers
        return host.filter { one in
            if graph.inputs.contains(where: { $0.name == one.name }) { return inputs.contains(one.name) }
            guard known.contains(one.input) else { return false }
            known.insert(one.name)
            return true
        }
    }
}
