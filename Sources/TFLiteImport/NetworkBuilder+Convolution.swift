import Diagnostics
import Graph
import TFLite
import Tensors

extension NetworkBuilder {
    /// CONV_2D: weights `[K][R][S][C]`, or `[K][R][S][C/groups]` where the input has a multiple of these channels.
    mutating func convolution(
        _ options: TFLiteOptions.Convolution, at place: OperatorPlace
    ) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        let weights = try weights(1, of: place, rank: 4, channelAxis: 0)
        let extents = weights.extents
        guard operand.stored.channels % extents[3] == 0 else {
            throw place.unfit(
                "weights of extents \(extents) on \(operand.stored.channels) channels",
                expected: "input channels that are a multiple of \(extents[3])")
        }
        try convolve(
            operand, weights, codes: weights.codes, channels: extents[0], kernel: (extents[1], extents[2]),
            groups: operand.stored.channels / extents[3], options, at: place)
    }

    /// DEPTHWISE_CONV_2D: weights `[1][R][S][K]`, turned to `[K][R][S][1]`; K a multiple of the input channels.
    mutating func depthwiseConvolution(
        _ options: TFLiteOptions.DepthwiseConvolution, at place: OperatorPlace
    ) throws(Diagnostic) {
        let operand = try planes(0, of: place)
        let weights = try weights(1, of: place, rank: 4, channelAxis: 3)
        let (channels, taps) = (weights.extents[3], weights.extents[1] * weights.extents[2])
        guard weights.extents[0] == 1, channels % operand.stored.channels == 0 else {
            throw place.unfit(
                "weights of extents \(weights.extents) on \(operand.stored.channels) channels",
                expected: "1 and rows and columns and a multiple of the channels")
        }
        var codes: [UInt8] = []
        codes.reserveCapacity(weights.codes.count)
        for channel in 0..<channels {
            for tap in 0..<taps { codes.append(weights.codes[tap * channels + channel]) }
        }
        let convolution = TFLiteOptions.Convolution(
            padding: options.padding, strideHeight: options.strideHeight, strideWidth: options.strideWidth,
            dilationHeight: options.dilationHeight, dilationWidth: options.dilationWidth,
            activation: options.activation)
        try convolve(
            operand, weights, codes: codes, channels: channels, kernel: (weights.extents[1], weights.extents[2]),
            groups: operand.stored.channels, convolution, at: place)
    }

    private mutating func convolve(
        _ operand: ImportedTensor, _ weights: WeightTensor, codes: [UInt8], channels: Int,
        kernel: (height: Int, width: Int), groups: Int, _ options: TFLiteOptions.Convolution, at place: OperatorPlace
    ) throws(Diagnostic) {
        let rows = Window(
            options.padding, input: operand.stored.height, kernel: kernel.height, stride: options.strideHeight,
            dilation: options.dilationHeight)
        let columns = Window(
            options.padding, input: operand.stored.width, kernel: kernel.width, stride: options.strideWidth,
            dilation: options.dilationWidth)
        guard let rows, let columns else {
            throw place.unfit("\(operand.stored) under a kernel of \(kernel)", expected: "a kernel that fits the input")
        }
        let quantization = try outputQuantization(of: place)
        let runtime = try doubleRounding(
            weights, channels: channels, from: operand.quantization, to: quantization,
            productInFloat: !operand.quantization.isSigned, at: place)
        let tensor = try output(of: place)
        let convolution = Convolution(
            outputChannels: channels, kernelHeight: kernel.height, kernelWidth: kernel.width,
            strideY: options.strideHeight, strideX: options.strideWidth,
            padding: Padding(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after),
            dilationY: options.dilationHeight, dilationX: options.dilationWidth, groups: groups)
        let accumulation = Accumulation(
            name: names.name(of: tensor), operator: .convolution(convolution), codes: codes, decoder: weights.decoder,
            bias: try bias(2, of: place, channels: channels), runtime: runtime, quantization: quantization,
            clamp: try quantization.clamp(options.activation, at: place))
        let shape = try append(accumulation, of: operand, at: place)
        try define(
            tensor, as: accumulation.name, stored: shape, extents: [1, rows.output, columns.output, channels],
            quantization, at: place)
    }
}
