public import Diagnostics
import FixedPoint
import Graph
public import Networks
import Quantization

extension QuantizedNetwork {
    /// Checks everything that executors rely on, except the accumulator's bound, which needs exact sums and is proved
    /// apart.
    ///
    /// Every tensor has a format and every layer the parameters of its operator, of the right size; decoded activations
    /// fit V, decoded weights W, biases A; multipliers, shifts and clip limits are in range; operators that copy codes
    /// join formats that agree.
    ///
    /// - Throws: `networkTensorMissing`, `networkTensorMismatch`, `networkValueOutOfRange`, `codebookValueTooWide`,
    ///   `networkFieldInvalid` for operators of the host, and the graph's own diagnostics.
    public func validate() throws(Diagnostic) {
        let channels = try graph.channels()
        try requireWidths()
        for name in tensorNames {
            guard let format = formats[name] else { throw missing("tensor \(name)", expected: "a format") }
            try validate(format, at: "tensor \(name)", channels: channels[name]!)
        }
        for layer in graph.layers {
            guard let parameters = parameters[layer.name] else {
                throw missing("layer \(layer.name)", expected: "parameters")
            }
            try validate(
                layer, parameters, inputChannels: channels[layer.inputs[0]]!, outputChannels: channels[layer.name]!)
            try validateFormats(of: layer)
        }
        let rates = Set(rateMultipliers.values.map(\.count))
        try require(
            rates.count <= 1 && !rates.contains(0), "rate multipliers", "\(rates.sorted()) rates",
            expected: "as many rates for every layer")
        for name in rateMultipliers.keys.sorted() {
            let fits = rateMultipliers[name]!.allSatisfy { $0.count == channels[name] }
            try require(
                fits, "layer \(name), rate multipliers", "a wrong number of multipliers", expected: "one a channel")
            switch parameters[name] {
            case .accumulation?, .requantization?: break
            default: throw missing("layer \(name), rate multipliers", expected: "a layer with post-processing")
            }
        }
        try validateHost()
    }

    private func requireWidths() throws(Diagnostic) {
        try require(
            (2...16).contains(widths.activationBits) && (2...16).contains(widths.weightBits)
                && (8...62).contains(widths.accumulatorBits), "widths",
            "V \(widths.activationBits), W \(widths.weightBits), A \(widths.accumulatorBits)",
            expected: "V and W in 2...16, A in 8...62")
    }

    private func validate(_ format: TensorFormat, at place: String, channels: Int) throws(Diagnostic) {
        try require(
            format.step > 0 && format.step.isFinite, place, "step \(format.step.namingNaN)",
            expected: "a finite step of more than 0")
        guard case .codes(let set) = format else { return }
        try require(set.channels == channels, place, "\(set.channels) selects", expected: "\(channels)")
        let limit = 1 << (widths.activationBits - 1)
        for channel in 0..<channels {
            let range = set.valueRange(channel: channel)
            guard range.lowerBound >= -limit, range.upperBound < limit else {
                throw Diagnostic(
                    .codebookValueTooWide, at: "\(place), channel \(channel)", found: "decoded values \(range)",
                    expected: "\(widths.activationBits) bits signed",
                    remedy: "quantize the network again with more activation bits")
            }
        }
    }

    private func validate(
        _ layer: Layer, _ parameters: LayerParameters, inputChannels: Int, outputChannels: Int
    ) throws(Diagnostic) {
        let place = "layer \(layer.name)"
        switch (layer.operator, parameters) {
        case (.convolution, .accumulation(let accumulation)), (.transposedConvolution, .accumulation(let accumulation)),
            (.fullyConnected, .accumulation(let accumulation)):
            try validate(accumulation, layer, inputChannels: inputChannels, outputChannels: outputChannels)
            try validateCodeMap(accumulation.postProcessing, of: layer)
        case (.normalization(let form), .normalization(let normalization)):
            try validate(normalization, form, at: place, channels: outputChannels)
        case (.requantize, .requantization(let postProcessing)), (.multiply, .requantization(let postProcessing)):
            try validate(postProcessing, at: place, channels: outputChannels)
            try validateCodeMap(postProcessing, of: layer)
        case (.add, .addition(let addition)): try validate(addition, at: place)
        case (.twoStageAdd, .twoStageAddition(let addition)):
            for (name, multiplier) in [("A", addition.multiplierA), ("B", addition.multiplierB)] {
                try require(
                    multiplier.mantissa < 1 << 31 && (-62...0).contains(multiplier.exponent), place,
                    "multiplier \(name) of mantissa \(multiplier.mantissa) and exponent \(multiplier.exponent)",
                    expected: "a mantissa below 2^31, an exponent in -62...0")
            }
            try validate(addition.postProcessing, at: place, channels: outputChannels)
            try validateCodeMap(addition.postProcessing, of: layer)
        case (.concatenation, .none), (.pixelShuffle, .none), (.maxPooling, .none), (.pad, .none),
            (.nearestResize, .none), (.quantizeLatent, .none), (.reconstructLatent, .none):
            break
        default: throw missing(place, expected: "the parameters of \(layer.operator.name)")
        }
    }

