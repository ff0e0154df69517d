public import Quantization

/// How the tensors between layers become codes.
public struct ActivationOptions: Hashable, Sendable {
    /// Spacing of the entries of activation codebooks.
    public var law = Law.power(numerator: 2, denominator: 1)
    /// J, 1...256: codebooks a tensor, of falling range. 1 means one range for all channels.
    public var codebooks = 8
    /// How many codebooks it takes to halve the range, 1...64.
    public var codebooksPerOctave = 1
    /// Of the latents; unless it is none, the codebook of a channel of any other tensor may lie about the channel's
    /// median.
    public var meanRemoval = MeanRemoval.midRange
    public var rangeSelection = RangeSelection.searched
    /// V, 8...16. Decoded activations; never more than the machine has.
    public var bits = 15

    /// Every choice as its property says.
    public init() {}

    /// Linear, one range a tensor that reaches the largest magnitude, no mean removal.
    public static var plain: ActivationOptions {
        var options = ActivationOptions()
        options.law = .linear
        options.codebooks = 1
        options.meanRemoval = .none
        options.rangeSelection = .maximum
        return options
    }
}

/// What is subtracted from a channel of the latents before it becomes 8 bits.
public enum MeanRemoval: String, CaseIterable, Hashable, Sendable {
    case none
    /// The calibrated mean, rounded to an integer.
    case mean
    /// The middle of the calibrated range, rounded to an integer.
    case midRange
}

/// Where the largest entry of an activation codebook lies.
public enum RangeSelection: String, CaseIterable, Hashable, Sendable {
    /// At the largest magnitude.
    case maximum
    /// At the magnitude that 99.99 % of the elements do not pass.
    case percentile
    /// Where the measured squared error is least, each kind of pictures weighed by the least that it can have; how far
    /// beyond the samples, by cross-validation over the kinds.
    case searched
}
