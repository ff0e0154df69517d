/// The oracle of normalization (GDN and its relatives): each form from its defining inequality, by search over integers
/// of any length.
///
/// `v` is the value to normalize (any sign: the magnitude is normalized and the sign put back last), `n >= 1` its norm,
/// `scale` the integer M >= 0 and `shift` the integer S that carry the change of grid. S may be negative.
public enum ExactNormalization {
    /// The sign of v times the largest q >= 0 with `(2q-1)^2 n 2^(2S) <= (2 |v| M)^2`, else 0: `|v| M / (2^S sqrt n)`
    /// correctly rounded.
    public static func gdn(_ v: ExactInteger, norm n: ExactInteger, scale: ExactInteger, shift: Int) -> ExactInteger {
        requireDefined(n, scale)
        let target = (2 * v.magnitude * scale).power(2) << max(-2 * shift, 0)
        return signed(v, largest { (2 * $0 - 1).power(2) * n << max(2 * shift, 0) <= target })
    }

    /// The sign of v times the largest q >= 0 with `((2q-1) 2^S)^2 <= (2 |v| M)^2 n`, else 0: `|v| M sqrt n / 2^S`
    /// correctly rounded.
    public static func igdn(_ v: ExactInteger, norm n: ExactInteger, scale: ExactInteger, shift: Int) -> ExactInteger {
        requireDefined(n, scale)
        let target = (2 * v.magnitude * scale).power(2) * n << max(-2 * shift, 0)
        return signed(v, largest { (2 * $0 - 1).power(2) << max(2 * shift, 0) <= target })
    }

    /// The sign of v times `floor((2 |v| M + n 2^S) / (n 2^(S+1)))`: `|v| M / (2^S n)`, ties up.
    public static func gdn1(_ v: ExactInteger, norm n: ExactInteger, scale: ExactInteger, shift: Int) -> ExactInteger {
        requireDefined(n, scale)
        let quotient = ExactRational(v.magnitude * scale, n) * .powerOfTwo(-shift)
        return signed(v, quotient.rounded(.halfUp))
    }

    /// The sign of v times `RHU(|v| n M / 2^S)`.
    public static func igdn1(_ v: ExactInteger, norm n: ExactInteger, scale: ExactInteger, shift: Int) -> ExactInteger {
        requireDefined(n, scale)
        let product = ExactRational(v.magnitude * n * scale) * .powerOfTwo(-shift)
        return signed(v, product.rounded(.halfUp))
    }

    /// The square-root form's magnitude operand, `min(2^(V-1) - 1, RHU(v^2 / 2^S))`.
    public static func squaredMagnitude(_ v: ExactInteger, operandBits: Int, shift: Int) -> ExactInteger {
        precondition(operandBits >= 2 && shift >= 0, "operand bits \(operandBits), shift \(shift)")
        return min(.powerOfTwo(operandBits - 1) - 1, ExactRational(v * v, .powerOfTwo(shift)).rounded(.halfUp))
    }

    /// A channel's shift of the squared magnitude, `max(0, bitLength(max v^2) - (V-1))`.
    public static func squaredMagnitudeShift(largestMagnitude: ExactInteger, operandBits: Int) -> Int {
        max(0, largestMagnitude.power(2).bitLength - (operandBits - 1))
    }

    /// The first-power form's magnitude operand, `|v|`.
    public static func absoluteMagnitude(_ v: ExactInteger) -> ExactInteger { v.magnitude }

    /// The largest q >= 1 that satisfies a condition that holds up to some q and not beyond; 0 where 1 fails.
    private static func largest(_ holds: (ExactInteger) -> Bool) -> ExactInteger {
        var below: ExactInteger = 0
        var above: ExactInteger = 1
        while holds(above) {
            below = above
            above = above << 1
        }
        while above - below > 1 {
            let middle = (below + above) >> 1
            if holds(middle) { below = middle } else { above = middle }
        }
        return below
    }

    private static func requireDefined(_ n: ExactInteger, _ scale: ExactInteger) {
        precondition(n >= 1 && scale >= 0, "norm \(n) < 1 or scale \(scale) < 0")
    }

    private static func signed(_ v: ExactInteger, _ magnitude: ExactInteger) -> ExactInteger {
        v.signum < 0 ? -magnitude : magnitude
    }
}
