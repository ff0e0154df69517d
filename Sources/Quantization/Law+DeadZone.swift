// The dead-zone quantizer of CoDeQ, w = s q + shift sgn(q), with its largest level at M = 2^(W-1) - 1.
//
//     h = M P/Q           half the dead zone, d/2;   s = (M - h) / (N - 1/2), N = 2^(levelBits-1) - 1;
//                         shift = h - s/2
//     level q = 1...N     s q + shift = h + (q - 1/2) s: the middle of h + (q-1) s ... h + q s
//
//      0   0   0 | e1 | e2 | ... | eN
//     -----------+----+----+-----+----
//     0          h   h+s              M

extension Law {
    /// 256 entries: code 128 = 0, code 128 +- q = +- RHU(M (P (2N - 1) + (2q - 1) (Q - P)) / (Q (2N - 1))). Codes
    /// beyond N levels repeat the last and are never chosen.
    ///
    /// The numerator stays below 2^15 2^10 2^9.
    static func deadZoneEntries(numerator: Int, denominator: Int, levelBits: Int, bits: Int) -> [Int16] {
        let largest = 1 << (bits - 1) - 1
        let levels = 1 << (levelBits - 1) - 1
        let divisor = denominator * (2 * levels - 1)
        return (0..<256).map { code in
            let level = min(abs(code - 128), levels)
            guard level > 0 else { return 0 }
            let dividend = largest * (numerator * (2 * levels - 1) + (2 * level - 1) * (denominator - numerator))
            let magnitude = (2 * dividend + divisor) / (2 * divisor)
            return Int16(code < 128 ? -magnitude : magnitude)
        }
    }

    /// h, in the units of the entries of W bits: magnitudes below it become zero. Nil for other laws.
    public func deadZone(bits: Int) -> Double? {
        guard case .deadZone(let numerator, let denominator, _) = self else { return nil }
        return Double((1 << (bits - 1) - 1) * numerator) / Double(denominator)
    }
}
