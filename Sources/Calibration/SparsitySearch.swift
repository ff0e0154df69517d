import Diagnostics
import Quantization

/// Finds the dead zone for a wanted part of zeros.
enum SparsitySearch {
    /// Dead zones are tried in steps of 1/256 of the largest level.
    static let denominator = 256

    /// The narrowest dead zone with which at least `share` of the weights are zero, by bisection: a wider one makes
    /// more weights zero, but for rounding that is made up for.
    ///
    /// - Parameter zeroShare: the part of the weights that a law makes zero.
    /// - Throws: `sparsityOutOfReach` where the widest dead zone leaves too many.
    static func law(
        reaching share: Double, levelBits: Int, at place: String, zeroShare: (Law) throws(Diagnostic) -> Double
    ) throws(Diagnostic) -> Law {
        func law(_ numerator: Int) -> Law {
            .deadZone(numerator: numerator, denominator: denominator, levelBits: levelBits)
        }
        var (low, high) = (0, denominator - 1)
        let most = try zeroShare(law(high))
        guard most >= share else {
            throw Diagnostic(
                .sparsityOutOfReach, at: place,
                found: "\(Int(most * 1000)) of 1000 weights zero with the widest dead zone",
                expected: "a share of \(share)",
                remedy: "ask for less, or let the largest level lie higher: --weight-clipping none")
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if try zeroShare(law(middle)) >= share { high = middle } else { low = middle }
        }
        return law(high)
    }
}
