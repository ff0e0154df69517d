import FixedPoint
import Graph
public import Networks
import Quantization
public import Tensors

/// What single ingredients of a quantized network cost: its weights as real numbers, its tensors' round trip through
/// codes, to be put into the float network.
public enum Dequantization {
    /// The real weights that a layer's codes stand for, with the float network's own bias; `nil` for layers without
    /// weights.
    public static func parameters(
        of name: String, in network: QuantizedNetwork, float: FloatNetwork
    ) -> FloatParameters? {
        guard let layer = network.graph[layer: name], let input = network.formats[layer.inputs[0]],
            let output = network.formats[name]
        else { return nil }
        switch (network.parameters[name], float.parameters[name]) {
        case (.accumulation(let accumulation)?, .accumulation(_, let bias)?):
            let inner = accumulation.weightCodes.count / bias.count
            let scales = accumulation.postProcessing.multipliers.map { multiplier in
                Double(multiplier.mantissa) * Double(sign: .plus, exponent: multiplier.exponent - 31, significand: 1)
                    * output.step / input.step
            }
            let weights = accumulation.weightCodes.enumerated().map { index, code in
                Float(Double(accumulation.weightDecoder.entries[Int(code)]) * scales[index / inner])
            }
            return .accumulation(weights: weights, bias: bias)
        case (.normalization(let normalization)?, .normalization(_, let beta)?):
            guard case .normalization(let form) = layer.operator else { return nil }
            let channels = beta.count
            let gamma = normalization.gammaCodes.enumerated().map { index, code in
                let (i, j) = (index / channels, index % channels)
                let factor =
                    Double(normalization.scaleMantissas[i])
                    * Double(sign: .plus, exponent: -normalization.scaleShifts[i], significand: 1)
                let root = form.isInverse ? factor * output.step / input.step : input.step / (factor * output.step)
                let scale = form.isSquareRootForm ? root * root : root
                let operand =
                    form.isSquareRootForm
                    ? input.step * input.step * Double(1 << normalization.operandShifts[j]) : input.step
                return Float(Double(normalization.gammaDecoder.entries[Int(code)]) * scale / operand)
            }
            return .normalization(gamma: gamma, beta: beta)
        default: return nil
        }
    }

    /// A float tensor after its way through the codes of its format.
    public static func roundTrip(_ tensor: Tensor<Float>, through format: TensorFormat) -> Tensor<Float> {
        guard case .codes(let set) = format else {
            let step = Float(format.step)
            return Tensor(
                shape: tensor.shape,
                elements: tensor.elements.map { min(max(($0 / step).rounded(), -32768), 32767) * step })
        }
        let books = set.codebooks.map { CodebookTable($0) }
        let tables = set.selects.map { books[Int($0)] }
        let offsets = set.offsets.map { Int($0) }
        let step = Float(set.step)
        var output = tensor
        output.elements.withUnsafeMutableBufferPointer { elements in
            for index in elements.indices {
                let channel = index % tables.count
                let value = Int(min(max((elements[index] / step).rounded(), -1e9), 1e9))
                elements[index] = Float(tables[channel][value - offsets[channel]] + offsets[channel]) * step
            }
        }
        return output
    }
}
