import Diagnostics
import ExactArithmetic
import FixedPoint
import Graph
import Networks
import Quantization

extension LayerQuantizer {
    /// Multipliers: step of the input x scale / step of the output, exactly from the doubles, and the limits of the
    /// activation function.
    func postProcessing(scales: [Double]) throws(Diagnostic) -> PostProcessing {
        let positive = try multipliers(scales, gains: nil, slope: 1)
        var result = PostProcessing(
            multipliers: positive, rounding: options.arithmetic.rounding, resultBits: options.arithmetic.resultBits)
        switch layer.activation {
        case .none: break
        case .relu: result.multipliersNegative = Array(repeating: .zero, count: positive.count)
        case .leakyRelu(let slope):
            result.multipliersNegative = try multipliers(scales, gains: nil, slope: abs(slope))
            if slope < 0 { result.codeMap = try mirrorOfNegativeCodes() }
        case .clip(let low, let high): (result.clipLow, result.clipHigh) = clipLimits(low, high)
        case .sigmoid: result.codeMap = sigmoidMap()
        }
        return result
    }

    /// Codes of signed laws lie about code 128, entry by entry but for the lowest: `map[128 - i] = 128 + i`,
    /// `map[0] = 255`.
    private func mirrorOfNegativeCodes() throws(Diagnostic) -> [UInt8] {
        let mirrored = (0..<256).map { UInt8($0 >= 128 ? $0 : min(256 - $0, 255)) }
        guard case .codes(let set) = outputFormat, set.offsets.allSatisfy({ $0 == 0 }),
            set.codebooks.allSatisfy({ book in
                book.entries.count == 256 && (1..<128).allSatisfy { book.entries[$0] == -book.entries[256 - $0] }
            })
        else {
            throw unexecutable(
                "a leakyRelu of negative slope whose output is a latent, a picture, 16-bit integers or a fitted table",
                expected: "an output with signed codes about 0",
                remedy: "choose a law of activations with a closed form, or put a requantize layer behind this one")
        }
        return mirrored
    }

    /// The nearest grid values, of 32 bits; limits beyond limit nothing.
    private func clipLimits(_ low: Double, _ high: Double) -> (Int32, Int32) {
        func limit(_ real: Double) -> Int32 { Int32(rounding: real / outputFormat.step) ?? (real < 0 ? .min : .max) }
        return (limit(low), limit(high))
    }

    private func multipliers(
        _ scales: [Double], gains: [Float]?, slope: Double
    ) throws(Diagnostic) -> [QuantizedMultiplier] {
        let outputStep = layer.activation == .sigmoid ? sigmoidStep : outputFormat.step
        let stepRatio = ExactRational(inputFormat.step)! / ExactRational(outputStep)! * ExactRational(slope)!
        var multipliers: [QuantizedMultiplier] = []
        for (channel, scale) in scales.enumerated() {
            let ratio = stepRatio * ExactRational(scale)! * ExactRational(Double(gains?[channel] ?? 1))!
            guard let multiplier = QuantizedMultiplier.nearest(to: ratio) else {
                throw Diagnostic(
                    .networkValueOutOfRange, at: "\(place), channel \(channel)",
                    found: "sums whose step is 2^\(ratio.binaryExponent) steps of the output",
                    expected: "less than 2^30",
                    remedy:
                        """
                        scale the weights, the bias and the gain of this channel to the range of its output: they are \
                        far too large for it, or it is far too small for them
                        """
                )
            }
            multipliers.append(multiplier)
        }
        return multipliers
    }

    /// No output needs a step 2^29 times finer than the sums that it is made from: where the calibrated one is, as in a
    /// layer whose results are next to nothing, it is made coarser.
    mutating func widenOutput(scales: [Double]) throws(Diagnostic) {
        guard case .codes(let set) = outputFormat, isSearched else { return }
        var slope = 1.0
        if case .leakyRelu(let negative) = layer.activation { slope = max(1, abs(negative)) }
        let gain = float.rateGains[layer.name]?.joined().max() ?? 1
        let smallest = inputFormat.step * (scales.max() ?? 0) * slope * Double(max(gain, 1)) / Double(1 << 29)
        guard set.step < smallest, smallest.isFinite else { return }
        quantized.formats[layer.name] = .codes(
            try CodebookSet(
                codebooks: set.codebooks, selects: set.selects,
                offsets: set.offsets.map { Int32((Double($0) * (set.step / smallest)).rounded()) }, step: smallest))
    }

    mutating func appendRates(scales: [Double]) throws(Diagnostic) {
        guard let gains = float.rateGains[layer.name] else { return }
        var rates: [[QuantizedMultiplier]] = []
        for gain in gains { rates.append(try multipliers(scales, gains: gain, slope: 1)) }
        quantized.rateMultipliers[layer.name] = rates
    }

    /// What post-processing cannot carry.
    ///
    /// - Throws: `activationUnquantizable`.
    func requireExecutable() throws(Diagnostic) {
        if float.rateGains[layer.name] != nil {
            switch layer.operator {
            case .convolution, .transposedConvolution, .fullyConnected, .requantize: break
            default:
                throw unexecutable(
                    "rate gains", expected: "rate gains of an accumulating layer or a requantize",
                    remedy: "put a requantize layer behind this one and give it the gains")
            }
            guard layer.activation == .none else {
                throw unexecutable(
                    "rate gains and an activation function",
                    expected: "one of the two: gains take the place of the multipliers that make the function",
                    remedy: "put a requantize layer behind this one and give it the gains")
            }
        }
        switch (layer.operator, layer.activation) {
        case (.add, .leakyRelu), (.twoStageAdd, .leakyRelu):
            throw unexecutable(
                "a leakyRelu",
                expected: "none, relu or clip: an add has one multiplier an operand, whatever the sign of the sum",
                remedy: "put a requantize layer with the leakyRelu behind the add")
        default: break
        }
    }

    private func unexecutable(_ found: String, expected: String, remedy: String) -> Diagnostic {
        Diagnostic(
            .activationUnquantizable, at: place, found: "\(layer.operator.name) with \(found)", expected: expected,
            remedy: remedy)
    }

    /// Step of each operand / step of the sum, as mantissas of 31 bits with one exponent.
    func addition(subtracts: Bool) throws(Diagnostic) -> AdditionParameters {
        let ratios = layer.inputs.map {
            ExactRational(quantized.formats[$0]!.step)! / ExactRational(outputFormat.step)!
        }
        let exponent = ratios.map { $0.binaryExponent + 1 }.max()!
        guard (-31...30).contains(exponent) else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "operands and sum whose steps are 2^\(exponent) apart",
                expected: "within 2^30",
                remedy: "scale the layers that make the operands so that operands and sum are of like magnitude")
        }
        let mantissas = ratios.map { Int64(exactly: ($0 * .powerOfTwo(31 - exponent)).rounded(.halfUp))! }
        let largest = Int64(1) << 31 - 1
        let rounding: RoundingRule =
            [.gemmlowpDouble, .halfUpDouble, .tosaDouble, .onnxFloat32].contains(options.arithmetic.rounding)
            ? .single : options.arithmetic.rounding
        var result = AdditionParameters(
            mantissaA: min(mantissas[0], largest), mantissaB: min(mantissas[1], largest) * (subtracts ? -1 : 1),
            exponent: exponent,
            rounding: rounding, resultBits: options.arithmetic.resultBits)
        switch layer.activation {
        case .none, .leakyRelu, .sigmoid: break
        case .relu: result.clipLow = 0
        case .clip(let low, let high): (result.clipLow, result.clipHigh) = clipLimits(low, high)
        }
        return result
    }
}