    private func validate(
        _ accumulation: AccumulationParameters, _ layer: Layer, inputChannels: Int, outputChannels: Int
    ) throws(Diagnostic) {
        let place = "layer \(layer.name)"
        let count = accumulation.weightCodes.count
        let fits =
            layer.weightCount(inputChannels: inputChannels).map { $0 == count }
            ?? (count > 0 && count % (outputChannels * inputChannels) == 0)
        try require(fits, place, "\(count) weight codes", expected: "the size of the kernel")
        try require(
            accumulation.bias.count == outputChannels, place, "\(accumulation.bias.count) biases",
            expected: "\(outputChannels)")
        try requireWeightBits(accumulation.weightDecoder, at: place)
        let limit = Int64(1) << (widths.accumulatorBits - 1)
        if let bias = accumulation.bias.first(where: { !(-limit..<limit).contains($0) }) {
            try require(false, place, "bias \(bias)", expected: "\(widths.accumulatorBits) bits signed")
        }
        try validate(accumulation.postProcessing, at: place, channels: outputChannels)
    }

    private func requireWeightBits(_ decoder: WeightDecoder, at place: String) throws(Diagnostic) {
        guard decoder.bits <= widths.weightBits else {
            throw Diagnostic(
                .codebookValueTooWide, at: place, found: "decoded weights of \(decoder.bits) bits",
                expected: "\(widths.weightBits) bits signed",
                remedy: "quantize the network again with more weight bits")
        }
    }

    private func validate(_ postProcessing: PostProcessing, at place: String, channels: Int) throws(Diagnostic) {
        try require(
            postProcessing.multipliers.count == channels && postProcessing.multipliersNegative.count == channels, place,
            """
            \(postProcessing.multipliers.count) multipliers, \(postProcessing.multipliersNegative.count) for negative \
            sums
            """,
            expected: "\(channels)")
        try requireResult(postProcessing.resultBits, postProcessing.clipLow, postProcessing.clipHigh, at: place)
        try require(
            (postProcessing.codeMap?.count ?? 256) == 256, place, "a code map of \(postProcessing.codeMap?.count ?? 0)",
            expected: "256 codes")
    }

    private func requireResult(_ bits: Int, _ clipLow: Int32, _ clipHigh: Int32, at place: String) throws(Diagnostic) {
        try require(bits == 24 || bits == 32, place, "resultBits \(bits)", expected: "24 or 32")
        try require(
            clipLow <= clipHigh, place, "clip limits \(clipLow) and \(clipHigh)", expected: "clipLow at most clipHigh")
    }

    private func validate(
        _ normalization: NormalizationParameters, _ form: NormalizationForm, at place: String, channels: Int
    ) throws(Diagnostic) {
        let counts = [
            normalization.beta.count, normalization.operandShifts.count, normalization.scaleMantissas.count,
            normalization.scaleShifts.count,
        ]
        try require(
            counts.allSatisfy { $0 == channels } && normalization.gammaCodes.count == channels * channels, place,
            "\(normalization.gammaCodes.count) gammas and lists of \(counts)",
            expected: "\(channels * channels) and \(channels)")
        try requireWeightBits(normalization.gammaDecoder, at: place)
        if let code = normalization.gammaCodes.first(where: { normalization.gammaDecoder.entries[Int($0)] < 0 }) {
            try require(
                false, place, "gamma code \(code), which decodes to \(normalization.gammaDecoder.entries[Int(code)])",
                expected: "0 or more")
        }
        let limit = Int64(1) << (widths.accumulatorBits - 1)
        try require(
            normalization.beta.allSatisfy { (1..<limit).contains($0) }, place, "a beta out of range",
            expected: "1..<2^\(widths.accumulatorBits - 1)")
        try require(
            normalization.scaleMantissas.allSatisfy { (1..<(1 << 24)).contains($0) }, place,
            "a scale mantissa out of range", expected: "1..<2^24")
        try require(
            normalization.scaleShifts.allSatisfy { (0...62).contains($0) }, place, "a scale shift out of range",
            expected: "0...62")
        try require(
            normalization.operandShifts.allSatisfy { form.isSquareRootForm ? (0...31).contains($0) : $0 == 0 }, place,
            "an operand shift out of range",
            expected: form.isSquareRootForm ? "0...31" : "0 in a first-power form")
        if let fault = normalization.table?.fault(hasSegments: form.tableFunction != nil) {
            try require(false, "\(place), normalization table", fault.found, expected: fault.expected)
        }
        try requireResult(normalization.resultBits, normalization.clipLow, normalization.clipHigh, at: place)
    }

    private func validate(_ addition: AdditionParameters, at place: String) throws(Diagnostic) {
        let mantissas = -(Int64(1) << 31 - 1)...(Int64(1) << 31 - 1)
        try require(
            mantissas.contains(addition.mantissaA) && mantissas.contains(addition.mantissaB)
                && (-31...30).contains(addition.exponent), place,
            "mantissas \(addition.mantissaA), \(addition.mantissaB), exponent \(addition.exponent)",
            expected: "magnitudes below 2^31, an exponent in -31...30")
        let admitted: [RoundingRule] = [.single, .halfEven, .halfAway, .floor, .ceiling, .towardZero]
        try require(
            admitted.contains(addition.rounding), place, "rounding \(addition.rounding.rawValue)",
            expected: admitted.map(\.rawValue).joined(separator: ", "))
        try requireResult(addition.resultBits, addition.clipLow, addition.clipHigh, at: place)
    }

    func missing(_ place: String, expected: String) -> Diagnostic {
        Diagnostic(
            .networkTensorMissing, at: place, found: "none, or of another kind", expected: expected,
            remedy: "quantize the network again")
    }

    func require(_ condition: Bool, _ place: String, _ found: String, expected: String) throws(Diagnostic) {
        guard condition else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: found, expected: expected,
                remedy: "correct this value in the network file, or quantize the network again")
        }
    }
}
