public import FixedPoint
public import MachineDescription
public import Quantization

/// The choices of quantization after S1, and the limits of the machine that it is made for.
public struct QuantizationOptions: Hashable, Sendable {
    /// Spacing of the 256 weights that a code can mean. Default: power 2.
    public var weightLaw: Law
    /// With a dead-zone law: the least part of each layer's weights that must be zero, 0...0.99. Each layer then gets
    /// the narrowest dead zone that reaches it, and the law's own fraction is not used.
    public var weightSparsity: Double?
    public var weightGrouping: WeightGrouping
    public var weightClipping: WeightClipping
    /// Whether weights make up for each other's rounding errors where their operands are correlated.
    public var compensatesRounding: Bool
    /// Spacing of the entries of activation codebooks. Default: power 2.
    public var activationLaw: Law
    /// J: codebooks a tensor, of falling range. 1 means one range for all channels.
    public var codebooks: Int
    /// How many codebooks it takes to halve the range.
    public var codebooksPerOctave: Int
    /// Of the latents; unless it is none, the codebook of a channel of any other tensor may lie about the channel's
    /// median.
    public var meanRemoval: MeanRemoval
    public var rangeSelection: RangeSelection
    /// Whether the biases of accumulating layers take up the mean error measured on the calibration pictures, where
    /// kinds of pictures that are left out fare better with it.
    public var correctsBias: Bool
    /// Whether the betas of normalizations do.
    public var correctsBeta: Bool
    /// Whether the biases and betas of layers that bring learned clips, which were trained with their weights, are
    /// corrected too.
    public var correctsTrainedBias: Bool
    /// Whether the ranges that a fine-tuned network brings along take the place of all searches and corrections where
    /// it has them.
    public var takesLearnedRanges: Bool
    public var rounding: RoundingRule
    /// Widths of the tables of normalization, for a machine with a table unit; nil: correctly rounded.
    public var normalizationTable: NormalizationTable.Widths?
    /// R: 24 or 32.
    public var resultBits: Int
    /// V. Decoded activations; never more than the machine has.
    public var activationBits: Int
    /// W. Decoded weights; a layer whose sums would not fit A gets fewer.
    public var weightBits: Int
    /// A. The largest accumulator that the machine has.
    public var accumulatorBits: Int

    public init(
        weightLaw: Law = .power(numerator: 2, denominator: 1), weightSparsity: Double? = nil,
        weightGrouping: WeightGrouping = .outputChannel,
        weightClipping: WeightClipping = .searched, compensatesRounding: Bool = true,
        activationLaw: Law = .power(numerator: 2, denominator: 1),
        codebooks: Int = 8, codebooksPerOctave: Int = 1,
        meanRemoval: MeanRemoval = .midRange, rangeSelection: RangeSelection = .searched, correctsBias: Bool = true,
        correctsBeta: Bool = true, correctsTrainedBias: Bool = false, takesLearnedRanges: Bool = true,
        rounding: RoundingRule = .single, normalizationTable: NormalizationTable.Widths? = nil,
        resultBits: Int = 32, activationBits: Int = 15, weightBits: Int = 12, accumulatorBits: Int = 36
    ) {
        self.weightLaw = weightLaw
        self.weightSparsity = weightSparsity
        self.weightGrouping = weightGrouping
        self.weightClipping = weightClipping
        self.compensatesRounding = compensatesRounding
        self.activationLaw = activationLaw
        self.codebooks = codebooks
        self.codebooksPerOctave = codebooksPerOctave
        self.meanRemoval = meanRemoval
        self.rangeSelection = rangeSelection
        self.correctsBias = correctsBias
        self.correctsBeta = correctsBeta
        self.correctsTrainedBias = correctsTrainedBias
        self.takesLearnedRanges = takesLearnedRanges
        self.rounding = rounding
        self.normalizationTable = normalizationTable
        self.resultBits = resultBits
        self.activationBits = activationBits
        self.weightBits = weightBits
        self.accumulatorBits = accumulatorBits
    }

    /// The law of gammas, whose codes are magnitudes of 8 bits: that of the weights, but power 2 instead of a dead
    /// zone, which has negative levels, and for a minifloat one mantissa bit more in the place of the sign.
    public var gammaLaw: Law {
        switch weightLaw {
        case .deadZone: .power(numerator: 2, denominator: 1)
        case .minifloat(let exponentBits, let mantissaBits) where exponentBits + mantissaBits == 7:
            .minifloat(exponentBits: exponentBits, mantissaBits: mantissaBits + 1)
        default: weightLaw
        }
    }

    /// The same choices within a machine's V, W and A, for its kind of normalization.
    public func limited(to machine: MachineDescription) -> QuantizationOptions {
        var options = self
        options.activationBits = min(activationBits, machine.macArray.activationBits)
        options.weightBits = min(weightBits, machine.macArray.weightBits)
        options.accumulatorBits = machine.macArray.accumulatorBits
        options.normalizationTable = machine.normalization.method == .table ? .standard : nil
        return options
    }

    /// Classic 8 bits: linear, one scale a layer, one range a tensor, no mean removal, no search.
    public static var plain: QuantizationOptions {
        QuantizationOptions(
            weightLaw: .linear, weightGrouping: .layer, weightClipping: .none, compensatesRounding: false,
            activationLaw: .linear, codebooks: 1,
            meanRemoval: .none, rangeSelection: .maximum, correctsBias: false, correctsBeta: false,
            takesLearnedRanges: false)
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
