import Foundation
import Graph
public import Networks

/// How many bits weights really need: zeros, entropy, and the code that a network file stores. Each layer has a code of
/// its own.
public struct WeightCodingSummary: Sendable {
    public private(set) var weights = 0
    public private(set) var zeroWeights = 0
    private var totalEntropyBits = 0.0
    private var totalCodedBits = 0

    public init(_ network: QuantizedNetwork) {
        self.init(network.graph.layers.compactMap { network.weights(of: $0.name) })
    }

    public init(_ layers: [LayerWeights]) {
        for layer in layers {
            let statistics = WeightStatistics(measuring: layer)
            weights += statistics.weights
            zeroWeights += statistics.zeroWeights
            totalEntropyBits += layer.entropyBits
            totalCodedBits += statistics.codedBits.reduce(0) { $0 + Int($1) }
        }
    }

    public var zeroPercent: Double { 100 * Double(zeroWeights) / Double(max(weights, 1)) }
    /// A weight, on the average.
    public var entropyBits: Double { totalEntropyBits / Double(max(weights, 1)) }
    public var codedBits: Double { Double(totalCodedBits) / Double(max(weights, 1)) }

    /// `12.3 % of the weights zero, entropy 6.12 bits a weight, coded 6.15`
    public var text: String {
        String(
            format: "%.1f %% of the weights zero, entropy %.2f bits a weight, coded %.2f", zeroPercent, entropyBits,
            codedBits)
    }
}
