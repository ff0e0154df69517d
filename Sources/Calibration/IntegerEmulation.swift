import FixedPoint
import FloatModel
public import Graph
public import Kernels
public import Networks
import Quantization
public import Tensors

/// Runs layers of a quantized network on decoded integer values, by matrix multiplication in doubles, whose sums of
/// integers below 2^53 are exact.
///
/// It exists for searches during calibration and for measuring quality quickly: neither the specification (that is the
/// reference model) nor the machine. A tensor holds decoded values, not codes; no value is lost, since decoding is one
/// to one.
public struct IntegerEmulation: Sendable {
    public let network: QuantizedNetwork
    private let tables: [String: [CodebookTable]]
    private let kernels: KernelLevel

    /// - Parameter names: the tensors that are going to be encoded; nil for all.
    public init(_ network: QuantizedNetwork, encoding names: Set<String>? = nil, kernels: KernelLevel = .chosen) {
        self.network = network
        self.kernels = kernels
        var tables: [String: [CodebookTable]] = [:]
        for (name, format) in network.formats where names?.contains(name) ?? true {
            let codeMap: [UInt8]? =
                switch network.parameters[name] {
                case .accumulation(let accumulation): accumulation.postProcessing.codeMap
                case .requantization(let postProcessing): postProcessing.codeMap
                default: nil
                }
            tables[name] =
                if case .codes(let set) = format { set.codebooks.map { CodebookTable($0, codeMap: codeMap) } } else {
                    []
                }
        }
        self.tables = tables
    }

    /// Runs on codes 0...255 of the first graph input, which has one linear codebook and one offset; returns decoded
    /// values of the named tensors.
    public func run(_ picture: Tensor<UInt8>, rate: Int = 0, keeping names: [String]) -> [String: Tensor<Double>] {
        let input = network.graph.inputs[0].name
        let offset: Int32 =
            if case .codes(let set)? = network.formats[input] { set.offsets[0] } else { 0 }
        var tensors = [
            input: Tensor(shape: picture.shape, elements: picture.elements.map { Double(Int32($0) + offset) })
        ]
        var kept = tensors.filter { names.contains($0.key) }
        let lastReaders = network.graph.lastReaders
        for layer in network.graph.layers {
            let output = encoded(
                results(of: layer, inputs: layer.inputs.map { tensors[$0]! }, rate: rate), as: layer.name)
            if names.contains(layer.name) { kept[layer.name] = output }
            tensors[layer.name] = output
            for name in lastReaders[layer.name] ?? [] { tensors[name] = nil }
        }
        return kept
    }

    /// The results r of a layer on the grid of its output, before encoding.
    public func results(of layer: Layer, inputs: [Tensor<Double>], rate: Int = 0) -> Tensor<Double> {
        let input = inputs[0]
        switch (layer.operator, network.parameters[layer.name]) {
        case (_, .accumulation(let accumulation)?):
            let weights = accumulation.weightCodes.map { Double(accumulation.weightDecoder.entries[Int($0)]) }
            let sums = Accumulation.sums(
                layer.operator, input: input, weights: weights, output: layer.outputShape(of: input.shape),
                kernels: kernels)
            return postProcessed(
                sums, bias: accumulation.bias, accumulation.postProcessing, rate: rateMultipliers(layer, rate))
        case (.multiply, .requantization(let postProcessing)?):
            return postProcessed(
                Rearrangement.paired(input, inputs[1]) { $0 * $1 }, bias: nil, postProcessing,
                rate: rateMultipliers(layer, rate))
        case (_, .requantization(let postProcessing)?):
            return postProcessed(input, bias: nil, postProcessing, rate: rateMultipliers(layer, rate))
        case (.normalization(let form), .normalization(let normalization)?):
            return normalized(form, input, normalization)
        case (_, .addition(let addition)?): return added(input, inputs[1], addition)
        case (.concatenation, _): return Rearrangement.concatenate(inputs)
        case (.maxPooling(let pooling), _):
            return Rearrangement.largest(input, pooling, of: layer.outputShape(of: input.shape))
        case (.pad(let pad), _):
            let fill: (Int) -> Double =
                switch network.formats[layer.name]! {
                case .codes(let set): { Double(set.value(of: pad.fill, channel: $0)) }
                case .integers16: { _ in Double(pad.fill) }
                }
            return Rearrangement.padded(input, pad, of: layer.outputShape(of: input.shape), outside: fill)
        case (.nearestResize(let factor), _): return Rearrangement.replicate(input, factor: factor)
        case (.pixelShuffle(let factor), _): return Rearrangement.shuffle(input, factor: factor)
        case (.quantizeLatent(let grid), _):
            let steps = Double(1 << grid.fractionBits)
            return Rearrangement.combine(
                input, inputs.count > 1 ? inputs[1] : nil, firstMeanChannel: grid.firstMeanChannel
            ) { y, mean in
                ((y - mean) / steps + 0.5).rounded(.down)
            }
        case (.reconstructLatent(let grid), _):
            let steps = Double(1 << grid.fractionBits)
            return Rearrangement.combine(
                input, inputs.count > 1 ? inputs[1] : nil, firstMeanChannel: grid.firstMeanChannel
            ) { k, mean in k * steps + mean }
        default: preconditionFailure("\(layer.name) has no parameters for \(layer.operator.name)")
        }
    }

