package import Graph

extension Graph {
    /// Whether quantization of a network in real numbers can give a network of this graph: the same inputs and layers
    /// in the same order, but for
    ///
    /// - a `requantize` without a function before an operand of a layer that copies,
    /// - the element outside of a `pad`,
    /// - a two-stage sum or difference that became an `add`.
    package func isQuantization(of float: Graph) -> Bool {
        let names = Set(float.layers.map(\.name))
        var operands: [String: String] = [:]
        var kept: [Layer] = []
        for var layer in layers {
            if layer.operator == .requantize, layer.activation == .none, !names.contains(layer.name) {
                operands[layer.name] = layer.inputs[0]
                continue
            }
            if layer.operator.movesElements { layer.inputs = layer.inputs.map { operands[$0] ?? $0 } }
            kept.append(layer)
        }
        return inputs == float.inputs && kept.count == float.layers.count
            && zip(kept, float.layers).allSatisfy { $0.isQuantization(of: $1) }
    }
}

extension Layer {
    fileprivate func isQuantization(of float: Layer) -> Bool {
        var layer = self
        switch (layer.operator, float.operator) {
        case (.pad(var pad), .pad(let other)):
            pad.fill = other.fill
            layer.operator = .pad(pad)
        case (.add, .twoStageAdd): layer.operator = float.operator
        default: break
        }
        return layer == float
    }
}
