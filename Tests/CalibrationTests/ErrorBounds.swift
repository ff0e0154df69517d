import FixedPoint
import Graph
import Networks
import Quantization
import Tensors

/// How far the tensors of a quantized network can be from those of the float network on one picture: from the integers
/// of the file and the tensors in float alone.
///
///                          worst, by the triangle inequality          power, of errors that are independent
///     stored, gap g        g / 2 + 1 step                             a third of its square: evenly distributed
///     stored, beyond       by how much float passes the entries       the square of that
///     sum of products      sum of |w'| e + |w' - w| m                 sum of w'^2 p + (w' - w)^2 m2
///     sum of two           e_a + e_b                                  p_a + p_b
///     product              m_a e_b + m_b e_a + e_a e_b                m2_a p_b + m2_b p_a + p_a p_b
///     copy                 of what is copied; of the element outside, 0
///
/// w is a weight and w' what it is in integers, m the largest magnitude of a channel and m2 its mean square. The 1 step
/// is for the roundings of the result and of the threshold.
struct ErrorBounds {
    /// Of one channel.
    struct Error {
        /// No element is farther away.
        var worst: Double
        /// The mean square that is expected.
        var power: Double
    }

    let network: QuantizedNetwork
    let float: FloatNetwork
    /// Every tensor in float.
    let tensors: [String: Tensor<Float>]
    /// By tensor, for each channel.
    private(set) var errors: [String: [Error]] = [:]

    init(_ network: QuantizedNetwork, _ float: FloatNetwork, tensors: [String: Tensor<Float>]) {
        (self.network, self.float, self.tensors) = (network, float, tensors)
        let image = network.graph.inputs[0]
        // Samples / 255 in float32.
        errors[image.name] = Array(repeating: Error(worst: 1e-6, power: 1e-12), count: image.channels)
        for layer in network.graph.layers {
            let operands = layer.inputs.map { errors[$0]! }
            switch layer.operator {
            case .concatenation: errors[layer.name] = operands.flatMap(\.self)
            case .pixelShuffle(let factor):
                let area = factor * factor
                errors[layer.name] = stride(from: 0, to: operands[0].count, by: area).map { first in
                    let sources = operands[0][first..<first + area]
                    return Error(worst: sources.map(\.worst).max()!, power: sources.map(\.power).max()!)
                }
            case let copy where copy.movesElements: errors[layer.name] = operands[0]
            default:
                errors[layer.name] = zip(computing(layer, operands), storing(layer.name)).map {
                    Error(worst: $0.worst + $1.worst, power: $0.power + $1.power)
                }
            }
        }
    }

    private func computing(_ layer: Layer, _ operands: [[Error]]) -> [Error] {
        switch layer.operator {
        case .multiply:
            let (a, b) = (ranges(layer.inputs[0]), ranges(layer.inputs[1]))
            return zip(operands[0], operands[1]).enumerated().map { channel, errors in
                let (first, second) = errors
                return Error(
                    worst: a[channel].largest * second.worst + b[channel].largest * first.worst
                        + first.worst * second.worst,
                    power: a[channel].meanSquare * second.power + b[channel].meanSquare * first.power
                        + first.power * second.power)
            }
        case .add:
            return zip(operands[0], operands[1]).map {
                Error(worst: $0.worst + $1.worst, power: $0.power + $1.power)
            }
        case .convolution: return summing(layer, operands[0])
        default: return operands[0]
        }
    }

    private func summing(_ layer: Layer, _ operand: [Error]) -> [Error] {
        guard case .accumulation(let integers)? = network.parameters[layer.name],
            case .accumulation(let weights, let bias)? = float.parameters[layer.name]
        else { return [] }
        let (input, output) = (network.formats[layer.inputs[0]]!.step, network.formats[layer.name]!.step)
        let ranges = ranges(layer.inputs[0])
        let perChannel = weights.count / bias.count
        return bias.indices.map { channel in
            let multiplier = integers.postProcessing.multipliers[channel]
            let factor =
                Double(sign: .plus, exponent: multiplier.exponent - 31, significand: Double(multiplier.mantissa))
            // The real value of one weight step.
            let scale = factor * output / input
            let biasError = abs(Double(bias[channel]) - Double(integers.bias[channel]) * input * scale)
            var error = Error(worst: biasError, power: biasError * biasError)
            for index in channel * perChannel..<(channel + 1) * perChannel {
                let weight = Double(integers.weightDecoder.entries[Int(integers.weightCodes[index])]) * scale
                let difference = weight - Double(weights[index])
                let source = index % operand.count
                error.worst += abs(weight) * operand[source].worst + abs(difference) * ranges[source].largest
                error.power +=
                    weight * weight * operand[source].power + difference * difference * ranges[source].meanSquare
            }
            return error
        }
    }

    private func storing(_ name: String) -> [Error] {
        let (format, tensor) = (network.formats[name]!, tensors[name]!)
        guard case .codes(let set) = format else {
            return Array(
                repeating: Error(worst: format.step, power: format.step * format.step), count: tensor.shape.channels)
        }
        return (0..<set.channels).map { channel in
            let entries = set.codebooks[Int(set.selects[channel])].entries
            let gap = zip(entries, entries.dropFirst()).map { Double($1 - $0) }.max()!
            let range = set.valueRange(channel: channel)
            let elements = stride(from: channel, to: tensor.elements.count, by: set.channels).map {
                Double(tensor.elements[$0])
            }
            let excess = max(
                elements.max()! - Double(range.upperBound) * set.step,
                Double(range.lowerBound) * set.step - elements.min()!, 0)
            let half = (gap / 2 + 1) * set.step
            return Error(worst: max(half, excess), power: half * half / 3 + excess * excess)
        }
    }

    /// Of each channel of a tensor.
    private func ranges(_ name: String) -> [(largest: Double, meanSquare: Double)] {
        let tensor = tensors[name]!
        let channels = tensor.shape.channels
        return (0..<channels).map { channel in
            let elements = stride(from: channel, to: tensor.elements.count, by: channels).map {
                Double(tensor.elements[$0])
            }
            let squares = elements.reduce(0) { $0 + $1 * $1 }
            return (elements.reduce(0) { max($0, abs($1)) }, squares / Double(elements.count))
        }
    }
}
