public import Quantization

/// The laws that studies compare.
public enum StudiedLaws {
    /// Closed forms of weights and activations, plain steps first; the activations take all but the last.
    public static let closedForms: [Law] = [
        .linear, .power(numerator: 3, denominator: 2), .power(numerator: 2, denominator: 1), .logarithmic(parameter: 4),
        .minifloat(exponentBits: 3, mantissaBits: 4),
    ]

    /// Of the weights: a width of the zero and bits of the levels beside it.
    public static let deadZones: [Law] = [(1, 32, 8), (1, 16, 8), (1, 8, 8), (1, 8, 4)].map {
        .deadZone(numerator: $0, denominator: $1, levelBits: $2)
    }
}
