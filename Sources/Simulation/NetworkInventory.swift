import Graph
public import Networks

/// How many parameters a network has, as it was before quantization: weights, biases, gamma, beta.
public struct NetworkInventory: Sendable {
    public let parameterCount: Int

    public init(_ network: QuantizedNetwork) {
        self.parameterCount = network.graph.layers.reduce(0) { sum, layer in
            switch network.parameters[layer.name] {
            case .accumulation(let parameters): sum + parameters.weightCodes.count + parameters.bias.count
            case .normalization(let parameters): sum + parameters.gammaCodes.count + parameters.beta.count
            case .requantization, .addition, .some(.none), nil: sum
            }
        }
    }

    /// At four bytes each.
    public var float32Bytes: Int { parameterCount * 4 }
}
