import Foundation
import Graph
import ONNX
import TFLiteImport
import Tensors

/// A result that no layer makes yet: what comes behind it may still be folded into it.
struct PendingLayer {
    /// The tensor of the file that the layer will make, and be named after.
    var tensor: String
    /// Where the first of its operators stands.
    var place: ONNXPlace
    /// Of all operators that it is made of; the first is the one that computes.
    var nodes: [Int]
    var `operator`: Operator
    var body: Body
    /// What layers or inputs store.
    var operands: [ImportedValue]
    var limits = Limits()
    /// Behind the tensor's name in the layer's.
    var suffix = ""

    enum Body {
        /// A layer on the MAC array.
        case weights(FloatWeights)
        case codes(CodedWeights)
        /// A depthwise convolution that makes means of so many elements.
        case average(count: Int)
        case sum(subtracts: Bool)
        case product
        /// Stored elements pass unchanged; `fill` lies outside of them.
        case copy(fill: Float)
        /// Of each output channel, the input channel that it is.
        case selection([Int])
        /// Elements pass to another format, limits on the way.
        case identity
        /// Any function of single elements.
        case function((Float) -> Float)

        /// Whether elements pass as they are.
        var movesElements: Bool {
            switch self {
            case .copy, .selection: true
            default: false
            }
        }
    }
}

/// `[K][R][S][C/groups]`, as layers have them, and a bias for each output channel.
struct FloatWeights {
    var weights: [Float]
    var bias: [Float]

    /// What follows: `out[k] = in[k] scale[k] + shift[k]`.
    mutating func multiply(by scale: [Double], shift: [Double]) {
        let inner = weights.count / bias.count
        for index in weights.indices { weights[index] = Float(Double(weights[index]) * scale[index / inner]) }
        for index in bias.indices { bias[index] = Float(Double(bias[index]) * scale[index] + shift[index]) }
    }
}

/// The same in 8 bits: weights as integers less a zero point that is the same for all.
struct CodedWeights {
    /// Elements of the file, in the order of layers.
    var elements: [Int]
    var isSigned: Bool
    var zeroPoint: Int
    /// One, or one for each output channel.
    var scales: [Float]
    var bias: [Int64]
    /// Biases that the file has as real numbers; `bias` is made from them when the scales are known.
    var realBias: [Float]?

    func scale(_ channel: Int) -> Float { scales.count == 1 ? scales[0] : scales[channel] }
}

/// A function that is linear but for limits: `min(max(x < 0 ? slope x : x, low), high)`; or a sigmoid.
struct Limits: Equatable {
    /// `1 / (1 + e^-x)`, without slope and limits.
    static let sigmoid = Limits(isSigmoid: true)

    var slope: Float = 1
    var low: Float = -.infinity
    var high: Float = .infinity
    var isSigmoid = false

    var isNone: Bool { self == Limits() }

    func callAsFunction(_ value: Float) -> Float {
        isSigmoid ? 1 / (1 + Float(exp(Double(-value)))) : min(max(value < 0 ? slope * value : value, low), high)
    }

    /// This function and then another; nil where that is none of this form.
    func then(_ next: Limits) -> Limits? {
        if isNone { return next }
        guard next.slope == 1, !isSigmoid, !next.isSigmoid else { return nil }
        return Limits(
            slope: slope, low: min(max(low, next.low), next.high), high: min(max(high, next.low), next.high))
    }

    /// Nil for a slope beside limits.
    var activation: ActivationFunction? {
        if isNone { return ActivationFunction.none }
        if isSigmoid { return .sigmoid }
        if slope != 1 {
            return low == -.infinity && high == .infinity ? .leakyRelu(slope: Double(slope)) : nil
        }
        return low == 0 && high == .infinity ? .relu : .clip(low: Double(low), high: Double(high))
    }
}

/// What an activation tensor of the file has become.
struct ImportedValue {
    /// The graph input or layer that stores it; nil while it is pending.
    var name: String?
    var pending: PendingLayer?
    /// Rows, columns and channels, as they are stored or will be.
    var stored: TensorShape
    /// The file's extents: the elements in the order `[C][H][W]` of `stored`, or as they are stored.
    var extents: [Int]
    /// Whether the file has them in the stored order `[H][W][C]`, behind a Transpose.
    var isChannelsLast = false
    /// Of a stored 8-bit tensor.
    var quantization: ActivationQuantization?
    /// Whether the file has them as real numbers here.
    var isReal = true

    /// Whether both orders of a picture's elements are one: it has one channel, or one pixel.
    var hasOneOrder: Bool { stored.channels == 1 || stored.height * stored.width == 1 }
    /// Whether rows, columns and channels are those that are stored.
    var isPicture: Bool {
        (!isChannelsLast || hasOneOrder) && extents == [1, stored.channels, stored.height, stored.width]
    }
    /// The same with channels as the last axis.
    var isTurnedPicture: Bool {
        (isChannelsLast || hasOneOrder) && extents == [1, stored.height, stored.width, stored.channels]
    }
    /// The same, or channels only.
    var hasChannels: Bool { isPicture || stored.height * stored.width == 1 && extents == [1, stored.channels] }
    /// Whether the file's elements lie in another order than the stored ones, and not as a picture's.
    var isOutOfOrder: Bool {
        !isChannelsLast && stored.channels > 1 && stored.height * stored.width > 1
            && extents.filter { $0 != 1 } != stored.extents.filter { $0 != 1 }
    }
}
