/// The activation function fused to the end of an accumulating layer, in real numbers.
///
/// In a quantized network it is already part of the post-processing: LeakyReLU is the multiplier of negative sums, ReLU
/// a zero there, clip the two limits.
public enum ActivationFunction: Hashable, Sendable {
    case none
    case relu
    /// `x < 0 ? slope x : x`. The slope is any finite number: 0 is a ReLU, a negative one mirrors.
    case leakyRelu(slope: Double)
    /// `min(max(x, low), high)`, low <= high; each may be an infinity, which limits nothing.
    case clip(low: Double, high: Double)
    /// `1 / (1 + e^-x)`, of convolutions and fully connected layers. In a quantized network it is a code map.
    case sigmoid
}
