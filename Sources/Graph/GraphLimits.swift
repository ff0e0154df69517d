/// How large graphs may be. Whatever computes with shapes that were derived here needs no check of its own: its
/// products fit 64 bits.
public enum GraphLimits {
    /// Height, width and channels of a tensor.
    public static let extent = 1 << 20
    /// Elements of a tensor, and multiply-accumulates of a layer.
    public static let product = 1 << 40
    public static let layers = 4096
    public static let inputs = 4096
    /// Height and width are padded to a multiple of at most this.
    public static let sizeMultiple = 4096
}

extension Sequence<Int> {
    /// The product of factors that are not negative; nil where it passes `GraphLimits.product`.
    func productWithinLimit() -> Int? {
        var product = 1
        for factor in self {
            let (next, overflows) = product.multipliedReportingOverflow(by: factor)
            guard !overflows, next <= GraphLimits.product else { return nil }
            product = next
        }
        return product
    }
}
