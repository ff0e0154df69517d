public import FixedPoint

/// From the accumulator to the grid of the output: multiply, shift with the named rounding, saturate to R bits, clip.
/// Encoding follows by the output's format.
///
///     r = clip(saturate_R(round(acc * (acc < 0 ? multipliersNegative[k] : multipliers[k]))), clipLow, clipHigh)
///     code = encode(r) by the output tensor's codebooks, then codeMap[code] where there is one
public struct PostProcessing: Hashable, Sendable {
    /// One an output channel.
    public var multipliers: [QuantizedMultiplier]
    /// One an output channel: for negative accumulators (LeakyReLU; ReLU is zero). Equal to `multipliers` without one.
    public var multipliersNegative: [QuantizedMultiplier]
    public var rounding: RoundingRule
    /// R: 24 or 32.
    public var resultBits: Int
    public var clipLow: Int32
    public var clipHigh: Int32
    /// 256 codes, applied last (a sigmoid, say).
    public var codeMap: [UInt8]?

    public init(
        multipliers: [QuantizedMultiplier], multipliersNegative: [QuantizedMultiplier]? = nil, rounding: RoundingRule,
        resultBits: Int = 32,
        clipLow: Int32 = .min, clipHigh: Int32 = .max, codeMap: [UInt8]? = nil
    ) {
        self.multipliers = multipliers
        self.multipliersNegative = multipliersNegative ?? multipliers
        self.rounding = rounding
        self.resultBits = resultBits
        self.clipLow = clipLow
        self.clipHigh = clipHigh
        self.codeMap = codeMap
    }
}
