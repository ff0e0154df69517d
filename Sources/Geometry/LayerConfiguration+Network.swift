import Commands
package import Diagnostics
package import Graph
package import Networks
import Quantization

extension LayerConfiguration {
    /// What the units must know of a layer, out of the network.
    ///
    /// - Throws: `layerParametersMismatch` where parameters are missing, of another kind or for another number of
    ///   channels; `layerFormatNotExecutable` for entries beyond 16 bits.
    package init(_ layer: Layer, in network: QuantizedNetwork, outputChannels: Int) throws(Diagnostic) {
        let input = try OperandConfiguration(network.formats[layer.inputs[0]]!, tensor: layer.inputs[0])
        let second =
            layer.inputs.count == 2
            ? try OperandConfiguration(network.formats[layer.inputs[1]]!, tensor: layer.inputs[1]) : nil
        var output = ResultConfiguration(network.formats[layer.name]!)
        func mismatch(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .layerParametersMismatch, at: "layer \(layer.name)", found: found, expected: expected,
                remedy: "quantize the network again")
        }
        func requireCounts(_ counts: [Int]) throws(Diagnostic) {
            if let count = counts.first(where: { $0 != outputChannels }) {
                throw mismatch("parameters of \(count) channels", "\(outputChannels) channels")
            }
        }
        switch (layer.operator, network.parameters[layer.name]) {
        case (.convolution, .accumulation(let parameters)), (.transposedConvolution, .accumulation(let parameters)),
            (.fullyConnected, .accumulation(let parameters)):
            let post = parameters.postProcessing
            try requireCounts([parameters.bias.count, post.multipliers.count, post.multipliersNegative.count])
            output.codeMap = post.codeMap
            self.init(
                input: input, output: output, weightEntries: parameters.weightDecoder.entries,
                drain: .postProcessing(PostProcessingConfiguration(post, bias: parameters.bias)))
        case (.normalization(let form), .normalization(let parameters)):
            try requireCounts([
                parameters.operandShifts.count, parameters.beta.count, parameters.scaleMantissas.count,
                parameters.scaleShifts.count,
            ])
            self.init(
                input: input, output: output, weightEntries: parameters.gammaDecoder.entries,
                drain: .normalization(NormalizationConfiguration(parameters, form: form)))
        case (.requantize, .requantization(let post)):
            try requireCounts([post.multipliers.count, post.multipliersNegative.count])
            output.codeMap = post.codeMap
            self.init(input: input, output: output, drain: .postProcessing(PostProcessingConfiguration(post, bias: [])))
        case (.multiply, .requantization(let post)):
            try requireCounts([post.multipliers.count, post.multipliersNegative.count])
            output.codeMap = post.codeMap
            self.init(
                input: input, second: second, output: output,
                drain: .postProcessing(PostProcessingConfiguration(post, bias: [])))
        case (.twoStageAdd, .twoStageAddition(let parameters)):
            let post = parameters.postProcessing
            try requireCounts([post.multipliers.count, post.multipliersNegative.count])
            output.codeMap = post.codeMap
            self.init(
                input: input, second: second, output: output,
                drain: .postProcessing(PostProcessingConfiguration(post, bias: [])),
                operandMultipliers: OperandMultipliers(first: parameters.multiplierA, second: parameters.multiplierB))
        case (.add, .addition(let parameters)):
            self.init(input: input, second: second, output: output, drain: .addition(AdditionConfiguration(parameters)))
        case (.concatenation, _), (.pixelShuffle, _), (.maxPooling, _), (.pad, _), (.nearestResize, _),
            (.quantizeLatent, _), (.reconstructLatent, _):
            // Bytes or 16-bit integers as they are: no table takes part.
            self.init(
                input: OperandConfiguration(entries: [], selects: [], offsets: []),
                output: ResultConfiguration(thresholds: [], limits: [], selects: [], offsets: []), drain: .none)
        case (_, nil): throw mismatch("no parameters", "parameters of \(layer.operator.name)")
        default: throw mismatch("parameters of another operator", "parameters of \(layer.operator.name)")
        }
    }
}

extension OperandConfiguration {
    fileprivate init(_ format: TensorFormat, tensor: String) throws(Diagnostic) {
        guard case .codes(let set) = format else {
            self.init(entries: [], selects: [], offsets: [])
            return
        }
        let entries = set.codebooks.map { codebook in codebook.entries.compactMap { Int16(exactly: $0) } }
        guard zip(entries, set.codebooks).allSatisfy({ $0.count == $1.entries.count }) else {
            throw Diagnostic(
                .layerFormatNotExecutable, at: "tensor \(tensor)", found: "a codebook entry beyond 16 bits",
                expected: "entries in -32,768...32,767",
                remedy: "quantize the network again")
        }
        self.init(entries: entries, selects: set.selects, offsets: set.offsets)
    }
}

extension ResultConfiguration {
    fileprivate init(_ format: TensorFormat) {
        guard case .codes(let set) = format else {
            self.init(thresholds: [], limits: [], selects: [], offsets: [])
            return
        }
        self.init(
            thresholds: set.codebooks.map(\.thresholds),
            limits: set.codebooks.map { CodebookLimits(lowest: $0.entries.first!, highest: $0.entries.last!) },
            selects: set.selects, offsets: set.offsets)
    }
}

extension PostProcessingConfiguration {
    fileprivate init(_ post: PostProcessing, bias: [Int64]) {
        self.init(
            bias: bias, multipliers: post.multipliers, multipliersNegative: post.multipliersNegative,
            rounding: post.rounding, resultBits: post.resultBits,
            clipLow: post.clipLow, clipHigh: post.clipHigh)
    }
}

extension NormalizationConfiguration {
    fileprivate init(_ parameters: NormalizationParameters, form: NormalizationForm) {
        let form: Form =
            switch form {
            case .gdn: .gdn
            case .igdn: .igdn
            case .gdn1: .gdn1
            case .igdn1: .igdn1
            }
        self.init(
            form: form, operandShifts: parameters.operandShifts.map { UInt8(clamping: $0) }, beta: parameters.beta,
            scaleMantissas: parameters.scaleMantissas,
            scaleShifts: parameters.scaleShifts.map { UInt8(clamping: $0) }, table: parameters.table,
            resultBits: parameters.resultBits,
            clipLow: parameters.clipLow, clipHigh: parameters.clipHigh)
    }
}

extension AdditionConfiguration {
    fileprivate init(_ parameters: AdditionParameters) {
        self.init(
            mantissaA: parameters.mantissaA, mantissaB: parameters.mantissaB, exponent: parameters.exponent,
            rounding: parameters.rounding,
            resultBits: parameters.resultBits, clipLow: parameters.clipLow, clipHigh: parameters.clipHigh)
    }
}
