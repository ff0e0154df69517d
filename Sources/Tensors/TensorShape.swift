/// The extents of one picture's activations: `[height][width][channels]`, the last varying fastest (NHWC with N = 1).
public struct TensorShape: Hashable, Sendable {
    public var height: Int
    public var width: Int
    public var channels: Int

    public init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    /// Number of elements.
    public var count: Int { height * width * channels }

    /// Index of element (y, x, c) in NHWC order.
    @inlinable
    public func index(_ y: Int, _ x: Int, _ c: Int) -> Int { (y * width + x) * channels + c }

    /// The element at an index in NHWC order.
    public func coordinate(of index: Int) -> Coordinate {
        Coordinate(y: index / (width * channels), x: index / channels % width, c: index % channels)
    }

    /// Whether the element lies in the tensor.
    public func contains(_ coordinate: Coordinate) -> Bool {
        (0..<height).contains(coordinate.y) && (0..<width).contains(coordinate.x)
            && (0..<channels).contains(coordinate.c)
    }
}

extension TensorShape: CustomStringConvertible {
    public var description: String { "\(height)x\(width)x\(channels)" }
}
