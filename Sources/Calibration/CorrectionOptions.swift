/// Which parameters take up the mean error that was measured on the calibration pictures.
public struct CorrectionOptions: Hashable, Sendable {
    /// Whether the biases of accumulating layers do, where kinds of pictures that are left out fare better with it.
    public var bias = true
    /// Whether the betas of normalizations do.
    public var beta = true
    /// Whether the biases and betas of layers that bring learned clips, which were trained with their weights, do too.
    public var trainedBias = false

    /// Every choice as its property says.
    public init() {}

    /// Nothing is corrected.
    public static var plain: CorrectionOptions {
        var options = CorrectionOptions()
        (options.bias, options.beta, options.trainedBias) = (false, false, false)
        return options
    }
}
