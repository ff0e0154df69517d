/// From real probabilities to integer frequencies. Used only while a network is prepared: what results is stored, so no
/// stream depends on floating point.
public enum IntegerFrequencies {
    /// Frequencies of at least 1 that sum to 2^16, near the given masses.
    ///
    /// Each mass is rounded to 1/2^16, none below 1; then the sum is corrected one by one where that costs the fewest
    /// bits, the earlier slot first.
    ///
    /// - Parameter masses: not negative, with a positive sum; they are divided by it.
    public static func nearest(to masses: [Double]) -> [Int] {
        let sum = masses.reduce(0, +)
        precondition(
            sum > 0 && masses.allSatisfy { $0 >= 0 } && masses.count <= FrequencyTables.total,
            "masses must be a distribution")
        let probabilities = masses.map { $0 / sum }
        var frequencies = probabilities.map { max(1, Int(($0 * Double(FrequencyTables.total)).rounded())) }
        var difference = FrequencyTables.total - frequencies.reduce(0, +)
        while difference > 0 {
            frequencies[
                best(probabilities.indices) {
                    probabilities[$0] * ElementaryFunctions.log1p(1 / Double(frequencies[$0]))
                }] += 1
            difference -= 1
        }
        while difference < 0 {
            let reducible = frequencies.indices.filter { frequencies[$0] > 1 }
            frequencies[
                best(reducible) { probabilities[$0] * ElementaryFunctions.log1p(-1 / Double(frequencies[$0])) }] -= 1
            difference += 1
        }
        return frequencies
    }

    /// The index of the largest score, the first of equals.
    private static func best(_ indices: some Sequence<Int>, _ score: (Int) -> Double) -> Int {
        var chosen: (index: Int, score: Double)?
        for index in indices {
            let score = score(index)
            if score > chosen?.score ?? -.infinity { chosen = (index, score) }
        }
        return chosen!.index
    }

    /// From counts of symbols on calibration pictures: symbols `first` to `first + counts.count - 1`, an escape of
    /// weight `escapeWeight`. Every symbol has the weight of its count and `floorWeight`, so that one never seen still
    /// has a code.
    public static func histogram(_ counts: [Int], floorWeight: Double = 0.25, escapeWeight: Double = 0.25) -> [Int] {
        nearest(to: counts.map { Double($0) + floorWeight } + [escapeWeight])
    }
}
