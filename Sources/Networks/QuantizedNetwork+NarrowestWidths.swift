import FixedPoint
import Graph
import Quantization

extension QuantizedNetwork {
    /// The narrowest V, W and A that hold the decoded values of every tensor, the weights, and the sums as they are
    /// proved for the network's present widths.
    public var narrowestWidths: DatapathWidths {
        var widths = DatapathWidths(activationBits: 2, weightBits: 2, accumulatorBits: 8)
        for format in formats.values {
            guard case .codes(let set) = format, set.channels > 0 else { continue }
            let range = set.valueRange(channel: 0)
            widths.activationBits = max(
                widths.activationBits, BitWidth.signed(holding: Int64(range.lowerBound)...Int64(range.upperBound)))
        }
        widths.accumulatorBits = max(widths.accumulatorBits, widths.activationBits)
        for layer in graph.layers {
            widths.accumulatorBits = max(widths.accumulatorBits, AccumulatorProof.width(of: layer, in: self))
            guard case .accumulation(let accumulation)? = parameters[layer.name] else { continue }
            widths.weightBits = max(widths.weightBits, accumulation.weightDecoder.bits)
        }
        return widths
    }
}
