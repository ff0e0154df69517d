/// So many saturated elements of so many.
public protocol SaturatedShare {
    var saturatedOutputs: Int { get }
    var elements: Int { get }
}

extension SaturatedShare {
    /// Whether the share is larger, compared without rounding.
    public func isWorse(than other: Self) -> Bool {
        Int128(saturatedOutputs) * Int128(other.elements) > Int128(other.saturatedOutputs) * Int128(elements)
    }
}
