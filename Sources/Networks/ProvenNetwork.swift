public import Diagnostics
public import Graph

/// A network whose sums fit their widths whatever the picture: what everything that executes takes. Only the proof
/// makes one.
///
///     QuantizedNetwork ── proof ──> ProvenNetwork ──┬── at a rate ──> ProvenNetwork
///                                                   └── a part of it ──> ProvenNetwork
public struct ProvenNetwork: Sendable {
    public let network: QuantizedNetwork

    /// Proves a network, with the multipliers in place and with those of every rate.
    ///
    /// - Throws: `networkSumTooWide`, `networkNormalizationTooWide`, `networkRequantizationTooWide`, with the first
    ///   layer and channel and the bits needed.
    public init(_ network: QuantizedNetwork) throws(Diagnostic) {
        try network.requireProvenWidths()
        self.network = network
    }

    private init(followingFrom network: QuantizedNetwork) { self.network = network }

    /// The network at one rate: the proof was asked with the multipliers of all.
    ///
    /// - Throws: `rateOutOfRange`.
    public func atRate(_ rate: Int) throws(Diagnostic) -> ProvenNetwork {
        ProvenNetwork(followingFrom: try network.atRate(rate))
    }

    /// The part that computes some tensors from others, as `QuantizedNetwork.cut`: its layers, their operands' formats
    /// and the widths are those of the whole, and each layer is proved by itself.
    public func cut(from inputs: [String], to outputs: [String], name: String, sizeMultiple: Int = 1) -> ProvenNetwork {
        ProvenNetwork(followingFrom: network.cut(from: inputs, to: outputs, name: name, sizeMultiple: sizeMultiple))
    }

    /// The same network with inputs of these extents: sums do not depend on them.
    ///
    /// - Parameter extents: by graph input; the others have none of their own.
    public func withInputExtents(_ extents: [String: GraphInput.Extent]) -> ProvenNetwork {
        var network = network
        for index in network.graph.inputs.indices {
            network.graph.inputs[index].extent = extents[network.graph.inputs[index].name]
        }
        return ProvenNetwork(followingFrom: network)
    }
}
