import Diagnostics
import Graph
import TFLite
import Tensors
import Text

extension NetworkBuilder {
    /// FULLY_CONNECTED: weights `[K][C]` over the last C elements. One row of them is a fully connected layer over the
    /// whole tensor, more rows are a convolution of 1 x 1.
    mutating func fullyConnected(
        _ options: TFLiteOptions.FullyConnected, at place: OperatorPlace
    ) throws(Diagnostic) {
        guard !options.weightsAreShuffled else {
            throw unsupported(place, found: "shuffled weights", expected: "weights row by row")
        }
        let operand = try activation(0, of: place)
        let weights = try weights(
            1, of: place, rank: 2, channelAxis: 0, allowsZeroPoint: true)
        let (channels, columns) = (weights.extents[0], weights.extents[1])
        let count = operand.stored.count
        guard count % columns == 0 else {
            throw place.unfit(
                "\(count.counted("element")) for weights of \(columns.counted("column"))",
                expected: "a multiple of them")
        }
        let rows = count / columns
        guard rows == 1 || operand.stored.channels == columns else {
            throw unsupported(
                place,
                found: "\(rows.counted("row")) of \(columns.counted("element")), which are stored as \(operand.stored)",
                expected: "rows that are channels")
        }
        var extents = [rows, channels]
        if options.keepsDimensions {
            guard operand.extents.last == columns else {
                throw place.unfit("an operand of extents \(operand.extents)", expected: "a last extent of \(columns)")
            }
            extents = operand.extents.dropLast() + [channels]
        }
        let quantization = try outputQuantization(of: place)
        let tensor = try output(of: place)
        let accumulation = Accumulation(
            name: names.name(of: tensor),
            operator: rows == 1
                ? .fullyConnected(outputChannels: channels)
                : .convolution(Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1)),
            codes: weights.codes, decoder: weights.decoder, bias: try bias(2, of: place, channels: channels),
            runtime: try rounding(weights, channels: channels, operand.quantization, quantization, at: place),
            quantization: quantization, clamp: try quantization.clamp(options.activation, at: place))
        let stored = try append(accumulation, of: operand, at: place)
        try define(
            tensor, as: accumulation.name, stored: stored, extents: extents, quantization, at: place)
    }

    /// LiteRT multiplies by a factor in float64; the older kernels, which the runtime for microcontrollers has, round
    /// twice, with a float32 product of the scales where there is one for all channels.
    private func rounding(
        _ weights: WeightTensor, channels: Int, _ input: ActivationQuantization, _ output: ActivationQuantization,
        at place: OperatorPlace
    ) throws(Diagnostic) -> [RuntimeRequantization] {
        switch runtime {
        case .tflm:
            return try doubleRounding(
                weights, channels: channels, from: input, to: output, productInFloat: weights.isPerTensor, at: place)
        case .litert:
            return (0..<channels).map { channel in
                .float64(Double(input.scale) * Double(weights.scale(channel)) / Double(output.scale))
            }
        }
    }
}
