import Diagnostics
import Graph
import Networks

extension FloatNetwork {
    /// The network with a `requantize` before each operand that a copy cannot take in the format that is given to it:
    /// the picture beside features, latents that are padded or shuffled, features that become a picture and are read
    /// elsewhere too.
    ///
    ///     image ──────┐                  image ── joined.operand0 ──┐
    ///     features ───┴─ joined          features ──────────────────┴─ joined
    ///
    /// In real numbers it computes what it did: a `requantize` without a function changes nothing.
    ///
    /// - Parameter ofPictures: whether the network runs on pictures.
    /// - Throws: what `Graph.channels()` throws.
    func requantizingOperands(ofPictures: Bool) throws(Diagnostic) -> FloatNetwork {
        var given = try GivenFormats(graph, ofPictures: ofPictures)
        var names = Set(graph.inputs.map(\.name) + graph.layers.map(\.name))
        var network = self
        network.graph.layers = []
        for layer in graph.layers {
            var changed = layer
            var requantized: [String] = []
            for (index, operand) in layer.inputs.enumerated() where given.needsRequantize(operand, of: layer) {
                let name = Self.newName("\(layer.name.prefix(110)).operand\(index)", in: &names)
                network.graph.layers.append(Layer(name: name, operator: .requantize, inputs: [operand]))
                changed.inputs[index] = name
                requantized.append(name)
            }
            network.graph.layers.append(changed)
            given.replace(changed, requantized: requantized)
        }
        return network
    }

    private static func newName(_ name: String, in names: inout Set<String>) -> String {
        var (result, number) = (name, 1)
        while !names.insert(result).inserted {
            number += 1
            result = "\(name).\(number)"
        }
        return result
    }
}
