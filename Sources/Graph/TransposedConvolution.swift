/// Attributes of a transposed convolution (PyTorch orientation):
/// `out[o] = bias + sum over i of in[i] w[o + padding - stride i]` along each axis.
///
/// Output extent: `(H - 1) strideY - top - bottom + kernelHeight + outputPaddingY`, and the same in x. Weights are kept
/// as `[K][R][S][C]` like a convolution's.
public struct TransposedConvolution: Hashable, Sendable {
    public var outputChannels: Int
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var strideY: Int
    public var strideX: Int
    public var padding: Padding
    public var outputPaddingY: Int
    public var outputPaddingX: Int

    public init(
        outputChannels: Int, kernelHeight: Int, kernelWidth: Int, strideY: Int, strideX: Int, padding: Padding = .none,
        outputPaddingY: Int = 0,
        outputPaddingX: Int = 0
    ) {
        self.outputChannels = outputChannels
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.strideY = strideY
        self.strideX = strideX
        self.padding = padding
        self.outputPaddingY = outputPaddingY
        self.outputPaddingX = outputPaddingX
    }
}
