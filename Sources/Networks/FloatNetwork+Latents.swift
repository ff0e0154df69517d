public import Diagnostics
import Graph
import Text

extension FloatNetwork {
    /// The network with its latents on a grid of 1/64 symbol step, so that quantizers other than rounding can choose:
    /// for autoencoders whose latent is read as it is.
    ///
    ///     analysis ─ latent ─ synthesis   becomes
    ///     analysis ─ latent ─ symbols ─ reconstruction ─ latentCodes ─ synthesis
    ///
    /// A network that has latent operators stays as it is.
    ///
    /// - Throws: `codecNetworkUnfit` unless the graph has one latent, in the middle.
    public func withLatentOperators() throws(Diagnostic) -> FloatNetwork {
        let has = graph.layers.contains { layer in
            if case .quantizeLatent = layer.operator { true } else { false }
        }
        guard !has else { return self }
        guard graph.latents.count == 1, let index = graph.layers.firstIndex(where: { $0.name == graph.latents[0] }),
            index + 1 < graph.layers.count
        else {
            throw Diagnostic(
                .codecNetworkUnfit, at: "network \(graph.name)", found: graph.latents.count.counted("latent"),
                expected: "an autoencoder with one latent that other layers read",
                remedy: "name the latent in the graph")
        }
        let latent = graph.latents[0]
        var network = self
        for layer in network.graph.layers.indices {
            network.graph.layers[layer].inputs = network.graph.layers[layer].inputs.map {
                $0 == latent ? "latentCodes" : $0
            }
        }
        network.graph.layers.insert(
            contentsOf: [
                Layer(name: "symbols", operator: .quantizeLatent(LatentGrid()), inputs: [latent]),
                Layer(name: "reconstruction", operator: .reconstructLatent(LatentGrid()), inputs: ["symbols"]),
                Layer(name: "latentCodes", operator: .requantize, inputs: ["reconstruction"]),
            ], at: index + 1)
        network.graph.latents = ["symbols"]
        network.graph.outputs = network.graph.outputs.map { $0 == latent ? "symbols" : $0 }
        return network
    }
}
