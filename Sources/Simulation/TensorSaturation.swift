import Geometry
import Tensors

/// How many elements of one layer's stored output saturated.
public struct TensorSaturation: SaturatedShare, Equatable, Sendable {
    public let tensor: String
    /// Of the whole output.
    public let elements: Int
    /// One count a channel.
    public let saturatedOutputsByChannel: [Int]

    /// - Parameter saturatedOutputsByChannel: one count a channel of the tensor, at least one.
    public init(tensor: String, elements: Int, saturatedOutputsByChannel: [Int]) {
        (self.tensor, self.elements, self.saturatedOutputsByChannel) = (tensor, elements, saturatedOutputsByChannel)
    }

    public var saturatedOutputs: Int { saturatedOutputsByChannel.reduce(0, +) }

    /// Saturated elements over all elements.
    public var saturatedShare: Double { Double(saturatedOutputs) / Double(max(elements, 1)) }

    /// The channel with most, the lowest of several; nil where nothing saturated.
    public var worstChannel: ChannelSaturation? {
        guard let most = saturatedOutputsByChannel.max(), most > 0,
            let channel = saturatedOutputsByChannel.firstIndex(of: most)
        else { return nil }
        return ChannelSaturation(
            channel: channel, saturatedOutputs: most,
            share: Double(most) / Double(elements / saturatedOutputsByChannel.count))
    }

    /// More than one element in a thousand.
    public var isBeyondLimit: Bool { Int128(1000) * Int128(saturatedOutputs) > Int128(elements) }
}

/// How many elements of one channel saturated.
public struct ChannelSaturation: Codable, Equatable, Sendable {
    public var channel: Int
    public var saturatedOutputs: Int
    /// Of the channel's elements.
    public var share: Double

    package init(channel: Int, saturatedOutputs: Int, share: Double) {
        (self.channel, self.saturatedOutputs, self.share) = (channel, saturatedOutputs, share)
    }
}

extension SimulationRun {
    /// Of every layer, in the graph's order.
    public var saturations: [TensorSaturation] {
        plan.geometry.layers.indices.map { index in
            let result = plan.geometry.result(of: index)
            return TensorSaturation(
                tensor: result.name, elements: result.shape.count,
                saturatedOutputsByChannel: saturatedOutputsByChannel[index])
        }
    }
}
