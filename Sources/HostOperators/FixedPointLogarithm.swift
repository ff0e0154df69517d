/// log x of a number of 12 integer bits, 1 or more.
///
/// x = 2^k r with r about 2^-(1/4): of two such pairs, half a power of two apart, the one with the smaller r is taken.
/// With q = 2 (r - 2^-(1/4)) and p half their sum, log(r) + log(2)/4 is a quotient of polynomials in q.
enum FixedPointLogarithm {
    private static let integerBits = 12
    /// Of the result, and one more while it is put together.
    private static let (resultBits, sumBits) = (5, 6)
    private static let (logOfTwo, rootOfHalf, fourthRootOfHalf) = (1_488_522_236, 1_518_500_250, 1_805_811_301)
    /// 11/240 and 1/20 of 2^(1/4), 2 / 2^(1/4) - 2^(1/4), 2^(1/4) / 4.
    private static let (upper, lower, constant, linear) = (117_049_297, 127_690_142, 1_057_819_769, 638_450_708)

    /// - Returns: a number of 5 integer bits.
    static func of(_ raw: Int) -> Int {
        let (exponent, mantissa) = split(raw)
        let p = FixedPoint31.halfSum(mantissa, fourthRootOfHalf)
        let q = 2 * (mantissa - fourthRootOfHalf)
        let square = FixedPoint31.product(q, q)
        let numerator =
            FixedPoint31.product(q, mantissa) + FixedPoint31.product(FixedPoint31.product(q, square), upper)
        let denominator =
            FixedPoint31.product(p, constant + q + FixedPoint31.product(lower, square))
            + FixedPoint31.product(linear, q)
        let scaled = FixedPoint31.shiftedRight(numerator, sumBits)
        let sum =
            FixedPoint31.product(exponent, logOfTwo)
            + FixedPoint31.product(scaled, FixedPointReciprocal.ofOnePlus(denominator))
        return FixedPoint31.shiftedLeft(sum, sumBits - resultBits)
    }

    /// k + 1/4 with `sumBits` integer bits, and r.
    private static func split(_ raw: Int) -> (exponent: Int, mantissa: Int) {
        let unit = 31 - sumBits
        let quarter = FixedPoint31.shiftedRight(1 << 29, sumBits)
        let first = FixedPoint31.headroom(raw)
        let firstMantissa = FixedPoint31.shiftedLeft(
            FixedPoint31.product(FixedPoint31.shiftedLeft(raw, first - 1), rootOfHalf), 1)
        let firstExponent = FixedPoint31.saturated(
            FixedPoint31.shiftedLeft(integerBits - first, unit) + quarter)
        let second = FixedPoint31.headroom(FixedPoint31.product(raw, rootOfHalf)) - 1
        let secondMantissa = FixedPoint31.shiftedLeft(raw, second)
        let secondExponent = FixedPoint31.saturated(
            FixedPoint31.shiftedLeft(integerBits - second, unit) - quarter)
        return (max(firstExponent, secondExponent), min(firstMantissa, secondMantissa))
    }
}
