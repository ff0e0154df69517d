import Graph

/// The correctly rounded magnitude of a normalized value, by the inequalities of `docs/arithmetic.md`.
///
/// With |v| <= 2^15, M < 2^24, 1 <= n < 2^40, 0 <= S <= 62 no product leaves 128 bits: `(2 |v| M)^2 <= 2^80`, times n
/// below 2^120. The power of four on the left of the square-root forms is divided off the right instead, which is
/// exact: for integers a and b, `a 2^(2S) <= b` just where `a <= floor(b / 2^(2S))`.
struct NormalizedMagnitude: Sendable {
    /// M.
    let mantissa: Int128
    /// S.
    let shift: Int

    /// Magnitudes above this saturate any result of at most 32 bits, so the search for q ends here.
    static let largest: Int128 = 1 << 32

    /// `magnitude` is |v|, `norm` is n.
    func callAsFunction(_ form: NormalizationForm, magnitude: Int128, norm: Int128) -> Int128 {
        precondition((0...1 << 15).contains(magnitude), "|v| = \(magnitude) is outside 0...2^15")
        precondition((1..<1 << 40).contains(norm), "n = \(norm) is outside 1..<2^40")
        let twice = 2 * magnitude * mantissa
        switch form {
        case .gdn:
            // (2q-1)^2 n 2^(2S) <= (2 |v| M)^2
            let bound = floorOfQuotient(twice * twice, powerOfTwo(2 * shift))
            return largest { q in (2 * q - 1) * (2 * q - 1) * norm <= bound }
        case .igdn:
            // ((2q-1) 2^S)^2 <= (2 |v| M)^2 n
            let bound = floorOfQuotient(twice * twice * norm, powerOfTwo(2 * shift))
            return largest { q in (2 * q - 1) * (2 * q - 1) <= bound }
        case .gdn1:
            return floorOfQuotient(twice + norm * powerOfTwo(shift), norm * powerOfTwo(shift + 1))
        case .igdn1:
            return halfUpOfQuotient(magnitude * norm * mantissa, powerOfTwo(shift))
        }
    }

    /// The largest q in 1...largest for which the condition holds, else 0; it holds up to some q and not beyond.
    /// Doubling finds the interval, halving the q.
    private func largest(where holds: (Int128) -> Bool) -> Int128 {
        var (low, high): (Int128, Int128) = (0, 1)
        while high <= Self.largest, holds(high) { (low, high) = (high, 2 * high) }
        // The condition holds at low (or low is 0) and not at high (or high is beyond the largest).
        while high - low > 1 {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return min(low, Self.largest)
    }
}