    /// Results encoded into the tensor's format and decoded again.
    public func encoded(_ results: Tensor<Double>, as name: String) -> Tensor<Double> {
        var output = results
        switch network.formats[name]! {
        case .integers16: output.elements = output.elements.map { min(max($0, -32768), 32767) }
        case .codes(let set):
            let channels = set.channels
            let offsets = set.offsets.map { Int($0) }
            let books = set.selects.map { tables[name]![Int($0)] }
            output.elements.withUnsafeMutableBufferPointer { elements in
                var channel = 0
                for index in elements.indices {
                    elements[index] = Double(books[channel][Int(elements[index]) - offsets[channel]] + offsets[channel])
                    channel = channel + 1 == channels ? 0 : channel + 1
                }
            }
        }
        return output
    }

    private func rateMultipliers(_ layer: Layer, _ rate: Int) -> [QuantizedMultiplier]? {
        network.rateMultipliers[layer.name]?[rate]
    }

    private func postProcessed(
        _ sums: Tensor<Double>, bias: [Int64]?, _ postProcessing: PostProcessing, rate: [QuantizedMultiplier]?
    ) -> Tensor<Double> {
        var output = sums
        let positive = rate ?? postProcessing.multipliers
        let negative = rate ?? postProcessing.multipliersNegative
        let channels = positive.count
        output.elements.withUnsafeMutableBufferPointer { elements in
            var channel = 0
            for index in elements.indices {
                let accumulator = Int64(elements[index]) + (bias?[channel] ?? 0)
                let multiplier = accumulator < 0 ? negative[channel] : positive[channel]
                let result = requantize(accumulator, by: multiplier, rounding: postProcessing.rounding)
                elements[index] = Self.limited(
                    result, postProcessing.resultBits, postProcessing.clipLow, postProcessing.clipHigh)
                channel = channel + 1 == channels ? 0 : channel + 1
            }
        }
        return output
    }

    @inline(__always)
    private static func limited(_ result: Int64, _ bits: Int, _ low: Int32, _ high: Int32) -> Double {
        Double(min(max(saturate(result, toBits: bits), Int64(low)), Int64(high)))
    }

    /// In doubles: a quotient that lies within 2^-50 of a tie may fall to the other side of it.
    private func normalized(
        _ form: NormalizationForm, _ input: Tensor<Double>, _ parameters: NormalizationParameters
    ) -> Tensor<Double> {
        let norms = norms(form, input, parameters)
        if let table = parameters.table { return normalized(form, input, parameters, norms: norms, by: table) }
        var output = input
        let channels = parameters.beta.count
        let factors = (0..<channels).map {
            Double(parameters.scaleMantissas[$0])
                / Double(sign: .plus, exponent: parameters.scaleShifts[$0], significand: 1)
        }
        output.elements.withUnsafeMutableBufferPointer { elements in
            var channel = 0
            for index in elements.indices {
                let norm = norms.elements[index]
                let magnitude = abs(elements[index]) * factors[channel]
                let exact =
                    switch form {
                    case .gdn: magnitude / norm.squareRoot()
                    case .igdn: magnitude * norm.squareRoot()
                    case .gdn1: magnitude / norm
                    case .igdn1: magnitude * norm
                    }
                let rounded = min((exact + 0.5).rounded(.down), 0x1p40)
                let result = elements[index] < 0 ? -Int64(rounded) : Int64(rounded)
                elements[index] = Self.limited(result, parameters.resultBits, parameters.clipLow, parameters.clipHigh)
                channel = channel + 1 == channels ? 0 : channel + 1
            }
        }
        return output
    }

