/// The rounding rules of requantization, by the names used everywhere: Swift, JSON, YAML, SystemVerilog and docs.
///
/// With `m` the multiplier's unsigned mantissa and `s` its left-positive exponent, the exact quotient is
/// `acc * m / 2^(31-s)`. `docs/arithmetic.md` has the exact definition of each rule.
public enum RoundingRule: String, CaseIterable, Sendable, Codable {
    /// `(acc m + 2^(30-s)) >> (31-s)`: ties toward positive infinity. `s > 30` is refused.
    case single
    /// TFLite's reference: saturating rounding doubling high multiply (ties toward positive infinity), then a rounding
    /// shift by `max(-s, 0)` (ties away from zero).
    case gemmlowpDouble
    /// `h = (acc 2^max(s,0) m + 2^30) >> 31`, then `(h + 2^(e-1)) >> e` with `e = max(-s, 0)`.
    case halfUpDouble
    /// `single`, plus 2^30 with the sign of acc before the shift when `s < 0`.
    case tosaDouble
    /// Ties to even, of the exact quotient.
    case halfEven
    /// Ties away from zero, of the exact quotient.
    case halfAway
    /// Toward negative infinity.
    case floor
    /// Toward positive infinity.
    case ceiling
    /// Toward zero.
    case towardZero
    /// `RNE(RN24(RN24(acc) m24) 2^k)`: what a float32 requantization computes, in integers.
    case onnxFloat32
}
