/// A constant tensor with its elements.
public struct ONNXTensor: Equatable, Sendable {
    public var elementType: ONNXElementType
    /// Empty for a scalar. Elements lie in the order of the last extent first.
    public var extents: [Int]
    public var elements: Elements

    /// The elements, widened to one of two types.
    public enum Elements: Equatable, Sendable {
        /// float32; those of 16 bits are exact, those of 64 are rounded.
        case floats([Float])
        /// Every integer type and Booleans. Those above the range of Int64 are limited to it.
        case integers([Int])
    }

    public init(_ elementType: ONNXElementType, _ extents: [Int], _ elements: Elements) {
        self.elementType = elementType
        self.extents = extents
        self.elements = elements
    }

    public var count: Int {
        switch elements {
        case .floats(let elements): elements.count
        case .integers(let elements): elements.count
        }
    }

    public var floats: [Float]? { if case .floats(let elements) = elements { elements } else { nil } }
    public var integers: [Int]? { if case .integers(let elements) = elements { elements } else { nil } }
}
