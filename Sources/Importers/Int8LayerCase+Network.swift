public import FixedPoint
import Graph
public import Networks
import Quantization
import Tensors

extension Int8LayerCase {
    /// The layer as a network of its own: input `input` (`input.0` where the case has that name), one layer with the
    /// case's name, which is the output.
    ///
    /// - Parameter rounding: a rule to use instead of the file's.
    public func network(rounding: RoundingRule? = nil) -> QuantizedNetwork {
        let input = description.inputName
        let layer = Layer(name: name, operator: geometry.operator, inputs: [input])
        let graph = Graph(
            name: name, inputs: [GraphInput(name: input, channels: geometry.input.channels)], layers: [layer],
            outputs: [name])
        let formats: [String: TensorFormat] = [
            input: .codes(
                .uniform(
                    .linearSigned, channels: geometry.input.channels, step: 1, offset: Int32(description.inputOffset))),
            name: .codes(
                .uniform(
                    .linearSigned, channels: geometry.output.channels, step: 1, offset: Int32(-description.outputOffset)
                )),
        ]
        return QuantizedNetwork(
            graph: graph, formats: formats,
            parameters: [name: .accumulation(parameters(rounding: rounding ?? self.rounding))],
            widths: DatapathWidths(
                activationBits: Self.operandBits(offset: description.inputOffset),
                weightBits: Self.operandBits(offset: description.weightOffset),
                accumulatorBits: 32))
    }

    /// 9 bits hold an int8 element with an offset in -128...128, 10 bits with any other that a case may have.
    private static func operandBits(offset: Int) -> Int {
        (-256...255).contains(-128 + offset) && (-256...255).contains(127 + offset) ? 9 : 10
    }

    private func parameters(rounding: RoundingRule) -> AccumulationParameters {
        let channels = geometry.output.channels
        let multipliers = (0..<channels).map { k in
            let index = description.multiplierQ31.count == 1 ? 0 : k
            return QuantizedMultiplier(
                mantissa: UInt32(description.multiplierQ31[index]), exponent: description.shift[index])
        }
        return AccumulationParameters(
            weightCodes: weightCodes(), weightDecoder: .linear(offset: description.weightOffset),
            bias: description.bias.isEmpty ? Array(repeating: 0, count: channels) : description.bias.map(Int64.init),
            postProcessing: PostProcessing(
                multipliers: multipliers, rounding: rounding,
                clipLow: Int32(description.clamp[0] - description.outputOffset),
                clipHigh: Int32(description.clamp[1] - description.outputOffset)))
    }

    /// `[K][R][S][C/groups]`; depthwise weights come as `[R][S][K]` and are turned.
    private func weightCodes() -> [UInt8] {
        let codes = description.weights.map { UInt8($0 + 128) }
        guard description.kind == .depthwiseConvolution else { return codes }
        let channels = geometry.output.channels
        let taps = codes.count / channels
        return (0..<channels).flatMap { k in (0..<taps).map { tap in codes[tap * channels + k] } }
    }
}
