/// Tables for zero-mean Gaussian symbols at 64 scales, for the two quantizers of the trellis.
///
/// In units of a symbol step (2 D for the trellis of union step D), the cells of quantizer 0 are those of uniform
/// rounding; quantizer 1 has its levels halfway:
///
///     quantizer 0      level k                 cell k - 1/2 ... k + 1/2
///     quantizer 1      level k - sgn(k) / 2    cell of 0: -1/4 ... 1/4,  of 1: 1/4 ... 1,  of k > 1: k - 1 ... k
///
/// Table `level` is quantizer 0 at that scale, table `levelCount + level` quantizer 1.
public enum GaussianTables {
    public static let levelCount = 64
    public static let smallestScale = 0.11
    public static let largestScale = 256.0

    /// The 64 scales, evenly spaced in their logarithms.
    public static let scales: [Double] = (0..<levelCount).map { level in
        smallestScale
            * ElementaryFunctions.exp(
                ElementaryFunctions.log(largestScale / smallestScale) * Double(level) / Double(levelCount - 1))
    }

    /// Between neighbouring scales: their geometric means, in steps of 2^-fractionBits, rounded up. A scale's level is
    /// the number of thresholds at or below it.
    public static func thresholds(fractionBits: Int) -> [Int32] {
        zip(scales, scales.dropFirst()).map { Int32(($0 * $1).squareRoot() * Double(1 << fractionBits) + 1 - 0x1p-20) }
    }

    public static func tables() -> FrequencyTables {
        var firstSymbols: [Int] = []
        var frequencies: [[Int]] = []
        for quantizer in 0...1 {
            for scale in scales {
                let masses = masses(scale: scale, quantizer: quantizer)
                let largest = masses.count - 1
                let symmetric = masses.dropFirst().reversed() + masses
                let escape = max(0, 1 - symmetric.reduce(0, +))
                firstSymbols.append(-largest)
                frequencies.append(IntegerFrequencies.nearest(to: symmetric + [escape]))
            }
        }
        return FrequencyTables(firstSymbols: firstSymbols, frequencies: frequencies)
    }

    /// Masses of symbols 0, 1, 2 ... as far as they are worth a slot (2^-17), at least two.
    static func masses(scale: Double, quantizer: Int) -> [Double] {
        var masses: [Double] = []
        while masses.count < FrequencyTables.largestSlotCount / 2 - 1 {
            let mass = mass(of: masses.count, scale: scale, quantizer: quantizer)
            if masses.count > 1, mass < 0x1p-17 { break }
            masses.append(mass)
        }
        return masses
    }

    /// The probability of a symbol k >= 0 at a scale in symbol steps (2 D of a trellis).
    public static func mass(of k: Int, scale: Double, quantizer: Int) -> Double {
        let cell: (Double, Double) =
            switch (quantizer, k) {
            case (0, _): (Double(k) - 0.5, Double(k) + 0.5)
            case (_, 0): (-0.25, 0.25)
            case (_, 1): (0.25, 1)
            default: (Double(k) - 1, Double(k))
            }
        // Upper tails, where the complement is accurate.
        return upperTail(cell.0 / scale) - upperTail(cell.1 / scale)
    }

    private static func upperTail(_ x: Double) -> Double { 0.5 * ElementaryFunctions.erfc(x * 0.5.squareRoot()) }
}
