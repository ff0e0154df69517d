public import Diagnostics
import FixedPoint
import Graph

extension QuantizedNetwork {
    /// The network with its variable-rate multipliers set to one rate.
    ///
    /// - Throws: `rateOutOfRange`.
    public func atRate(_ rate: Int) throws(Diagnostic) -> QuantizedNetwork {
        try requireRate(rate, of: rateMultipliers.values.map(\.count).max() ?? 1, network: graph.name)
        var network = self
        for (layer, multipliers) in rateMultipliers {
            network.parameters[layer]?.replaceMultipliers(multipliers[rate])
        }
        return network
    }
}

extension LayerParameters {
    /// A layer of variable rate has no activation function: positive and negative sums share the multiplier.
    fileprivate mutating func replaceMultipliers(_ multipliers: [QuantizedMultiplier]) {
        switch self {
        case .accumulation(var parameters):
            parameters.postProcessing.multipliers = multipliers
            parameters.postProcessing.multipliersNegative = multipliers
            self = .accumulation(parameters)
        case .requantization(var post):
            post.multipliers = multipliers
            post.multipliersNegative = multipliers
            self = .requantization(post)
        case .normalization, .addition, .twoStageAddition, .none:
            preconditionFailure("only multiplying layers have rates")
        }
    }
}
