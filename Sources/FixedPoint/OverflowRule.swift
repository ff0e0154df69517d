/// What an accumulator does when a sum passes its width.
public enum OverflowRule: String, CaseIterable, Sendable, Codable {
    /// No sum can pass the width: proved with exact integers before the run, and a layer that does not fit is refused.
    case proven
    /// Two's complement wrap-around.
    case wrap
    /// Clamp to the nearest representable value.
    case saturate
}
