public import Diagnostics

/// How the entries of a codebook or of a weight decoder are spaced: a rising function f on [0,1] with f(0) = 0 and f(1)
/// = 1, or a table.
///
/// In text (files, options, reports): `linear`, `power 3/2`, `logarithmic 4`, `minifloat 3 4`, `deadZone 1/8 8`,
/// `table`. `docs/arithmetic.md` has the formulas.
public enum Law: Hashable, Sendable {
    /// `f(t) = t`.
    case linear
    /// `f(t) = t^(numerator/denominator)`, each 1 ... 64. Above 1, small values are finer than large ones.
    case power(numerator: Int, denominator: Int)
    /// `f(t) = (2^(a t) - 1) / (2^a - 1)`, a in 1 ... 24: the codes are the logarithms of the values.
    case logarithmic(parameter: Int)
    /// The code's magnitude bits read as a small floating-point number without sign, infinity or NaN.
    ///
    ///     exponentBits  mantissaBits         value in units of the smallest
    ///     [   x ... x ][ m ... m   ]         x = 0: m      x > 0: (2^mantissaBits + m) 2^(x-1)
    ///
    /// The bits sum to 7 where the codes are signed and to 8 where they are not.
    case minifloat(exponentBits: Int, mantissaBits: Int)
    /// Of weights only: a uniform quantizer with a wide zero (CoDeQ, arXiv 2512.12981). Below `numerator / denominator`
    /// of the largest level everything is zero; from there to it lie `2^(levelBits-1) - 1` levels of equal width on
    /// each side, each in the middle of its interval.
    case deadZone(numerator: Int, denominator: Int, levelBits: Int)
    /// Entries given one by one, stored in a ROM that is counted.
    case table

    /// Whether a closed form makes the entries, so that no ROM is needed.
    public var isMemoryFree: Bool { self != .table }
}

extension Law: CustomStringConvertible {
    public var description: String {
        switch self {
        case .linear: "linear"
        case .power(let numerator, let denominator): "power \(numerator)/\(denominator)"
        case .logarithmic(let parameter): "logarithmic \(parameter)"
        case .minifloat(let exponentBits, let mantissaBits): "minifloat \(exponentBits) \(mantissaBits)"
        case .deadZone(let numerator, let denominator, let levelBits):
            "deadZone \(numerator)/\(denominator) \(levelBits)"
        case .table: "table"
        }
    }

    /// Reads what `description` writes.
    ///
    /// - Throws: `lawUnknown` for any other text, `lawParameterOutOfRange`.
    public init(_ text: String, at place: String) throws(Diagnostic) {
        guard let law = Law.named(text) else {
            throw Diagnostic(
                .lawUnknown, at: place, found: "law '\(text)'",
                expected: "linear, power P/Q, logarithmic A, minifloat E M, deadZone P/Q B or table",
                remedy: "name one of these laws")
        }
        self = law
        try checkParameters(at: place)
    }

    /// The law of a text in its one written form, whatever its parameters; nil for any other text.
    private static func named(_ text: String) -> Law? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let numbers = words.dropFirst().flatMap { $0.split(separator: "/", omittingEmptySubsequences: false) }
            .compactMap { Int($0) }
        let law: Law
        switch (words.first, numbers.count) {
        case ("linear", 0): law = .linear
        case ("table", 0): law = .table
        case ("power", 2): law = .power(numerator: numbers[0], denominator: numbers[1])
        case ("logarithmic", 1): law = .logarithmic(parameter: numbers[0])
        case ("deadZone", 3): law = .deadZone(numerator: numbers[0], denominator: numbers[1], levelBits: numbers[2])
        case ("minifloat", 2): law = .minifloat(exponentBits: numbers[0], mantissaBits: numbers[1])
        default: return nil
        }
        return law.description == text ? law : nil
    }

    /// - Throws: `lawParameterOutOfRange`.
    public func checkParameters(at place: String) throws(Diagnostic) {
        let expected: String
        switch self {
        case .linear, .table:
            return
        case .power(let numerator, let denominator):
            if (1...64).contains(numerator) && (1...64).contains(denominator) { return }
            expected = "a numerator and a denominator in 1...64"
        case .logarithmic(let parameter):
            if (1...24).contains(parameter) { return }
            expected = "a parameter in 1...24"
        case .minifloat(let exponentBits, let mantissaBits):
            if (0...4).contains(exponentBits) && (7...8).contains(exponentBits + mantissaBits) { return }
            expected = "0...4 exponent bits, and 7 (signed codes) or 8 (unsigned codes) bits in all"
        case .deadZone(let numerator, let denominator, let levelBits):
            if (1...1024).contains(denominator) && numerator >= 1 && numerator < denominator
                && (2...8).contains(levelBits)
            {
                return
            }
            expected =
                "a fraction of more than 0 and less than 1 with a denominator of at most 1024, and 2...8 bits of levels"
        }
        throw Diagnostic(
            .lawParameterOutOfRange, at: place, found: "law '\(self)'", expected: expected,
            remedy: "choose parameters in range")
    }
}
