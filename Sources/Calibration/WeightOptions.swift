public import Quantization

/// How the weights of a layer become codes.
public struct WeightOptions: Hashable, Sendable {
    /// Spacing of the 256 weights that a code can mean.
    public var law = Law.power(numerator: 2, denominator: 1)
    /// With a dead-zone law: the least part of each layer's weights that must be zero, 0...0.99. Each layer then gets
    /// the narrowest dead zone that reaches it, and the law's own fraction is not used.
    public var sparsity: Double?
    public var grouping = WeightGrouping.outputChannel
    public var clipping = WeightClipping.searched
    /// Whether weights make up for each other's rounding errors where their operands are correlated.
    public var compensatesRounding = true
    /// W, 8...16. Decoded weights; a layer whose sums would not fit A gets fewer, and linear ones have 8.
    public var bits = 12

    /// Every choice as its property says.
    public init() {}

    /// Linear, one scale a layer that reaches the largest magnitude, each weight rounded by itself.
    public static var plain: WeightOptions {
        var options = WeightOptions()
        options.law = .linear
        options.grouping = .layer
        options.clipping = .none
        options.compensatesRounding = false
        return options
    }

    /// The law of gammas, whose codes are magnitudes of 8 bits: that of the weights, but power 2 instead of a dead
    /// zone, which has negative levels, and for a minifloat one mantissa bit more in the place of the sign.
    public var gammaLaw: Law {
        switch law {
        case .deadZone: .power(numerator: 2, denominator: 1)
        case .minifloat(let exponentBits, let mantissaBits) where exponentBits + mantissaBits == 7:
            .minifloat(exponentBits: exponentBits, mantissaBits: mantissaBits + 1)
        default: law
        }
    }
}

/// Which weights share a scale.
public enum WeightGrouping: String, CaseIterable, Hashable, Sendable {
    case layer
    case outputChannel
    /// Sits inside the sum and cannot be requantized away: for study in float only.
    case inputChannel
    /// One scale for each pair of output and input channel: for study in float only.
    case kernel

    public var isExecutable: Bool { self == .layer || self == .outputChannel }
}

/// Where the largest code of a weight group lies.
public enum WeightClipping: String, CaseIterable, Hashable, Sendable {
    /// At the largest magnitude.
    case none
    /// At the magnitude that 99 % of the group's weights do not pass.
    case quantile
    /// At the fraction of the largest that has the least squared error, each input channel weighted by its mean square.
    case searched
}
