/// Where two tensors of one shape first differ in NHWC order, and how often they do.
public struct FirstDifference<Element: Equatable & Sendable>: Equatable, Sendable {
    public let coordinate: Coordinate
    public let expected: Element
    public let found: Element
    /// Number of elements that differ in all.
    public let count: Int

    /// `nil` when the two are equal. The shapes must agree.
    public init?(expected: Tensor<Element>, found: Tensor<Element>) {
        precondition(expected.shape == found.shape, "shapes differ: \(expected.shape) and \(found.shape)")
        guard let first = expected.elements.indices.first(where: { expected.elements[$0] != found.elements[$0] }) else {
            return nil
        }
        let shape = expected.shape
        self.coordinate = shape.coordinate(of: first)
        self.expected = expected.elements[first]
        self.found = found.elements[first]
        self.count = expected.elements.indices[first...].count { expected.elements[$0] != found.elements[$0] }
    }
}
