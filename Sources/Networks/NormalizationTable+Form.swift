public import Graph
public import Quantization

extension NormalizationTable {
    /// The table of a form, derived by exact integers; without segments for the form that only multiplies.
    public static func derived(for form: NormalizationForm, widths: Widths = .standard) -> NormalizationTable {
        form.tableFunction.map { derived(for: $0, widths: widths) } ?? .product(baseBits: widths.baseBits)
    }
}

extension NormalizationForm {
    /// What the segments of the form's table stand for; nil for the form that multiplies by the norm itself.
    public var tableFunction: NormalizationTable.Function? {
        switch self {
        case .gdn: .reciprocalSquareRoot
        case .igdn: .squareRoot
        case .gdn1: .reciprocal
        case .igdn1: nil
        }
    }
}
