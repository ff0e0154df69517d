import ExactArithmetic

/// Store, steps 1 and 2 of docs/arithmetic.md: R bits, then the clip.
struct ResultBits: Hashable, Sendable {
    var isWide = true
    var clipLow = Int(Int32.min)
    var clipHigh = Int(Int32.max)

    var bits: Int { isWide ? 32 : 24 }

    /// The result, and whether it did not fit R bits.
    func store(_ rounded: ExactInteger) -> (result: Int64, saturated: Int64) {
        let limit = ExactInteger.powerOfTwo(bits - 1)
        let kept = min(max(rounded, -limit), limit - 1)
        let result = min(max(Int(exactly: kept)!, clipLow), clipHigh)
        return (Int64(result), kept == rounded ? 0 : 1)
    }

    /// Points of the saturation that a rounded value hits.
    func edge(_ rounded: ExactInteger) -> String? {
        let limit = ExactInteger.powerOfTwo(bits - 1)
        if rounded < -limit { return "saturated low" }
        if rounded == -limit { return "lowest kept" }
        if rounded == limit - 1 { return "highest kept" }
        return rounded >= limit ? "saturated high" : nil
    }

    /// What the clip did.
    func clipped(_ rounded: ExactInteger) -> String {
        let value = min(max(rounded, -ExactInteger.powerOfTwo(bits - 1)), .powerOfTwo(bits - 1) - 1)
        if value < ExactInteger(clipLow) { return "raised" }
        return value > ExactInteger(clipHigh)
            ? "lowered" : value == ExactInteger(clipLow) || value == ExactInteger(clipHigh) ? "at a limit" : "passed"
    }

    static let edges = ["saturated low", "lowest kept", "highest kept", "saturated high"]
    static let clips = ["raised", "lowered", "at a limit", "passed"]
}
