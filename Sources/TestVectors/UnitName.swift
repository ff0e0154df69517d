/// The units that have vectors of their own.
public enum UnitName: String, CaseIterable, Sendable {
    case decoder, encoder, postProcessor, normalization, macArray
}
