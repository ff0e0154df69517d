/// What rate-distortion decisions on latents weigh, in integers.
///
///     J = d^2 2^12 + lambda cost       d in steps of the latents' grid, cost in 1/256 bit
///
/// |d| <= 2^17, cost < 2^14 and lambda < 2^24 bound one decision by 2^46 + 2^38.
public struct DecisionSettings: Hashable, Sendable {
    /// Fraction bits of the squared distance in J.
    public static let distanceBits = 12
    /// lambda stays below this.
    public static let lambdaBits = 24
    /// |x| of a latent less its mean, both of 16 bits, is below 2^16; a level next to it is at most two steps farther.
    public static let largestDistance = 1 << 17
    /// Steps are 1 ... 2^14 grid steps.
    public static let steps = 1...1 << 14

    /// Scalar quantizers: distance of two levels. Trellis: the union step D. In grid steps.
    public let step: Int32
    /// 2^-12 squared grid steps for 1/256 bit.
    public let lambda: Int64

    public init(step: Int, lambda: Int64) {
        precondition(Self.steps.contains(step), "step \(step)")
        precondition((0..<Int64(1) << Int64(Self.lambdaBits)).contains(lambda), "lambda \(lambda)")
        self.step = Int32(step)
        self.lambda = lambda
    }

    /// - Parameter squaredGridStepsPerBit: lambda in squared grid steps for one bit; nearest integer, limited to what
    ///   fits.
    public init(step: Int, squaredGridStepsPerBit: Double) {
        let exact = (squaredGridStepsPerBit * Double(1 << Self.distanceBits) / 256).rounded()
        self.init(step: step, lambda: Int64(min(max(exact, 0), Double(1 << Self.lambdaBits - 1))))
    }

    /// No cost of one sample exceeds this.
    public static let largestCost =
        Int64(largestDistance * largestDistance) << Int64(distanceBits) + Int64(RateTable.largestCost)
        << Int64(lambdaBits)
    /// Signed bits of a path metric: with S states any state is reached from any other in log2 S samples, so metrics
    /// lie within log2 S costs of the least one, which is subtracted after each sample; the sum before that is one cost
    /// more.
    public static func metricBits(states: Int) -> Int {
        let steps = Int64(states.trailingZeroBitCount + 1)
        return 65 - (largestCost * steps).leadingZeroBitCount
    }
}
