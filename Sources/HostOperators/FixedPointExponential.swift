/// e^x for x of -32 to 0.
///
/// x has 5 integer bits; it is split into a part in -1/4 ..< 0, whose exponential is a polynomial of degree 4 about
/// -1/8, and multiples of 1/4, each bit of which has a factor of its own:
///
///     x = part - (b0 / 4 + b1 / 2 + b2 + 2 b3 + 4 b4 + 8 b5 + 16 b6)        e^x = e^part x product of e^-(2^i / 4)
enum FixedPointExponential {
    private static let fractionBits = 26
    /// e^-(1/8) and 1/3.
    private static let (expOfEighth, third) = (1_895_147_668, 715_827_883)
    /// e^-(2^i / 4), i from 0.
    private static let factors = [
        1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
    ]

    /// - Parameter raw: x of 5 integer bits, at most 0.
    /// - Returns: a fraction; the largest for 0.
    static func of(_ raw: Int) -> Int {
        guard raw < 0 else { return FixedPoint31.largest }
        let quarter = 1 << (fractionBits - 2)
        let part = raw & (quarter - 1) - quarter
        var result = polynomial(part << 5)
        let multiples = part - raw
        for (bit, factor) in factors.enumerated() where multiples & quarter << bit != 0 {
            result = FixedPoint31.product(result, factor)
        }
        return result
    }

    /// e^x of a fraction in -1/4 ..< 0: with y = x + 1/8, e^-(1/8) (1 + y + y^2/2 + y^3/6 + y^4/24).
    private static func polynomial(_ fraction: Int) -> Int {
        let y = fraction + 1 << 28
        let square = FixedPoint31.product(y, y)
        let cube = FixedPoint31.product(square, y)
        let quarterFourth = FixedPoint31.shiftedRight(FixedPoint31.product(square, square), 2)
        let upper = FixedPoint31.product(quarterFourth + cube, third) + square
        let sum = y + FixedPoint31.shiftedRight(upper, 1)
        return FixedPoint31.saturated(expOfEighth + FixedPoint31.product(expOfEighth, sum))
    }
}
