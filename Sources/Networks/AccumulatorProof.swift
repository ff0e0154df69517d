public import FixedPoint
public import Graph
import Quantization

/// What the sums of a layer's actual weights can come to, whatever the picture: exact integers, each input channel with
/// its own codebook's extremes.
public enum AccumulatorProof {
    /// A in bits for an accumulating, normalizing or requantizing layer; 0 for any other. A transposed convolution is
    /// proved for each of its phases.
    public static func width(of layer: Layer, in network: QuantizedNetwork) -> Int {
        bounds(of: layer, in: network).map(\.width).max() ?? 0
    }

    /// One bound for each output channel, over all phases of a transposed convolution; none for layers without an
    /// accumulator, or whose weights do not have the layer's shape (which whoever lays them out refuses).
    public static func bounds(of layer: Layer, in network: QuantizedNetwork) -> [AccumulatorBound] {
        guard let parameters = network.parameters[layer.name], let input = network.formats[layer.inputs[0]] else {
            return []
        }
        return bounds(of: layer, parameters, input: input, activationBits: network.widths.activationBits)
    }

    /// The same for parameters that are not in a network yet.
    public static func bounds(
        of layer: Layer, _ parameters: LayerParameters, input: TensorFormat, activationBits: Int
    ) -> [AccumulatorBound] {
        switch parameters {
        case .accumulation(let accumulation): accumulationBounds(layer, accumulation, input)
        case .normalization(let normalization): normalizationBounds(layer, normalization, input, activationBits)
        case .requantization(let post) where layer.operator == .requantize: decodedBounds(post, input)
        case .requantization, .addition, .twoStageAddition, .none: []
        }
    }

    /// What `requantize` decodes is its accumulator.
    private static func decodedBounds(_ post: PostProcessing, _ input: TensorFormat) -> [AccumulatorBound] {
        if case .codes(let set) = input, set.channels < post.multipliers.count { return [] }
        return post.multipliers.indices.map { channel in
            let range = extremes(input, channel)
            return AccumulatorBound(bias: 0, low: Int64(range.lowest), high: Int64(range.highest))
        }
    }

    private static func accumulationBounds(
        _ layer: Layer, _ accumulation: AccumulationParameters, _ input: TensorFormat
    ) -> [AccumulatorBound] {
        let outputs = accumulation.bias.count
        let inner = outputs > 0 ? accumulation.weightCodes.count / outputs : 0
        var inputChannels = inner
        let groups = layer.operator.groups
        var phaseOf: (Int) -> Int = { _ in 0 }
        var phases = 1
        switch layer.operator {
        case .convolution(let convolution):
            inputChannels = inner / (convolution.kernelHeight * convolution.kernelWidth)
        case .transposedConvolution(let transposed):
            inputChannels = inner / (transposed.kernelHeight * transposed.kernelWidth)
            phases = transposed.strideY * transposed.strideX
            phaseOf = { tap in
                tap / transposed.kernelWidth % transposed.strideY * transposed.strideX + tap % transposed.kernelWidth
                    % transposed.strideX
            }
        default:
            if case .codes(let set) = input { inputChannels = set.channels }
        }
        guard inputChannels > 0, outputs * inner == accumulation.weightCodes.count, inner % inputChannels == 0,
            outputs % groups == 0
        else { return [] }
        if case .codes(let set) = input, set.channels < groups * inputChannels { return [] }
        let tapPhases = (0..<inner / inputChannels).map(phaseOf)
        let entries = accumulation.weightDecoder.entries.map { Int32($0) }
        let ranges = (0..<groups * inputChannels).map { extremes(input, $0) }
        if phases == 1, let range = ranges.first, ranges.allSatisfy({ $0 == range }) {
            return uniformBounds(accumulation, inner: inner, entries: entries, range: range)
        }
        return (0..<outputs).map { output in
            let firstInput = output / (outputs / groups) * inputChannels
            var sums = Array(repeating: ProductExtremes(), count: phases)
            accumulation.weightCodes.withUnsafeBufferPointer { codes in
                ranges.withUnsafeBufferPointer { ranges in
                    for (tap, phase) in tapPhases.enumerated() {
                        sums[phase].add(
                            codes.baseAddress! + output * inner + tap * inputChannels, count: inputChannels,
                            entries: entries,
                            ranges: ranges.baseAddress! + firstInput)
                    }
                }
            }
            return AccumulatorBound(
                bias: accumulation.bias[output], low: sums.map(\.low).min()!, high: sums.map(\.high).max()!)
        }
    }

