import Diagnostics
import Graph
import TFLite
import Tensors
import Text

extension NetworkBuilder {
    /// TRANSPOSE_CONV: weights `[K][R][S][C]`, the extents of the output an operand. The padding is that of a
    /// convolution from output to input.
    mutating func transposedConvolution(
        _ options: TFLiteOptions.TransposedConvolution, at place: OperatorPlace
    ) throws(Diagnostic) {
        let wanted = try knownIntegers(0, of: place).elements
        let operand = try planes(2, of: place)
        let weights = try weights(1, of: place, rank: 4, channelAxis: 0)
        let (channels, height, width) = (weights.extents[0], weights.extents[1], weights.extents[2])
        guard wanted.count == 4, let shape = TensorShape(extents: wanted), shape.channels == channels,
            weights.extents[3] == operand.stored.channels
        else {
            throw place.unfit(
                "an output of extents \(wanted) from \(operand.stored) by weights of \(weights.extents)",
                expected: "1, rows, columns and \(channels.counted("channel")), and weights for the input's channels")
        }
        let rows = Window(
            options.padding, input: shape.height, kernel: height, stride: options.strideHeight, dilation: 1)
        let columns = Window(
            options.padding, input: shape.width, kernel: width, stride: options.strideWidth, dilation: 1)
        guard let rows, let columns, rows.output == operand.stored.height, columns.output == operand.stored.width else {
            throw place.unfit(
                "an output of extents \(wanted) from \(operand.stored)", expected: "extents that the strides give")
        }
        let quantization = try outputQuantization(of: place)
        let runtime = try doubleRounding(
            weights, channels: channels, from: operand.quantization, to: quantization,
            productInFloat: !operand.quantization.isSigned, at: place)
        // Without a limit the output would end at (in - 1) stride - first + kernel; bottom and right cut it, or the
        // output padding extends it.
        let beyondY = (operand.stored.height - 1) * options.strideHeight - rows.before + height - shape.height
        let beyondX = (operand.stored.width - 1) * options.strideWidth - columns.before + width - shape.width
        let transposed = TransposedConvolution(
            outputChannels: channels, kernelHeight: height, kernelWidth: width, strideY: options.strideHeight,
            strideX: options.strideWidth,
            padding: Padding(
                top: rows.before, bottom: max(beyondY, 0), left: columns.before, right: max(beyondX, 0)),
            outputPaddingY: max(-beyondY, 0), outputPaddingX: max(-beyondX, 0))
        let tensor = try output(of: place)
        let accumulation = Accumulation(
            name: names.name(of: tensor), operator: .transposedConvolution(transposed), codes: weights.codes,
            decoder: weights.decoder, bias: try bias(3, of: place, channels: channels), runtime: runtime,
            quantization: quantization, clamp: try quantization.clamp(options.activation, at: place))
        let stored = try append(accumulation, of: operand, at: place)
        try define(
            tensor, as: accumulation.name, stored: stored, extents: wanted, quantization, at: place)
    }
}
