/// Height, width and channels of one tensor of the graph.
///
/// The same three extents as `TensorShape`; the graph knows no tensors, so that planning needs none.
public struct FeatureShape: Hashable, Sendable {
    public var height: Int
    public var width: Int
    public var channels: Int

    public init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    public var count: Int { height * width * channels }
}

extension FeatureShape: CustomStringConvertible {
    public var description: String { "\(height)x\(width)x\(channels)" }
}
