public import Graph

/// A network in real numbers, float32 as trained.
public struct FloatNetwork: Sendable {
    public var graph: Graph
    /// Of every layer that has any, by name.
    public var parameters: [String: FloatParameters]
    /// Channel gains for each rate, by the name of the layer whose output they multiply (outer index: rate). Empty for
    /// networks of one rate.
    public var rateGains: [String: [[Float]]]
    /// The learned distribution of the hyper-latent, or of the latents of a network without one: what entropy tables
    /// are made from.
    public var prior: FactorizedPrior?
    /// What fine-tuning through the quantizer learned beside the weights; empty for a network that was trained in float
    /// only.
    public var ranges = LearnedRanges()

    public init(
        graph: Graph, parameters: [String: FloatParameters], rateGains: [String: [[Float]]] = [:],
        prior: FactorizedPrior? = nil
    ) {
        self.graph = graph
        self.parameters = parameters
        self.rateGains = rateGains
        self.prior = prior
    }
}

/// Float parameters of one layer.
public enum FloatParameters: Hashable, Sendable {
    /// Weights `[K][R][S][C/groups]`, bias `[K]`.
    case accumulation(weights: [Float], bias: [Float])
    /// gamma `[i: output][j: input]`, beta `[i]`, effective values.
    case normalization(gamma: [Float], beta: [Float])
}
