public import Tensors

/// What a run of the reference model left.
public struct ReferenceResult: Sendable {
    /// Stored tensors by name: graph inputs and layers that were to be kept.
    public let tensors: [String: Tensor<Int32>]
    /// Of every layer, by name: see `LayerResult.saturatedOutputs`.
    public let saturatedOutputsByChannel: [String: [Int]]
}

/// What one layer wrote.
public struct LayerResult: Equatable, Sendable {
    /// Stored elements: codes or 16-bit values.
    public let output: Tensor<Int32>
    /// Outputs that lost something to a limit of the storage: r changed by the saturation to R bits, r - offset beyond
    /// the ends of the channel's codebook, or a value saturated to 16 bits. An output counts once; `clipLow` and
    /// `clipHigh` are an activation function and do not count.
    public var saturatedOutputs: Int { saturatedOutputsByChannel.reduce(0, +) }
    /// The same, one a channel of the output.
    public let saturatedOutputsByChannel: [Int]
}
