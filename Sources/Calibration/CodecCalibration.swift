public import Diagnostics
import EntropyCoding
import FixedPoint
import Graph
public import Networks
import Quantization
public import Tensors

/// The entropy tables of a quantized network: made once from real numbers, kept as integers.
public enum CodecCalibration {
    /// Predicted scales lie on a grid of 2^-7 symbol steps: the smallest of 0.11 is 14 of them, 16 bits reach to 255.
    public static let scaleFractionBits = 7
    /// Symbols rarer than this escape.
    static let rarest = 0x1p-17

    /// The network with its codec. With a hyperprior: Gaussian tables, thresholds between their scales, a table for
    /// each channel of the hyper-latent from the float network's prior; the multipliers of the scale channels move to
    /// their grid. Without: tables of each channel of the latents, from the prior where there is one, else histograms
    /// over `pictures`.
    ///
    /// - Throws: `codecNetworkUnfit` where the graph has no latents to code, `codecPriorMissing` where a hyper-latent
    ///   has no prior, or the prior of latents has other channels.
    public static func prepared(
        _ quantized: QuantizedNetwork, prior: FactorizedPrior?, pictures: [Tensor<UInt8>]
    ) throws(Diagnostic) -> QuantizedNetwork {
        let names = try CodecTensors(quantized.graph)
        var network = quantized
        guard let hyperLatent = names.hyperLatent, let parameters = names.parameters else {
            network.codec = CodecParameters(
                latentTables: try prior.map { prior throws(Diagnostic) in
                    try LatentPriorTables.tables(of: prior, channels: quantized.graph.channels()[names.latent]!)
                } ?? histograms(quantized, names, pictures), scaleThresholds: [], scaleFractionBits: 0,
                hyperLatentTables: nil)
            return network
        }
        guard case .codes(let set)? = quantized.formats[hyperLatent], let prior, prior.channels == set.channels else {
            throw Diagnostic(
                .codecPriorMissing, at: "network \(quantized.graph.name)",
                found: prior.map { "a prior of \($0.channels) channels" } ?? "no prior of the hyper-latent",
                expected: "a prior for each channel of \(hyperLatent), stored as codes",
                remedy: "import the network again from weights that have `prior.m.0` and so on")
        }
        try network.refineScales(
            of: parameters,
            channels: names.hasMeans ? names.grid.firstMeanChannel : quantized.graph.channels()[names.latent]!,
            by: scaleFractionBits - names.grid.fractionBits)
        try network.requireProvenWidths()
        network.codec = CodecParameters(
            latentTables: GaussianTables.tables(),
            scaleThresholds: GaussianTables.thresholds(fractionBits: scaleFractionBits),
            scaleFractionBits: scaleFractionBits, hyperLatentTables: tables(of: prior, set))
        return network
    }

    /// Symbols are codes 0...255; a channel's table reaches as far as its codes are worth a slot.
    private static func tables(of prior: FactorizedPrior, _ set: CodebookSet) -> FrequencyTables {
        var firstSymbols: [Int] = []
        var frequencies: [[Int]] = []
        for channel in 0..<set.channels {
            let values = set.codebooks[Int(set.selects[channel])].entries.map { Int($0) + Int(set.offsets[channel]) }
            let masses = values.map { prior.mass(of: $0, channel: channel) }
            let peak = masses.indices.max { masses[$0] < masses[$1] }!
            let first = masses.firstIndex { $0 >= rarest } ?? peak
            let last = masses.lastIndex { $0 >= rarest } ?? peak
            let kept = Array(masses[first...last])
            firstSymbols.append(first)
            frequencies.append(IntegerFrequencies.nearest(to: kept + [max(0, 1 - kept.reduce(0, +))]))
        }
        return FrequencyTables(firstSymbols: firstSymbols, frequencies: frequencies)
    }

    private static func histograms(
        _ network: QuantizedNetwork, _ names: CodecTensors, _ pictures: [Tensor<UInt8>]
    ) -> FrequencyTables {
        let emulation = IntegerEmulation(network)
        let step = 1 << names.grid.fractionBits
        var counts: [[Int: Int]] = []
        for picture in pictures {
            let latents = emulation.run(picture, keeping: [names.latent])[names.latent]!
            let channels = latents.shape.channels
            if counts.isEmpty { counts = Array(repeating: [:], count: 2 * channels) }
            for (index, value) in latents.elements.enumerated() {
                let x = Int(value)
                counts[index % channels][Int(ScalarQuantizer.rounded(Int32(x), step: Int32(step))), default: 0] += 1
                counts[channels + index % channels][halfwaySymbol(x, step: step), default: 0] += 1
            }
        }
        var firstSymbols: [Int] = []
        var frequencies: [[Int]] = []
        for counts in counts {
            let (first, last) = mostFrequentRange(counts)
            firstSymbols.append(first)
            frequencies.append(IntegerFrequencies.histogram((first...last).map { counts[$0] ?? 0 }))
        }
        return FrequencyTables(firstSymbols: firstSymbols, frequencies: frequencies)
    }

    /// From the first to the last symbol, or as many about the mean as one table has slots for: the others escape.
    private static func mostFrequentRange(_ counts: [Int: Int]) -> (first: Int, last: Int) {
        let (first, last) = (counts.keys.min() ?? 0, counts.keys.max() ?? 0)
        let most = FrequencyTables.largestSlotCount - 1
        guard last - first >= most else { return (first, last) }
        let total = counts.values.reduce(0, +)
        let mean = counts.reduce(0) { $0 + $1.key * $1.value } / max(total, 1)
        let start = min(max(mean - most / 2, first), last - most + 1)
        return (start, start + most - 1)
    }

    /// The cell of quantizer 1 that x lies in: of 0 up to a quarter step, of 1 up to a step, and so on.
    private static func halfwaySymbol(_ x: Int, step: Int) -> Int {
        let magnitude = abs(x)
        let k = 4 * magnitude <= step ? 0 : ceilDivide(magnitude, by: step)
        return x < 0 ? -k : k
    }
}

extension QuantizedNetwork {
    /// Puts the first channels of a layer's output on a grid finer by 2^bits.
    ///
    /// - Throws: `codecNetworkUnfit` unless the layer multiplies and has room in the exponents.
    fileprivate mutating func refineScales(of layer: String, channels: Int, by bits: Int) throws(Diagnostic) {
        guard case .accumulation(var accumulation)? = parameters[layer], rateMultipliers[layer] == nil,
            (accumulation.postProcessing.multipliers[..<channels]
                + accumulation.postProcessing.multipliersNegative[..<channels])
                .allSatisfy({ QuantizedMultiplier.exponents.contains($0.exponent + bits) })
        else {
            throw Diagnostic(
                .codecNetworkUnfit, at: "layer \(layer)", found: "no multipliers that can take a finer grid",
                expected: "a convolution that predicts scales and means",
                remedy: "end the hyper-synthesis with a convolution")
        }
        func refined(_ multipliers: [QuantizedMultiplier]) -> [QuantizedMultiplier] {
            multipliers.enumerated().map {
                $0 < channels ? QuantizedMultiplier(mantissa: $1.mantissa, exponent: $1.exponent + bits) : $1
            }
        }
        accumulation.postProcessing.multipliers = refined(accumulation.postProcessing.multipliers)
        accumulation.postProcessing.multipliersNegative = refined(accumulation.postProcessing.multipliersNegative)
        parameters[layer] = .accumulation(accumulation)
    }
}
