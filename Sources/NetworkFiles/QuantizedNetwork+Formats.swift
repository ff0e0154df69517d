import Diagnostics
import Graph
import Networks
import Quantization

extension QuantizedNetwork {
    /// Which formats a layer may read and write: 16-bit integers where the operator has a path for them, equal
    /// codebooks where codes are copied.
    func validateFormats(of layer: Layer) throws(Diagnostic) {
        let place = "layer \(layer.name)"
        let inputs = layer.inputs.map { formats[$0]! }
        let output = formats[layer.name]!
        switch layer.operator {
        case .convolution, .transposedConvolution, .fullyConnected, .normalization:
            guard inputs[0].isCodes || widths.activationBits == 16 else {
                throw Diagnostic(
                    .networkValueOutOfRange, at: place,
                    found: "16-bit integers of '\(layer.inputs[0])' into \(widths.activationBits)-bit operands",
                    expected: "8-bit codes, or activationBits 16",
                    remedy: "put a requantize layer between '\(layer.inputs[0])' and this one")
            }
        case .quantizeLatent, .reconstructLatent:
            try require(
                !output.isCodes && inputs.allSatisfy { !$0.isCodes }, place, "8-bit codes at a latent operator",
                expected: "integers16 at inputs and output")
        case .concatenation: try requireConcatenation(inputs, output, at: place)
        case .pixelShuffle(let factor):
            try requirePixelShuffle(inputs[0], output, squaredFactor: factor * factor, at: place)
        case .maxPooling, .nearestResize: try requireCopied(inputs[0], output, at: place)
        case .pad(let pad):
            try requireCopied(inputs[0], output, at: place)
            try requireFill(pad.fill, output, at: place)
        case .requantize, .add, .twoStageAdd, .multiply: break
        }
    }

    /// What a code map stores must be codes of the output: each code that a channel can have becomes a code that it can
    /// have.
    func validateCodeMap(_ postProcessing: PostProcessing, of layer: Layer) throws(Diagnostic) {
        guard let codeMap = postProcessing.codeMap else { return }
        guard case .codes(let set)? = formats[layer.name] else {
            return try require(
                false, "layer \(layer.name)", "a code map with 16-bit integers",
                expected: "8-bit codes at the output of a layer with a code map")
        }
        for (channel, select) in set.selects.enumerated() {
            let count = set.codebooks[Int(select)].entries.count
            guard let code = codeMap.prefix(count).firstIndex(where: { Int($0) >= count }) else { continue }
            throw Diagnostic(
                .networkCodeMapUnfit, at: "layer \(layer.name), channel \(channel)",
                found: "a code map that stores code \(codeMap[code]) for code \(code)",
                expected: "at most \(count - 1): the codebook of this channel has \(count) entries",
                remedy: "correct the code map, or give the output a codebook with that code")
        }
    }

    private func requireConcatenation(
        _ inputs: [TensorFormat], _ output: TensorFormat, at place: String
    ) throws(Diagnostic) {
        guard case .codes(let joined) = output else {
            return try requireEqual(
                inputs.allSatisfy { $0 == output }, place, "operands or output of formats that differ",
                expected: "integers16 of one step")
        }
        var selects: [UInt8] = []
        var offsets: [Int32] = []
        for input in inputs {
            guard case .codes(let set) = input, set.codebooks == joined.codebooks, set.step == joined.step else {
                return try requireEqual(
                    false, place, "operands or output of formats that differ",
                    expected: "the same codebooks and step at every operand and the output")
            }
            selects += set.selects
            offsets += set.offsets
        }
        try requireEqual(
            selects == joined.selects && offsets == joined.offsets, place, "selects or offsets that differ",
            expected: "those of the operands, joined")
    }

    private func requireEqual(_ condition: Bool, _ place: String, _ found: String, expected: String) throws(Diagnostic)
    {
        guard condition else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: found, expected: expected,
                remedy: "put a requantize layer before each operand, with the codebooks and the step of the output")
        }
    }

    private func requireCopied(
        _ input: TensorFormat, _ output: TensorFormat, at place: String
    ) throws(Diagnostic) {
        try requireEqual(
            input == output, place, "formats that differ", expected: "the same format at input and output")
    }

    /// Every channel's codebook has the code that stands outside.
    private func requireFill(_ fill: Int, _ output: TensorFormat, at place: String) throws(Diagnostic) {
        guard case .codes(let set) = output else { return }
        for (channel, select) in set.selects.enumerated() {
            let count = set.codebooks[Int(select)].entries.count
            try require(
                (0..<count).contains(fill), "\(place), channel \(channel)", "fill \(fill)", expected: "0...\(count - 1)"
            )
        }
    }

    private func requirePixelShuffle(
        _ input: TensorFormat, _ output: TensorFormat, squaredFactor: Int, at place: String
    ) throws(Diagnostic) {
        guard case .codes(let source) = input, case .codes(let target) = output else {
            return try require(
                input == output, place, "formats that differ", expected: "the same format at input and output")
        }
        try require(
            source.codebooks == target.codebooks && source.step == target.step, place, "codebooks that differ",
            expected: "the same codebooks and step")
        for channel in source.selects.indices {
            let shuffled = channel / squaredFactor
            try require(
                source.selects[channel] == target.selects[shuffled]
                    && source.offsets[channel] == target.offsets[shuffled], "\(place), channel \(channel)",
                "select or offset that differs from output channel \(shuffled)",
                expected: "equal select and offset over the factor's source channels")
        }
    }
}

extension TensorFormat {
    fileprivate var isCodes: Bool {
        if case .codes = self { true } else { false }
    }
}
