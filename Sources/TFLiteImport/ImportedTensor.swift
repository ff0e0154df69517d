import Graph
import Tensors

/// What an activation tensor of the file has become.
struct ImportedTensor {
    /// The graph input or layer that stores its elements.
    var name: String
    /// As that stores them.
    var stored: TensorShape
    /// The file's extents. Where they are others than the stored ones, the elements lie in the same order.
    var extents: [Int]
    var quantization: ActivationQuantization

    /// Whether rows, columns and channels are those that are stored.
    var isPicture: Bool { TensorShape(extents: extents) == stored }

    /// The same elements under other extents.
    func viewed(as extents: [Int]) -> ImportedTensor {
        var view = self
        view.extents = extents
        return view
    }
}

extension TensorShape {
    /// The last three extents of a tensor as height, width and channels; missing ones are 1. Nil where the others are
    /// not 1, or one is none that a graph may have.
    init?(extents: [Int]) {
        guard extents.dropLast(3).allSatisfy({ $0 == 1 }), extents.allSatisfy((1...GraphLimits.extent).contains) else {
            return nil
        }
        let last = Array(repeating: 1, count: max(0, 3 - extents.count)) + extents.suffix(3)
        self.init(height: last[0], width: last[1], channels: last[2])
        guard Double(height) * Double(width) * Double(channels) <= Double(GraphLimits.product) else { return nil }
    }

    /// With a batch of 1.
    var extents: [Int] { [1, height, width, channels] }
}
