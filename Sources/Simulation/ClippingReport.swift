public import Graph
import Text

/// That a picture drives tensors beyond what their formats hold: the tensor that loses most, where it loses more than
/// one element in a thousand.
///
/// A picture at the graph's end does not count, nor what it copies: its samples end at 0 and 255 whatever the network
/// wants. Nor does a clip that is part of a layer, which comes before the formats' limits.
public struct ClippingReport: SaturatedShare, Codable, Equatable, Sendable {
    public var tensor: String
    /// Saturated elements of the tensor and all its elements.
    public var saturatedOutputs: Int
    public var elements: Int
    public var saturatedShare: Double
    public var worstChannel: ChannelSaturation
    /// How many other tensors lose more than one element in a thousand.
    public var otherTensors: Int
    public var sentence: String

    /// Nil where no tensor loses as much.
    ///
    /// - Parameters:
    ///   - saturations: in the graph's order; of equal shares the first is the worst.
    ///   - picture: the tensor that is shown as a picture, if there is one.
    public init?(_ saturations: [TensorSaturation], of graph: Graph, picture: String?) {
        let excluded = picture.map(graph.sources) ?? []
        let beyond = saturations.filter { $0.isBeyondLimit && !excluded.contains($0.tensor) }
        guard let first = beyond.first else { return nil }
        let worst = beyond.dropFirst().reduce(first) { $1.isWorse(than: $0) ? $1 : $0 }
        tensor = worst.tensor
        saturatedOutputs = worst.saturatedOutputs
        elements = worst.elements
        saturatedShare = worst.saturatedShare
        worstChannel = worst.worstChannel!
        otherTensors = beyond.count - 1
        sentence = ""
        let others =
            otherTensors == 0
            ? "" : ", and more than 0.1 % of those of \(otherTensors) other tensor\(otherTensors == 1 ? "" : "s")"
        sentence =
            """
            \(phrase)\(others): this picture drives them beyond the ranges that calibration saw; calibrate on pictures \
            like it
            """
    }

    /// The worst tensor in words.
    public var phrase: String {
        """
        \((saturatedShare * 100).fixed(2)) % of the elements of \(tensor) are clipped (channel \
        \(worstChannel.channel): \((worstChannel.share * 100).fixed(2)) %)
        """
    }
}

extension Graph {
    /// A tensor and those whose elements it copies.
    fileprivate func sources(of tensor: String) -> Set<String> {
        var sources: Set<String> = [tensor]
        for layer in layers.reversed() where sources.contains(layer.name) {
            if layer.operator.movesElements { sources.formUnion(layer.inputs) }
        }
        return sources
    }
}
