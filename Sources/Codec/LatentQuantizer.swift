public import EntropyCoding

/// A quantizer with everything that its decisions need.
public struct LatentQuantizer: Hashable, Sendable {
    public var kind: QuantizerKind
    /// F of the latents that it quantizes: 2^F grid steps are one symbol step.
    public let fractionBits: Int
    /// Scalar: distance of two levels; trellis: the union step D. In grid steps.
    public var step: Int
    /// In squared symbol steps for one bit; ignored by `round`.
    public var lambda: Double
    /// Of the trellis kinds.
    public var trellis: TrellisTable?

    /// - Parameters:
    ///   - fractionBits: F, 0...8, as in `PictureCodec.fractionBits`.
    ///   - step: in grid steps; nil is the step that the network was trained for: a symbol step, for a trellis 9/16 of
    ///     it (2^(1/6) / 2 = 0.561).
    ///   - lambda: nil is a tenth of the slope of the rate-distortion curve at high rate, ln 2 / 6 step^2, for a
    ///     trellis 0.7 4 ln 2 / 6 D^2: symbols moved towards 0
    ///     cost a synthesis that was trained on rounded latents more than their squared error (see
    ///     `docs/results/codec.md`).
    public init(
        _ kind: QuantizerKind, fractionBits: Int, step: Int? = nil, lambda: Double? = nil, trellis: TrellisTable? = nil
    ) {
        self.kind = kind
        self.fractionBits = fractionBits
        self.trellis =
            switch kind {
            case .round, .rdoq: nil
            case .tcq4: .fourStates
            case .tcq8: .eightStates
            case .trellis: trellis
            }
        precondition(
            (self.trellis != nil) == (kind != .round && kind != .rdoq), "a trellis of one's own needs its table")
        let isTrellis = self.trellis != nil
        self.step = step ?? Self.gridSteps(sixteenths: isTrellis ? 9 : 16, fractionBits: fractionBits)
        let relative = Double(self.step) / Double(1 << fractionBits)
        let slope = 0.6931471805599453 / 6 * (isTrellis ? 4 * 0.7 : 1)
        self.lambda = lambda ?? 0.1 * slope * relative * relative
    }

    /// The nearest number of grid steps, at least 1.
    public static func gridSteps(sixteenths: Int, fractionBits: Int) -> Int {
        max(1, (sixteenths << fractionBits + 8) >> 4)
    }

    var settings: DecisionSettings {
        DecisionSettings(step: step, squaredGridStepsPerBit: lambda * Double(1 << (2 * fractionBits)))
    }
    /// The distance of two levels of one quantizer, which the tables' scales are relative to.
    var cellStep: Int { trellis == nil ? step : 2 * step }
}
