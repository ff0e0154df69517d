import Graph
import Kernels
import Tensors

/// Generalized divisive normalization in float32: `n_i = beta_i + sum over j of gamma_ij q_j`.
enum Normalization {
    static func norms(
        _ form: NormalizationForm, _ input: Tensor<Float>, gamma: [Float], beta: [Float], kernels: KernelLevel
    ) -> Tensor<Float> {
        let channels = input.shape.channels
        let magnitudes = form.isSquareRootForm ? input.elements.map { $0 * $0 } : input.elements.map { abs($0) }
        var norms = Tensor<Float>(shape: input.shape, repeating: 0)
        Float.multiply(
            magnitudes, byTransposed: gamma, into: &norms.elements, rows: input.shape.height * input.shape.width,
            columns: channels, inner: channels,
            kernels: kernels)
        norms.elements.withUnsafeMutableBufferPointer { elements in
            for index in elements.indices { elements[index] += beta[index % channels] }
        }
        return norms
    }

    static func apply(
        _ form: NormalizationForm, _ input: Tensor<Float>, gamma: [Float], beta: [Float], kernels: KernelLevel
    ) -> Tensor<Float> {
        var output = norms(form, input, gamma: gamma, beta: beta, kernels: kernels)
        output.elements.withUnsafeMutableBufferPointer { elements in
            for index in elements.indices {
                let factor = form.isSquareRootForm ? elements[index].squareRoot() : elements[index]
                elements[index] = form.isInverse ? input.elements[index] * factor : input.elements[index] / factor
            }
        }
        return output
    }
}
