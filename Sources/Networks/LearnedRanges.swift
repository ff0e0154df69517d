/// Ranges that were learned together with the weights, by fine-tuning through the quantizer: `quantize` takes them
/// instead of searching its own.
///
///     scale of output channel k = clips[k] x largest magnitude of its weights / largest entry of the weight decoder
///     step of a tensor          = largest of its channels' ranges / largest entry of its first codebook;
///                                 each channel selects the codebook whose end is nearest
public struct LearnedRanges: Hashable, Sendable {
    /// By layer, a positive number an output channel: the part of the largest magnitude of its weights that the last
    /// code means. Of a normalization: of gamma times the operand's step.
    public var clips: [String: [Float]]
    /// By tensor, a positive number a channel: the real value of the largest entry of its codebook.
    public var activations: [String: [Float]]

    public init(clips: [String: [Float]] = [:], activations: [String: [Float]] = [:]) {
        self.clips = clips
        self.activations = activations
    }
}
