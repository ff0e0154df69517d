import Text

extension Graph {
    /// The first thing in which a graph is built otherwise than another, apart from names and what weights and
    /// calibration decide: `18 layers and 16`, or the operator, channels or kernel of a layer. Nil for graphs of one
    /// structure. Both must be valid.
    public func unlikeness(_ other: Graph) -> String? {
        guard layers.count == other.layers.count else {
            return "\(layers.count.counted("layer")) and \(other.layers.count)"
        }
        let (own, others) = (try! channels(), try! other.channels())
        for (layer, second) in zip(layers, other.layers) {
            let (first, last) = (
                "\(layer.operator.name) of \(own[layer.name]!) channels",
                "\(second.operator.name) of \(others[second.name]!)"
            )
            guard layer.operator.name == second.operator.name, own[layer.name] == others[second.name] else {
                return "layer \(layer.name) is a \(first), there \(second.name) a \(last)"
            }
            switch layer.operator {
            case .convolution, .transposedConvolution:
                guard layer.operator == second.operator else {
                    return "layer \(layer.name) has another kernel, stride or padding than \(second.name) there"
                }
            default: break
            }
        }
        return nil
    }
}
