import FixedPoint
import Graph
import Networks
import Quantization
import Random
import Tensors

extension LayerCaseDraft {
    /// - Parameter given: the input, for a datapath of the limits' width; drawn when nil.
    static func normalization(
        _ form: NormalizationForm, on given: (shape: TensorShape, format: TensorFormat)? = nil, limits: CaseLimits,
        using random: inout SeededGenerator
    ) -> LayerCaseDraft? {
        let shape =
            given?.shape
            ?? TensorShape(
                height: random.integer(1...7), width: random.integer(1...11),
                channels: random.integer(1...limits.extent(40)))
        let channels = shape.channels
        let widths = (
            activation: given == nil ? random.integer(limits.activationRange()) : limits.activationBits,
            weight: random.integer(limits.weightRange())
        )
        let inputFormat =
            given?.format
            ?? .codes(random.codebookSet(channels: channels, bits: widths.activation, atMost: limits.codebooks))
        let outputFormat = TensorFormat.codes(
            random.codebookSet(channels: channels, bits: limits.activationBits, atMost: limits.codebooks))
        let limit = (1 << (widths.weight - 1)) - 1
        let gammaEntries = (0..<256).map { Int16($0 * limit / 255) }
        let gammaCodes = (0..<channels * channels).map { index in
            index / channels == index % channels || random.once(in: 3) ? UInt8(random.integer(0...255)) : 0
        }
        // Squares are shifted to the operand's width, as preparation would; now and then one bit too little, so that
        // the operand saturates.
        let operandShifts = (0..<channels).map { channel -> Int in
            guard form.isSquareRootForm else { return 0 }
            let range = inputFormat.valueRange(channel: channel)
            let largest = max(abs(range.lowerBound), abs(range.upperBound))
            let squareBits = Int.bitWidth - (largest * largest).leadingZeroBitCount
            return max(0, squareBits - (widths.activation - 1) - (random.once(in: 5) ? 1 : 0))
        }
        let beta = (0..<channels).map { _ in Int64(random.integer(1...1 << random.integer(0...limits.extent(20)))) }
        var bounds = SumBounds()
        for i in 0..<channels {
            let products = (0..<channels).lazy.map { j -> (weight: Int, range: ClosedRange<Int>) in
                (Int(gammaEntries[Int(gammaCodes[i * channels + j])]), 0...(1 << (widths.activation - 1)))
            }
            bounds.include(bias: beta[i], products: products)
        }
        guard bounds.bits <= limits.accumulatorBits else { return nil }
        // The scale brings a typical result to some hundreds of grid steps.
        let magnitudeBits = form.isSquareRootForm ? bounds.bits / 2 : bounds.bits
        let exponent =
            9 - (widths.activation - 1) + (form.isInverse ? -magnitudeBits : magnitudeBits) + random.integer(-1...3)
        let scaleMantissas = (0..<channels).map { _ in UInt32(random.integer(1 << 23...(1 << 24) - 1)) }
        // M / 2^S is about 2^exponent; a mantissa is narrowed where S would be negative.
        let scaleShifts = (0..<channels).map { _ in 24 - exponent }
        guard scaleShifts.allSatisfy({ (0...62).contains($0) }) else { return nil }
        let (clipLow, clipHigh) = random.clip()
        var parameters = NormalizationParameters(
            gammaCodes: gammaCodes,
            gammaDecoder: try! WeightDecoder(entries: gammaEntries, isMemoryFree: true, law: "linear"),
            operandShifts: operandShifts,
            beta: beta, scaleMantissas: scaleMantissas, scaleShifts: scaleShifts,
            resultBits: random.once(in: 2) ? 24 : 32, clipLow: clipLow,
            clipHigh: clipHigh)
        let stimulus = random.element(of: Stimulus.allCases)
        // Drawn last, so that the rest of the case is that of the exact unit.
        if limits.hasTableNormalization { parameters.table = random.normalizationTable(form) }
        return LayerCaseDraft(
            network: QuantizedNetwork(
                graph: Graph(
                    name: form.rawValue, inputs: [GraphInput(name: "input", channels: channels)],
                    layers: [Layer(name: "layer", operator: .normalization(form), inputs: ["input"])],
                    outputs: ["layer"]),
                formats: ["input": inputFormat, "layer": outputFormat],
                parameters: ["layer": .normalization(parameters)],
                widths: DatapathWidths(
                    activationBits: widths.activation, weightBits: limits.weightBits,
                    accumulatorBits: min(max(bounds.bits, 24), limits.accumulatorBits))),
            inputs: ["input": random.elements(shape, format: inputFormat, stimulus: stimulus)],
            summary: "\(shape), V \(widths.activation), \(stimulus)"
                + (parameters.table.map { ", table \($0.indexBits) + \($0.offsetBits) bits" } ?? ""))
    }
}
