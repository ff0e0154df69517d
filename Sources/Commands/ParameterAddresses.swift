/// Where in parameter memory the blocks of a layer's configuration lie; -1 where the layer has none.
///
/// Tables are blocks of their own, because several layers share them: the image in external memory holds each distinct
/// table once.
public struct ParameterAddresses: Hashable, Sendable {
    /// The first operand's entries, `ParameterBlock.Kind.decodeTable`.
    @Narrow public var decodeTable = -1
    /// The second operand's entries.
    @Narrow public var secondDecodeTable = -1
    /// 256 weight entries.
    @Narrow public var weightTable = -1
    /// The result's thresholds, `ParameterBlock.Kind.encodeTable`.
    @Narrow public var encodeTable = -1
    /// `ChannelBlock`: everything that belongs to one channel or to the layer as a whole.
    @Narrow public var channelBlock = -1

    public init() {}
}
