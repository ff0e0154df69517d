import FileFormats
public import Graph
import Networks

/// Which network a result is of.
public struct NetworkIdentity: Encodable, Hashable, Sendable {
    public var name: String
    /// SHA-256 over the network file that holds its integers and nothing else, or its float weights where it has no
    /// integers. Streams carry the first half.
    public var digest: String
    /// The rate that was run, of a network with several.
    public var rate: Int?

    public init(name: String, digest: String, rate: Int? = nil) {
        self.name = name
        self.digest = digest
        self.rate = rate
    }
}

extension NetworkIdentity {
    /// A network without weights: the digest is of its graph as JSON, as network files have it.
    public init(withoutWeights graph: Graph) {
        self.init(name: graph.name, digest: Digest.sha256(Array(JSONValue.object(graph.members).text.utf8)))
    }
}

extension NetworkFile {
    /// - Parameter rate: what was run of a network with several.
    public func identity(rate: Int? = nil) -> NetworkIdentity {
        if let quantized {
            let rates = quantized.rateMultipliers.values.map(\.count).max() ?? 1
            return NetworkIdentity(
                name: quantized.graph.name, digest: Digest.sha256(NetworkFile(quantized: quantized).bytes),
                rate: rates > 1 ? rate : nil)
        }
        return NetworkIdentity(name: float?.graph.name ?? "", digest: Digest.sha256(NetworkFile(float: float).bytes))
    }
}
