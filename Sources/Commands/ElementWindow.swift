/// Where element-wise work reads its first operand: the positions that belong to result (i, j).
///
///     row     i strideY + r - offsetY,  0 <= r < rows      outside 0..<tileRows: the fill
///     column  j strideX + s - offsetX,  0 <= s < columns   outside 0..<tileColumns: the fill
///
/// The position itself where nothing is said.
public struct ElementWindow: Hashable, Sendable {
    @Narrow public var rows = 1
    @Narrow public var columns = 1
    @Narrow public var strideY = 1
    @Narrow public var strideX = 1
    @Narrow public var offsetY = 0
    @Narrow public var offsetX = 0
    /// Of the operand's tile.
    @Narrow public var tileRows = 1
    @Narrow public var tileColumns = 1
    /// A stored element.
    @Narrow public var fill = 0

    public init() {}

    public var taps: Int { rows * columns }
}
