/// The units that have vectors of their own.
public enum UnitName: String, CaseIterable, Sendable {
    case decoder, encoder, postProcessor, normalization, macArray

    /// How many inputs vectors have where nobody says: an input of the MAC array is some hundred codes in several rows.
    public var defaultCount: Int { self == .macArray ? 500 : 20_000 }
}
