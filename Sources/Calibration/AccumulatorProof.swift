import FixedPoint
public import Graph
public import Networks
import Quantization

/// The accumulator width that a layer's actual weights need, whatever the picture: exact integers, each input channel with its own codebook's extremes.
public enum AccumulatorProof {
    /// A in bits for an accumulating or normalizing layer; 0 for any other. A transposed convolution is proved for each of its phases.
    public static func width(of layer: Layer, in network: QuantizedNetwork) -> Int {
        guard let parameters = network.parameters[layer.name], let input = network.formats[layer.inputs[0]] else { return 0 }
        return width(of: layer, parameters, input: input, activationBits: network.widths.activationBits)
    }

    static func width(of layer: Layer, _ parameters: LayerParameters, input: TensorFormat, activationBits: Int) -> Int {
        switch parameters {
        case .accumulation(let accumulation): accumulationWidth(layer, accumulation, input)
        case .normalization(let normalization): normalizationWidth(layer, normalization, input, activationBits)
        default: 0
        }
    }

    private static func accumulationWidth(_ layer: Layer, _ accumulation: AccumulationParameters, _ input: TensorFormat) -> Int {
        let outputs = accumulation.bias.count
        let inner = accumulation.weightCodes.count / outputs
        var inputChannels = inner
        var groups = 1
        var phaseOf: (Int) -> Int = { _ in 0 }
        var phases = 1
        switch layer.operator {
        case .convolution(let convolution):
            inputChannels = inner / (convolution.kernelHeight * convolution.kernelWidth)
            groups = convolution.groups
        case .transposedConvolution(let transposed):
            inputChannels = inner / (transposed.kernelHeight * transposed.kernelWidth)
            phases = transposed.strideY * transposed.strideX
            phaseOf = { tap in
                tap / transposed.kernelWidth % transposed.strideY * transposed.strideX + tap % transposed.kernelWidth % transposed.strideX
            }
        default:
            if case .codes(let set) = input { inputChannels = set.channels }
        }
        let entries = accumulation.weightDecoder.entries.map { Int32($0) }
        var width = 1
        for output in 0..<outputs {
            let firstInput = output / (outputs / groups) * inputChannels
            let ranges = (0..<inputChannels).map { extremes(input, firstInput + $0) }
            var bounds = Array(repeating: AccumulatorBound(bias: accumulation.bias[output]), count: phases)
            for tap in 0..<inner / inputChannels {
                let phase = phaseOf(tap)
                for channel in 0..<inputChannels {
                    let weight = entries[Int(accumulation.weightCodes[output * inner + tap * inputChannels + channel])]
                    bounds[phase].include(AccumulatorTerm(weight: weight, lowest: ranges[channel].lowerBound, highest: ranges[channel].upperBound))
                }
            }
            width = max(width, bounds.map(\.width).max()!)
        }
        return width
    }

    private static func normalizationWidth(_ layer: Layer, _ normalization: NormalizationParameters, _ input: TensorFormat, _ activationBits: Int) -> Int {
        guard case .normalization(let form) = layer.operator else { preconditionFailure("\(layer.name) is no normalization") }
        let channels = normalization.beta.count
        let largest = 1 << (activationBits - 1) - 1
        let operands = (0..<channels).map { channel -> Int32 in
            let range = extremes(input, channel)
            let magnitude = max(abs(Int(range.lowerBound)), abs(Int(range.upperBound)))
            let shift = normalization.operandShifts[channel]
            return Int32(form.isSquareRootForm ? min(largest, (magnitude * magnitude + (1 << shift) / 2) >> shift) : magnitude)
        }
        var width = 1
        for output in 0..<channels {
            var bound = AccumulatorBound(bias: normalization.beta[output])
            for channel in 0..<channels {
                let weight = Int32(normalization.gammaDecoder.entries[Int(normalization.gammaCodes[output * channels + channel])])
                bound.include(AccumulatorTerm(weight: weight, lowest: 0, highest: operands[channel]))
            }
            width = max(width, bound.width)
        }
        return width
    }

    /// Extremes of a channel's values, with padding's 0.
    private static func extremes(_ format: TensorFormat, _ channel: Int) -> ClosedRange<Int32> {
        let range = format.valueRange(channel: channel)
        return Int32(min(range.lowerBound, 0))...Int32(max(range.upperBound, 0))
    }
}
