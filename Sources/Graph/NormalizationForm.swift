/// The four forms of generalized divisive normalization. `n_i = beta_i + sum over j of gamma_ij q_j`.
public enum NormalizationForm: String, CaseIterable, Hashable, Sendable {
    /// `x_i / sqrt(n_i)`, q = x^2.
    case gdn
    /// `x_i sqrt(n_i)`, q = x^2.
    case igdn
    /// `x_i / n_i`, q = |x|: the first-power form.
    case gdn1
    /// `x_i n_i`, q = |x|: the first-power form.
    case igdn1

    /// Whether the magnitude operand is the square (otherwise the absolute value).
    public var isSquareRootForm: Bool { self == .gdn || self == .igdn }
    /// Whether it multiplies (otherwise it divides).
    public var isInverse: Bool { self == .igdn || self == .igdn1 }
}
