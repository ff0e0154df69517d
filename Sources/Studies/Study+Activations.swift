public import Calibration
public import Diagnostics
import FloatModel
import Graph
import Networks
public import Quantization
import Tensors

extension Study {
    /// Number of codebooks x law for the activations between layers; the latents keep their own step.
    ///
    /// - Parameter show: gets each row when it is measured.
    /// - Throws: `lawParameterOutOfRange`, `codebookValueTooWide`, and what `show` throws.
    public func codebooks(
        laws: [Law], counts: [Int], rangeSelection: RangeSelection = .searched,
        show: (StudyRow) throws(Diagnostic) -> Void = { _ in }
    ) throws(Diagnostic) -> [StudyRow] {
        let baseline = try meanPSNR(network)
        let samples = try quantizableSamples()
        var rows: [StudyRow] = []
        for count in counts {
            for law in laws {
                var formats: [String: TensorFormat] = [:]
                var cost = StudyRow.Cost()
                for name in samples.keys.sorted() {
                    // Classic 8 bits: codes 0...255 have values of 9.
                    let isUnsigned = samples[name]!.isUnsigned && activationBits > 8
                    let bits = law == .linear && count == 1 ? (isUnsigned ? 9 : 8) : activationBits
                    let quantizer = ActivationQuantizer(
                        law: law, codebooks: count, codebooksPerOctave: 1, bits: bits, rangeSelection: rangeSelection)
                    let set = try quantizer.codebookSet(
                        for: TensorSamples(samples[name]!), isUnsigned: isUnsigned, at: "study codebooks, \(name)")
                    formats[name] = .codes(set)
                    cost.selectBits += set.channels * (Int.bitWidth - (set.codebooks.count - 1).leadingZeroBitCount)
                    cost.romBits += law.isMemoryFree ? 0 : set.codebooks.count * 256 * bits
                }
                var energy = Energy()
                let found = try meanPSNR(network) { name, tensor in
                    guard let format = formats[name] else { return tensor }
                    let quantized = Dequantization.roundTrip(tensor, through: format)
                    for (value, result) in zip(tensor.elements, quantized.elements) {
                        energy.add(value, quantized: result)
                    }
                    return quantized
                }
                rows.append(
                    StudyRow(
                        choice: "\(count) \(count == 1 ? "codebook" : "codebooks"), \(law)",
                        signalToNoiseDecibels: decibels(energy),
                        psnrChangeDecibels: found - baseline, cost: cost))
                try show(rows[rows.count - 1])
            }
        }
        return rows
    }

    /// Mean removal of the latents: how many pass 8 bits, and what their saturation costs.
    ///
    /// - Parameter show: gets each row when it is measured.
    /// - Throws: `networkValueOutOfRange`, `floatNotFinite`, `networkGivesNoPicture`, and what `show` throws.
    public func means(show: (StudyRow) throws(Diagnostic) -> Void = { _ in }) throws(Diagnostic) -> [StudyRow] {
        let baseline = try meanPSNR(network)
        let samples = try CalibrationFlow.samples(
            of: Set(network.graph.latents), network, CalibrationPictures(photographs: calibration)
        ).mapValues(\.pooled)
        var rows: [StudyRow] = []
        for removal in [MeanRemoval.none, .mean, .midRange] {
            var formats: [String: TensorFormat] = [:]
            var cost = StudyRow.Cost()
            for (name, sample) in samples {
                formats[name] = .codes(try .latents(sample, removal: removal, at: "layer \(name)"))
                cost.selectBits += removal == .none ? 0 : sample.channels * 16
            }
            var energy = Energy()
            var saturated = 0
            let found = try meanPSNR(network) { name, tensor in
                guard let format = formats[name] else { return tensor }
                let quantized = Dequantization.roundTrip(tensor, through: format)
                for (value, result) in zip(tensor.elements, quantized.elements) {
                    energy.add(value, quantized: result)
                    if value != result { saturated += 1 }
                }
                return quantized
            }
            rows.append(
                StudyRow(
                    choice: removal.rawValue, signalToNoiseDecibels: decibels(energy),
                    psnrChangeDecibels: found - baseline, cost: cost, saturatedLatents: saturated))
            try show(rows[rows.count - 1])
        }
        return rows
    }

    /// Tensors between layers that are stored as codes: all but the latents, the output and the 16-bit integers of
    /// latent operators.
    private func quantizableSamples() throws(Diagnostic) -> [String: ChannelSamples] {
        let graph = network.graph
        var names = Set(graph.layers.map(\.name)).subtracting(graph.latents).subtracting(graph.outputs.prefix(1))
        for layer in graph.layers {
            switch layer.operator {
            case .quantizeLatent, .reconstructLatent: names.subtract(layer.inputs + [layer.name])
            default: break
            }
        }
        return try CalibrationFlow.samples(of: names, network, CalibrationPictures(photographs: calibration)).mapValues(
            \.pooled)
    }
}
