public import Networks

extension WeightlessNetwork {
    /// A network in real numbers, of which only shapes count: nobody has quantized it yet.
    ///
    /// - Parameters:
    ///   - codeMaps: layers whose codes go through a map at the end.
    ///   - parameterCount: weights and biases; nil: those of the layers.
    ///   - notes: what a reader should know of how the graph was made.
    public init(
        _ network: FloatNetwork, codeMaps: Set<String> = [], parameterCount: Int? = nil, notes: [String] = []
    ) {
        var weights: [String: Int] = [:]
        for (name, parameters) in network.parameters {
            if case .accumulation(let elements, _) = parameters { weights[name] = elements.count }
        }
        self.init(
            graph: network.graph, codebooks: Self.usualCodebooks, codeMaps: codeMaps, notes: notes,
            matrixWeights: weights, countedParameters: parameterCount)
    }

    /// J of tensors whose format is free.
    static let usualCodebooks = 8
}
