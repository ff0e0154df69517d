import Diagnostics
import Graph
import TFLite
import Tensors
import Text

extension NetworkBuilder {
    /// CONV_2D: weights `[K][R][S][C]`, or `[K][R][S][C/groups]` where the input has a multiple of these channels.
    mutating func convolution(
        _ options: TFLiteOptions.Convolution, at place: OperatorPlace
    ) throws(Diagnostic) {
        let weights = try weights(1, of: place, rank: 4, channelAxis: 0)
        let extents = weights.extents
        let placement = try placement(options, kernel: (extents[1], extents[2]), at: place)
        let operand = placement.operand
        guard operand.stored.channels % extents[3] == 0 else {
            throw place.unfit(
                "weights of extents \(extents) on \(operand.stored.channels.counted("channel"))",
                expected: "input channels that are a multiple of \(extents[3])")
        }
        try convolve(
            placement, weights, codes: weights.codes, channels: extents[0],
            groups: operand.stored.channels / extents[3], options.activation, at: place)
    }

    /// DEPTHWISE_CONV_2D: weights `[1][R][S][K]`, turned to `[K][R][S][1]`; K a multiple of the input channels.
    mutating func depthwiseConvolution(
        _ options: TFLiteOptions.DepthwiseConvolution, at place: OperatorPlace
    ) throws(Diagnostic) {
        let convolution = TFLiteOptions.Convolution(
            padding: options.padding, strideHeight: options.strideHeight, strideWidth: options.strideWidth,
            dilationHeight: options.dilationHeight, dilationWidth: options.dilationWidth,
            activation: options.activation)
        let weights = try weights(1, of: place, rank: 4, channelAxis: 3)
        let placement = try placement(convolution, kernel: (weights.extents[1], weights.extents[2]), at: place)
        let operand = placement.operand
        let (channels, taps) = (weights.extents[3], weights.extents[1] * weights.extents[2])
        guard weights.extents[0] == 1, channels % operand.stored.channels == 0 else {
            throw place.unfit(
                "weights of extents \(weights.extents) on \(operand.stored.channels.counted("channel"))",
                expected: "1 and rows and columns and a multiple of the channels")
        }
        var codes: [UInt8] = []
        codes.reserveCapacity(weights.codes.count)
        for channel in 0..<channels {
            for tap in 0..<taps { codes.append(weights.codes[tap * channels + channel]) }
        }
        try convolve(
            placement, weights, codes: codes, channels: channels, groups: operand.stored.channels, options.activation,
            at: place)
    }

    private mutating func convolve(
        _ placement: ConvolutionPlacement, _ weights: WeightTensor, codes: [UInt8], channels: Int, groups: Int,
        _ activation: TFLiteActivation, at place: OperatorPlace
    ) throws(Diagnostic) {
        let operand = placement.operand
        let quantization = try outputQuantization(of: place)
        let runtime = try doubleRounding(
            weights, channels: channels, from: operand.quantization, to: quantization,
            productInFloat: !operand.quantization.isSigned, at: place)
        let convolution = Convolution(
            outputChannels: channels, kernelHeight: weights.extents[1], kernelWidth: weights.extents[2],
            strideY: placement.strideY, strideX: placement.strideX, padding: placement.padding,
            dilationY: placement.dilationY, dilationX: placement.dilationX, groups: groups)
        let accumulation = Accumulation(
            name: names.name(of: placement.tensor), operator: .convolution(convolution), codes: codes,
            decoder: weights.decoder, bias: try bias(2, of: place, channels: channels), runtime: runtime,
            quantization: quantization, clamp: try quantization.clamp(activation, at: place))
        let shape = try append(accumulation, of: operand, at: place)
        try define(
            placement.tensor, as: accumulation.name, stored: shape,
            extents: placement.extents + [channels], quantization, at: place)
    }
}