    /// Where all operands have one range: the sums of the positive and of the negative weights tell both extremes.
    private static func uniformBounds(
        _ accumulation: AccumulationParameters, inner: Int, entries: [Int32], range: OperandRange
    ) -> [AccumulatorBound] {
        // Looked up, because signs of weights cannot be predicted.
        let parts = entries.map { SIMD2(Int64(max($0, 0)), Int64(min($0, 0))) }
        let (lowest, highest) = (Int64(range.lowest), Int64(range.highest))
        return accumulation.weightCodes.withUnsafeBufferPointer { codes in
            parts.withUnsafeBufferPointer { parts in
                accumulation.bias.enumerated().map { output, bias in
                    var sums = SIMD2<Int64>.zero
                    for code in codes[output * inner..<(output + 1) * inner] { sums &+= parts[Int(code)] }
                    let (positive, negative) = (sums[0], sums[1])
                    return AccumulatorBound(
                        bias: bias, low: positive * lowest + negative * highest,
                        high: positive * highest + negative * lowest)
                }
            }
        }
    }

    private static func normalizationBounds(
        _ layer: Layer, _ normalization: NormalizationParameters, _ input: TensorFormat, _ activationBits: Int
    ) -> [AccumulatorBound] {
        guard case .normalization(let form) = layer.operator else {
            preconditionFailure("\(layer.name) is no normalization")
        }
        let channels = normalization.beta.count
        let largest = 1 << (activationBits - 1) - 1
        let ranges = (0..<channels).map { channel in
            let range = extremes(input, channel)
            let magnitude = max(-Int(range.lowest), Int(range.highest))
            let shift = normalization.operandShifts[channel]
            return OperandRange(
                lowest: 0,
                highest: Int32(
                    form.isSquareRootForm
                        ? min(largest, (magnitude * magnitude + (1 << shift) / 2) >> shift) : magnitude))
        }
        let entries = normalization.gammaDecoder.entries.map { Int32($0) }
        return (0..<channels).map { output in
            var sum = ProductExtremes()
            normalization.gammaCodes.withUnsafeBufferPointer { codes in
                ranges.withUnsafeBufferPointer { ranges in
                    sum.add(
                        codes.baseAddress! + output * channels, count: channels, entries: entries,
                        ranges: ranges.baseAddress!)
                }
            }
            return AccumulatorBound(bias: normalization.beta[output], low: sum.low, high: sum.high)
        }
    }

    /// Extremes of a channel's values, with padding's 0.
    private static func extremes(_ format: TensorFormat, _ channel: Int) -> OperandRange {
        let range = format.valueRange(channel: channel)
        return OperandRange(lowest: Int32(min(range.lowerBound, 0)), highest: Int32(max(range.upperBound, 0)))
    }
}

/// The extremes of an operand: lowest <= 0 <= highest, 17 bits signed at most.
private struct OperandRange: Equatable {
    var lowest: Int32
    var highest: Int32
}

/// The least and the largest that products of 16-bit weights can sum to: 64 bits hold 2^31 of them.
private struct ProductExtremes {
    private(set) var low: Int64 = 0
    private(set) var high: Int64 = 0

    /// One tap: a weight code for each input channel.
    mutating func add(_ codes: UnsafePointer<UInt8>, count: Int, entries: [Int32], ranges: UnsafePointer<OperandRange>)
    {
        entries.withUnsafeBufferPointer { entries in
            for channel in 0..<count {
                let weight = Int64(entries[Int(codes[channel])])
                let (first, second) = (weight * Int64(ranges[channel].lowest), weight * Int64(ranges[channel].highest))
                low += min(first, second)
                high += max(first, second)
            }
        }
    }
}
