/// A dense NHWC tensor (N = 1) of any element type.
public struct Tensor<Element: Sendable>: Sendable {
    public var shape: TensorShape
    /// `shape.count` elements in NHWC order.
    public var elements: [Element]

    public init(shape: TensorShape, elements: [Element]) {
        precondition(
            elements.count == shape.count,
            "tensor of shape \(shape) needs \(shape.count) elements, got \(elements.count)")
        self.shape = shape
        self.elements = elements
    }

    public init(shape: TensorShape, repeating element: Element) {
        self.shape = shape
        self.elements = Array(repeating: element, count: shape.count)
    }

    @inlinable
    public subscript(y: Int, x: Int, c: Int) -> Element {
        get { elements[shape.index(y, x, c)] }
        set { elements[shape.index(y, x, c)] = newValue }
    }

    public subscript(coordinate: Coordinate) -> Element { self[coordinate.y, coordinate.x, coordinate.c] }
}

extension Tensor: Equatable where Element: Equatable {}
