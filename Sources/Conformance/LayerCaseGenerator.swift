public import FixedPoint
import Graph
import Networks
import Quantization
import Tensors

/// Makes a layer case from a seed: every operator, odd sizes, ragged channels, every rounding rule, extreme values.
public struct LayerCaseGenerator: Sendable {
    /// Which operators to draw from.
    public enum Family: String, CaseIterable, Sendable {
        case convolution, depthwiseConvolution, groupedConvolution, transposedConvolution, fullyConnected
        case gdn, igdn, gdn1, igdn1
        case requantize, add, concatenation, pixelShuffle, quantizeLatent, reconstructLatent
    }

    /// Widest V, W and A that a drawn case may need.
    public let limits: CaseLimits

    public init(limits: CaseLimits = CaseLimits()) { self.limits = limits }

    /// The case of this seed. Families and rounding rules go round, so that consecutive seeds cover all of them.
    public func layerCase(seed: UInt64) -> LayerCase {
        let families = Family.allCases
        return layerCase(seed: seed, family: families[Int(seed % UInt64(families.count))])
    }

    public func layerCase(seed: UInt64, family: Family, rounding: RoundingRule? = nil) -> LayerCase {
        let rule = rounding ?? RoundingRule.allCases[Int(seed / UInt64(Family.allCases.count) % UInt64(RoundingRule.allCases.count))]
        // A drawn case whose sums do not fit the widest accumulator, or the rounding rule's domain, is drawn again.
        for attempt in 0..<1000 {
            var random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(attempt))
            if let draft = LayerCaseDraft.draw(family: family, rounding: rule, limits: limits, using: &random) {
                return LayerCase(name: "\(family.rawValue) \(rule.rawValue) \(draft.summary) seed \(seed)", seed: seed, network: draft.network, inputs: draft.inputs)
            }
        }
        preconditionFailure("seed \(seed) gives no case of \(family.rawValue)")
    }
}

/// What a machine offers: cases are drawn within its widths, for its normalization unit.
public struct CaseLimits: Hashable, Sendable {
    public var activationBits: Int
    public var weightBits: Int
    public var accumulatorBits: Int
    /// Whether normalizations go by tables, derived and random ones; otherwise they are correctly rounded.
    public var hasTableNormalization: Bool

    public init(activationBits: Int = 16, weightBits: Int = 12, accumulatorBits: Int = 40, hasTableNormalization: Bool = false) {
        self.activationBits = activationBits
        self.weightBits = weightBits
        self.accumulatorBits = accumulatorBits
        self.hasTableNormalization = hasTableNormalization
    }
}

/// A case being drawn.
struct LayerCaseDraft {
    var network: QuantizedNetwork
    var inputs: [String: Tensor<Int32>]
    var summary: String

    static func draw(family: LayerCaseGenerator.Family, rounding: RoundingRule, limits: CaseLimits, using random: inout SplitMix64) -> LayerCaseDraft? {
        switch family {
        case .convolution, .depthwiseConvolution, .groupedConvolution, .transposedConvolution, .fullyConnected:
            accumulation(family: family, rounding: rounding, limits: limits, using: &random)
        case .gdn: normalization(.gdn, limits: limits, using: &random)
        case .igdn: normalization(.igdn, limits: limits, using: &random)
        case .gdn1: normalization(.gdn1, limits: limits, using: &random)
        case .igdn1: normalization(.igdn1, limits: limits, using: &random)
        case .requantize: requantize(rounding: rounding, limits: limits, using: &random)
        case .add: add(rounding: rounding, limits: limits, using: &random)
        case .concatenation: concatenation(using: &random)
        case .pixelShuffle: pixelShuffle(using: &random)
        case .quantizeLatent: latent(reconstruct: false, using: &random)
        case .reconstructLatent: latent(reconstruct: true, using: &random)
        }
    }
}
