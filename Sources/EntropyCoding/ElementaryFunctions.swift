/// Functions of the C library that decide integers in files, from basic operations in one order: the library's own
/// differ in their last bits from system to system, and between processors of one.
///
/// Accurate to about 1e-15 of the value wherever it is a normal number.
public enum ElementaryFunctions {
    /// ln 2 in two parts, of which the first times any exponent is exact.
    private static let ln2 = (high: 0x1.62e42feep-1, low: 0x1.a39ef35793c76p-33)

    /// e^x = 2^k e^r, |r| <= ln 2 / 2, by the series of e^r.
    public static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x > 710 { return .infinity }
        if x < -746 { return 0 }
        let k = (x / (ln2.high + ln2.low)).rounded()
        let r = (x - k * ln2.high) - k * ln2.low
        var sum = 1.0
        for n in stride(from: 14.0, through: 1, by: -1) { sum = 1 + sum * r / n }
        // In two steps: 2^k may lie outside the numbers where the product does not.
        let half = Int(k) / 2
        return sum * Double(sign: .plus, exponent: half, significand: 1)
            * Double(sign: .plus, exponent: Int(k) - half, significand: 1)
    }

    /// Of normal x > 0, infinities and NaN: ln x = k ln 2 + ln m, sqrt(1/2) <= m < sqrt(2).
    public static func log(_ x: Double) -> Double {
        if x.isNaN || x == .infinity { return x }
        precondition(x.isNormal && x > 0, "the logarithm of \(x)")
        let isHigh = x.significand >= 2.0.squareRoot()
        let k = Double(x.exponent) + (isHigh ? 1 : 0)
        let m = isHigh ? x.significand / 2 : x.significand
        return k * ln2.high + (k * ln2.low + twiceArtanh((m - 1) / (m + 1)))
    }

    /// ln(1 + x) of x > -1, accurate near 0.
    public static func log1p(_ x: Double) -> Double { abs(x) < 0.25 ? twiceArtanh(x / (2 + x)) : log(1 + x) }

    /// ln((1 + s) / (1 - s)) = 2 (s + s^3 / 3 + s^5 / 5 + ...), |s| < 0.172.
    private static func twiceArtanh(_ s: Double) -> Double {
        let square = s * s
        var sum = 0.0
        for n in stride(from: 23.0, through: 3, by: -2) { sum = (sum + 1 / n) * square }
        return 2 * (s + s * sum)
    }

    /// Near 0 by Lambert's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ...))), which loses no digits there.
    public static func tanh(_ x: Double) -> Double {
        let magnitude = abs(x)
        if magnitude >= 0.5 {
            let rest = 1 - 2 / (exp(2 * magnitude) + 1)
            return x < 0 ? -rest : rest
        }
        var denominator = 21.0
        for n in stride(from: 19.0, through: 1, by: -2) { denominator = n + x * x / denominator }
        return x / denominator
    }

    /// 1 - erf(x): near 0 by the series of erf, whose terms are all positive, beyond by the trapezoidal rule with its
    /// correction (Chiarella and Reichel 1968):
    ///
    ///     erfc(x) = h x e^(-x^2) / pi (1/x^2 + 2 sum of e^(-n^2 h^2) / (n^2 h^2 + x^2)) - 2 / (e^(2 pi x / h) - 1),
    ///     h = 1/2: an error of e^(-4 pi^2)
    public static func erfc(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x < 0 { return 2 - erfc(-x) }
        let square = x * x
        if x < 0.5 {
            var sum = 0.0
            for n in stride(from: 33.0, through: 3, by: -2) { sum = (1 + sum) * 2 * square / n }
            return 1 - 2 / Double.pi.squareRoot() * gaussian(x) * (x + x * sum)
        }
        if x > 28 { return 0 }
        var sum = 0.0
        for n in stride(from: 13.0, through: 1, by: -1) {
            let point = n * n / 4
            sum += exp(-point) / (point + square)
        }
        let tail = x / (2 * Double.pi) * gaussian(x) * (1 / square + 2 * sum)
        return x < 6 ? tail - 2 / (exp(4 * Double.pi * x) - 1) : tail
    }

    /// e^(-x^2), where the square has more digits than a double.
    private static func gaussian(_ x: Double) -> Double {
        let high = (x * 0x1p20).rounded() * 0x1p-20
        return exp(-high * high) * exp((high - x) * (high + x))
    }
}
