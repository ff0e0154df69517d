/// 1 / x by three steps of Newton and Raphson.
enum FixedPointReciprocal {
    /// 48/17 and -32/17, of 2 integer bits: the first guess.
    private static let (guess, slope) = (1_515_870_810, -1_010_580_540)

    /// 1 / (1 + x), a fraction of a fraction in 0 ..< 1.
    static func ofOnePlus(_ fraction: Int) -> Int {
        // d = (1 + x) / 2; y tends to 1 / d.
        let denominator = FixedPoint31.halfSum(fraction, FixedPoint31.largest)
        var y = guess + FixedPoint31.product(denominator, slope)
        for _ in 0..<3 {
            let error = 1 << 29 - FixedPoint31.product(denominator, y)
            y += FixedPoint31.shiftedLeft(FixedPoint31.product(y, error), 2)
        }
        return FixedPoint31.shiftedLeft(y, 1)
    }

    /// 1 / x as fraction / 2^shift, of a positive number of so many integer bits.
    static func of(_ raw: Int, integerBits: Int) -> (fraction: Int, shift: Int) {
        let headroom = FixedPoint31.headroom(raw)
        // x without its leading one, which stands for 1.
        return (ofOnePlus(raw << headroom - 1 << 31), integerBits - headroom)
    }
}
