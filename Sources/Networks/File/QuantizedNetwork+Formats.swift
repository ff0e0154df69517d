import Diagnostics
import Graph
import Quantization

extension QuantizedNetwork {
    /// Which formats a layer may read and write: 16-bit integers where the operator has a path for them, equal codebooks where codes are copied.
    func validateFormats(of layer: Layer) throws(Diagnostic) {
        let place = "layer \(layer.name)"
        let inputs = layer.inputs.map { formats[$0]! }
        let output = formats[layer.name]!
        switch layer.operator {
        case .convolution, .transposedConvolution, .fullyConnected, .normalization:
            try require(
                inputs[0].isCodes || widths.activationBits == 16, place, "16-bit integers into \(widths.activationBits)-bit operands",
                expected: "8-bit codes, or activationBits 16")
        case .quantizeLatent, .reconstructLatent:
            try require(
                !output.isCodes && inputs.allSatisfy { !$0.isCodes }, place, "8-bit codes at a latent operator", expected: "integers16 at inputs and output")
        case .concatenation: try requireConcatenation(inputs, output, at: place)
        case .pixelShuffle(let factor): try requirePixelShuffle(inputs[0], output, squaredFactor: factor * factor, at: place)
        case .requantize, .add: break
        }
    }

    private func requireConcatenation(_ inputs: [TensorFormat], _ output: TensorFormat, at place: String) throws(Diagnostic) {
        guard case .codes(let joined) = output else {
            return try require(inputs.allSatisfy { $0 == output }, place, "formats that differ", expected: "integers16 of one step")
        }
        var selects: [UInt8] = []
        var offsets: [Int32] = []
        for input in inputs {
            guard case .codes(let set) = input, set.codebooks == joined.codebooks, set.step == joined.step else {
                return try require(false, place, "formats that differ", expected: "the same codebooks and step at every operand: put a requantize before")
            }
            selects += set.selects
            offsets += set.offsets
        }
        try require(selects == joined.selects && offsets == joined.offsets, place, "selects or offsets that differ", expected: "those of the operands, joined")
    }

    private func requirePixelShuffle(_ input: TensorFormat, _ output: TensorFormat, squaredFactor: Int, at place: String) throws(Diagnostic) {
        guard case .codes(let source) = input, case .codes(let target) = output else {
            return try require(input == output, place, "formats that differ", expected: "the same format at input and output")
        }
        try require(source.codebooks == target.codebooks && source.step == target.step, place, "codebooks that differ", expected: "the same codebooks and step")
        for channel in source.selects.indices {
            let shuffled = channel / squaredFactor
            try require(
                source.selects[channel] == target.selects[shuffled] && source.offsets[channel] == target.offsets[shuffled], "\(place), channel \(channel)",
                "select or offset that differs from output channel \(shuffled)", expected: "equal select and offset over the factor's source channels")
        }
    }
}

extension TensorFormat {
    fileprivate var isCodes: Bool {
        if case .codes = self { true } else { false }
    }
}