    /// In integers: the cuts of a table are no matter of precision.
    private func normalized(
        _ form: NormalizationForm, _ input: Tensor<Double>, _ parameters: NormalizationParameters,
        norms: Tensor<Double>, by table: NormalizationTable
    ) -> Tensor<Double> {
        var output = input
        let channels = parameters.beta.count
        output.elements.withUnsafeMutableBufferPointer { elements in
            var channel = 0
            for index in elements.indices {
                let factor = table.factor(form, norm: Int(norms.elements[index]))
                let product = Int(abs(elements[index])) * Int(parameters.scaleMantissas[channel]) * factor.y
                let places = factor.places + parameters.scaleShifts[channel]
                // To the left the product is beyond every result, or small enough for a double.
                let rounded =
                    places > 60
                    ? 0
                    : places > 0
                        ? (product + 1 << (places - 1)) >> places
                        : Int(min(Double(product) * Double(1 << -places), 0x1p40))
                let result = elements[index] < 0 ? -Int64(rounded) : Int64(rounded)
                elements[index] = Self.limited(result, parameters.resultBits, parameters.clipLow, parameters.clipHigh)
                channel = channel + 1 == channels ? 0 : channel + 1
            }
        }
        return output
    }

    /// `n_i = beta_i + sum over j of gamma_ij q_j`.
    func norms(
        _ form: NormalizationForm, _ input: Tensor<Double>, _ parameters: NormalizationParameters
    ) -> Tensor<Double> {
        let channels = parameters.beta.count
        let largest = Double(1 << (network.widths.activationBits - 1) - 1)
        let scales = parameters.operandShifts.map { Double(sign: .plus, exponent: -$0, significand: 1) }
        var operands = input
        operands.elements.withUnsafeMutableBufferPointer { elements in
            for index in elements.indices {
                let value = elements[index]
                elements[index] =
                    form.isSquareRootForm
                    ? min(largest, (value * value * scales[index % channels] + 0.5).rounded(.down)) : abs(value)
            }
        }
        let gamma = parameters.gammaCodes.map { Double(parameters.gammaDecoder.entries[Int($0)]) }
        let square = Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1)
        var norms = Accumulation.sums(
            .convolution(square), input: operands, weights: gamma, output: input.shape, kernels: kernels)
        norms.elements.withUnsafeMutableBufferPointer { elements in
            for index in elements.indices { elements[index] += Double(parameters.beta[index % channels]) }
        }
        return norms
    }

    private func added(_ a: Tensor<Double>, _ b: Tensor<Double>, _ parameters: AdditionParameters) -> Tensor<Double> {
        let scale = Double(sign: .plus, exponent: parameters.exponent - 31, significand: 1)
        return Rearrangement.paired(a, b) { a, b in
            let quotient = (a * Double(parameters.mantissaA) + b * Double(parameters.mantissaB)) * scale
            let rounded: Double =
                switch parameters.rounding {
                case .floor: quotient.rounded(.down)
                case .ceiling: quotient.rounded(.up)
                case .towardZero: quotient.rounded(.towardZero)
                case .halfEven: quotient.rounded(.toNearestOrEven)
                case .halfAway: quotient.rounded(.toNearestOrAwayFromZero)
                default: (quotient + 0.5).rounded(.down)
                }
            return Self.limited(Int64(rounded), parameters.resultBits, parameters.clipLow, parameters.clipHigh)
        }
    }
}

extension NormalizationTable {
    /// y, and how far its product with |v| moves to the right for the norm alone.
    fileprivate func factor(_ form: NormalizationForm, norm: Int) -> (y: Int, places: Int) {
        let level = Int.bitWidth - 1 - norm.leadingZeroBitCount
        let fraction = norm << (39 - level) - 1 << 39
        let fractionBits = baseBits - 1
        if form == .igdn1 { return (1 << fractionBits + fraction >> (39 - fractionBits), fractionBits - level) }
        let octaveBits = form.isSquareRootForm ? indexBits - 1 : indexBits
        let leading = fraction >> (39 - octaveBits - offsetBits)
        let index = leading >> offsetBits + (form.isSquareRootForm ? (level % 2) << octaveBits : 0)
        let y = Int(bases[index]) + (Int(slopes[index]) * (leading % (1 << offsetBits))) >> slopeShift
        let exponent = form.isSquareRootForm ? level / 2 : level
        return (y, form == .igdn ? fractionBits - exponent : fractionBits + exponent)
    }
}
