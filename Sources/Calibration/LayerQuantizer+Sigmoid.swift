import Diagnostics
import EntropyCoding
import Graph
import Networks
import Quantization
import Tensors

/// A sigmoid is a map of 256 codes behind the encoder: sums x become codes on a grid of their own about the middle
/// code, and the map puts 1 / (1 + e^-x) in their place.
///
///     sum + middle / multiplier ─ x multiplier ─ code: middle + x / sigmoidStep ─ map ─ code of the sigmoid
extension LayerQuantizer {
    /// Codes 0...255 for 0...1, or 0...127 where decoded values have 8 bits.
    func sigmoidFormat() throws(Diagnostic) -> TensorFormat {
        let channels = floatOutputs[0].shape.channels
        guard options.activations.bits > 8 else {
            return .codes(.uniform(.linearSigned, channels: channels, step: 1.0 / 127))
        }
        return .codes(.uniform(.linearUnsigned, channels: channels, step: 1.0 / 255))
    }

    /// Beyond 8 a sigmoid differs from 0 or 1 by less than a code; a smaller range that the pictures keep to has finer
    /// steps.
    var sigmoidStep: Double {
        let share = floatOutputs.reduce(Float(0.5)) { $1.elements.reduce($0) { max($0, $1, 1 - $1) } }
        let farthest = share < 1 ? ElementaryFunctions.log(Double(share) / (1 - Double(share))) : 8
        return min(max(farthest, 0x1p-6), 8) / 127
    }

    /// The value on the output's grid that stands for a sum of 0.
    private var sigmoidMiddle: Int { options.activations.bits > 8 ? 128 : 0 }

    func sigmoidMap() -> [UInt8] {
        guard case .codes(let set) = outputFormat else { preconditionFailure("a sigmoid of 16 bits") }
        let (entries, step) = (set.codebooks[0].entries, sigmoidStep)
        return entries.map { entry in
            let x = Double(Int(entry) - sigmoidMiddle) * step
            let value = Int((1 / (1 + ElementaryFunctions.exp(-x)) / set.step).rounded())
            return UInt8(value - Int(entries[0]))
        }
    }

    /// Moves each bias so that a sum of 0 gives the middle.
    ///
    /// - Returns: the first channel whose bias passes every accumulator; nil where none does.
    func shiftToSigmoidCentre(_ parameters: inout AccumulationParameters, scales: [Double]) -> Int? {
        let step = sigmoidStep
        for (channel, scale) in scales.enumerated() {
            guard
                let shift = Int64(rounding: Double(sigmoidMiddle) * step / (inputFormat.step * scale)),
                abs(shift) < Self.largestSum, abs(parameters.bias[channel] + shift) < Self.largestSum
            else { return channel }
            parameters.bias[channel] += shift
        }
        return nil
    }
}
