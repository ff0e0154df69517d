/// Uniform quantization of latents less their means, with or without regard to the rate.
///
///     round   k = floor((2 x + step) / (2 step)), limited to 16 bits
///     RDOQ    of r = round(x), r one nearer to 0, and 0: the least J = (x - k step)^2 2^12 + lambda cost(k);
///             of equals the first of these, so that
///             without lambda it rounds
public enum ScalarQuantizer {
    @inlinable
    public static func rounded(_ x: Int32, step: Int32) -> Int32 {
        let quotient = 2 * Int(x) + Int(step)
        let divisor = 2 * Int(step)
        let k = quotient >= 0 ? quotient / divisor : -((divisor - 1 - quotient) / divisor)
        return Int32(max(min(k, Int(Int16.max)), Int(Int16.min)))
    }

    public static func round(_ latents: [Int32], step: Int) -> [Int32] {
        let step = Int32(step)
        return latents.map { rounded($0, step: step) }
    }

    /// - Parameter tableIndices: of each latent.
    public static func decide(
        _ latents: [Int32], tableIndices: [UInt16], rates: RateTable, settings: DecisionSettings
    ) -> [Int32] {
        precondition(latents.count == tableIndices.count, "\(latents.count) latents, \(tableIndices.count) tables")
        var symbols = [Int32](repeating: 0, count: latents.count)
        for index in latents.indices {
            let x = latents[index]
            let nearest = rounded(x, step: settings.step)
            guard nearest != 0 else { continue }
            let table = Int(tableIndices[index])
            var best = nearest
            var least = cost(of: nearest, x, table, rates, settings)
            let nearer = nearest - nearest.signum()
            let costOfNearer = cost(of: nearer, x, table, rates, settings)
            if costOfNearer < least { (best, least) = (nearer, costOfNearer) }
            if nearer != 0, cost(of: 0, x, table, rates, settings) < least { best = 0 }
            symbols[index] = best
        }
        return symbols
    }

    @inline(__always)
    static func cost(of k: Int32, _ x: Int32, _ table: Int, _ rates: RateTable, _ settings: DecisionSettings) -> Int64 {
        let distance = Int64(x) - Int64(k) * Int64(settings.step)
        return (distance * distance) << Int64(DecisionSettings.distanceBits) + settings.lambda
            * Int64(rates.cost(k, table: table))
    }
}
