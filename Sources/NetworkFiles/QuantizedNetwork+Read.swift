import Diagnostics
import FileFormats
import FixedPoint
import Graph
import Networks
import Quantization
import Text

/// Reads what `QuantizedNetwork+Write` and `+JSON` wrote, then validates.
extension QuantizedNetwork {
    init(_ fields: JSONFields, tensors: inout TensorTable) throws(Diagnostic) {
        let graph = try Graph(fields)
        let channels = try graph.channels()
        self.init(graph: graph, formats: [:], parameters: [:], widths: try DatapathWidths(try fields.object("widths")))
        for format in try fields.objects("formats") {
            let name = try format.string("tensor")
            guard let count = channels[name] else {
                throw JSONFields.invalid(format.place, found: "tensor '\(name)'", expected: "a tensor of the graph")
            }
            guard
                formats.updateValue(try TensorFormat(format, name, channels: count, tensors: &tensors), forKey: name)
                    == nil
            else {
                throw JSONFields.invalid(format.place, found: "tensor '\(name)' twice", expected: "each tensor once")
            }
        }
        for entry in try fields.objects("parameters") {
            let name = try entry.string("layer")
            guard let layer = graph[layer: name] else {
                throw JSONFields.invalid(entry.place, found: "layer '\(name)'", expected: "a layer of the graph")
            }
            let read = try LayerParameters(
                entry, layer, inputChannels: channels[layer.inputs[0]]!, outputChannels: channels[name]!,
                tensors: &tensors)
            guard parameters.updateValue(read, forKey: name) == nil else {
                throw JSONFields.invalid(entry.place, found: "layer '\(name)' twice", expected: "each layer once")
            }
        }
        for name in try fields.distinctStrings("rates") {
            guard let count = channels[name] else {
                throw JSONFields.invalid(fields.place, found: "rates of '\(name)'", expected: "a layer of the graph")
            }
            let mantissas = try tensors.rows("\(name).rateMantissas", .unsigned32, as: UInt32.self, columns: count)
            let exponents = try tensors.rows("\(name).rateExponents", .signed8, as: Int8.self, columns: count)
            guard mantissas.count == exponents.count else {
                throw JSONFields.invalid(
                    fields.place, found: "\(mantissas.count) and \(exponents.count.counted("rate")) of '\(name)'",
                    expected: "as many mantissas as exponents")
            }
            var rates: [[QuantizedMultiplier]] = []
            for (mantissas, exponents) in zip(mantissas, exponents) {
                rates.append(try packedMultipliers(mantissas, exponents, at: "rates of \(name)"))
            }
            rateMultipliers[name] = rates
        }
        try readWeightStatistics(&tensors, channels: channels)
        if fields.has("codec") { codec = try CodecParameters(try fields.object("codec"), tensors: &tensors) }
        if fields.has("host") {
            for one in try fields.objects("host") { host.append(try HostOperator(one)) }
        }
        try fields.requireAllTaken()
        try validate()
    }
}

private func packedMultipliers(
    _ mantissas: [UInt32], _ exponents: [Int8], at place: String
) throws(Diagnostic) -> [QuantizedMultiplier] {
    var multipliers: [QuantizedMultiplier] = []
    for (mantissa, exponent) in zip(mantissas, exponents) {
        guard mantissa < 1 << 31, (-62...30).contains(exponent) else {
            throw Diagnostic(
                .networkValueOutOfRange, at: place, found: "multiplier \(mantissa) with exponent \(exponent)",
                expected: "a mantissa below 2^31, an exponent in -62...30",
                remedy: "quantize the network again")
        }
        multipliers.append(QuantizedMultiplier(mantissa: mantissa, exponent: Int(exponent)))
    }
    return multipliers
}

extension TensorFormat {
    fileprivate init(_ fields: JSONFields, _ name: String, channels: Int, tensors: inout TensorTable) throws(Diagnostic)
    {
        let step = try fields.real("step")
        guard step > 0, step.isFinite else {
            throw JSONFields.invalid(fields.place, found: "step \(step)", expected: "more than 0")
        }
        switch try fields.string("kind") {
        case "integers16": self = .integers16(step: step)
        case "codes":
            var codebooks: [Codebook] = []
            for index in 0..<(try fields.integer("codebooks", in: 1...256)) {
                codebooks.append(
                    try Codebook(
                        entries: tensors.list("\(name).codebook\(index).entries", .signed32, as: Int32.self),
                        thresholds: tensors.list("\(name).codebook\(index).thresholds", .signed32, as: Int32.self)))
            }
            self = .codes(
                try CodebookSet(
                    codebooks: codebooks,
                    selects: tensors.integers("\(name).selects", .unsigned8, as: UInt8.self, shape: [channels]),
                    offsets: tensors.integers("\(name).offsets", .signed32, as: Int32.self, shape: [channels]),
                    step: step))
        case let word: throw JSONFields.invalid(fields.place, found: "kind '\(word)'", expected: "codes or integers16")
        }
    }
}

extension LayerParameters {
    fileprivate init(
        _ fields: JSONFields, _ layer: Layer, inputChannels: Int, outputChannels: Int, tensors: inout TensorTable
    ) throws(Diagnostic) {
        let name = layer.name
        switch try fields.string("kind") {
        case "accumulation":
            let codes =
                if let shape = layer.weightShape(inputChannels: inputChannels) {
                    try tensors.integers("\(name).weightCodes", .unsigned8, as: UInt8.self, shape: shape)
                } else {
                    try tensors.list("\(name).weightCodes", .unsigned8, as: UInt8.self)
                }
            self = .accumulation(
                AccumulationParameters(
                    weightCodes: codes,
                    weightDecoder: try WeightDecoder(fields, "\(name).weightEntries", tensors: &tensors),
                    bias: try tensors.integers("\(name).bias", .signed64, as: Int64.self, shape: [outputChannels]),
                    postProcessing: try PostProcessing(fields, name, channels: outputChannels, tensors: &tensors)))
        case "normalization":
            self = .normalization(
                try NormalizationParameters(fields, name, channels: outputChannels, tensors: &tensors))
        case "requantization":
            self = .requantization(try PostProcessing(fields, name, channels: outputChannels, tensors: &tensors))
        case "addition":
            self = .addition(
                AdditionParameters(
                    mantissaA: Int64(try fields.integer("mantissaA")),
                    mantissaB: Int64(try fields.integer("mantissaB")),
                    exponent: try fields.integer("exponent"),
                    rounding: try fields.word("rounding", as: RoundingRule.self),
                    resultBits: try fields.integer("resultBits"), clipLow: try fields.integer32("clipLow"),
                    clipHigh: try fields.integer32("clipHigh")))
        case "twoStageAddition":
            func multiplier(_ name: String) throws(Diagnostic) -> QuantizedMultiplier {
                QuantizedMultiplier(
                    mantissa: UInt32(try fields.integer("mantissa\(name)", in: 0...(1 << 31 - 1))),
                    exponent: try fields.integer("exponent\(name)", in: -62...0))
            }
            self = .twoStageAddition(
                TwoStageAdditionParameters(
                    multiplierA: try multiplier("A"), multiplierB: try multiplier("B"),
                    postProcessing: try PostProcessing(fields, name, channels: outputChannels, tensors: &tensors)))
        case "none": self = .none
        case let word:
            throw JSONFields.invalid(
                fields.place, found: "kind '\(word)'",
                expected: "accumulation, normalization, requantization, addition, twoStageAddition or none")
        }
    }
}

extension JSONFields {
    fileprivate func integer32(_ name: String) throws(Diagnostic) -> Int32 {
        Int32(try integer(name, in: Int(Int32.min)...Int(Int32.max)))
    }
}

extension WeightDecoder {
    fileprivate init(_ fields: JSONFields, _ name: String, tensors: inout TensorTable) throws(Diagnostic) {
        try self.init(
            entries: tensors.integers(name, .signed16, as: Int16.self, shape: [256]),
            isMemoryFree: try fields.boolean("isMemoryFree"),
            law: try fields.string("law"))
    }
}

extension PostProcessing {
    fileprivate init(_ fields: JSONFields, _ name: String, channels: Int, tensors: inout TensorTable) throws(Diagnostic)
    {
        func read(_ word: String, _ tensors: inout TensorTable) throws(Diagnostic) -> [QuantizedMultiplier] {
            try packedMultipliers(
                tensors.integers("\(name).\(word)Mantissas", .unsigned32, as: UInt32.self, shape: [channels]),
                tensors.integers("\(name).\(word)Exponents", .signed8, as: Int8.self, shape: [channels]),
                at: "layer \(name)")
        }
        let positive = try read("multiplier", &tensors)
        let hasNegative = tensors.has("\(name).multiplierNegativeMantissas")
        let negative: [QuantizedMultiplier]? = hasNegative ? try read("multiplierNegative", &tensors) : nil
        let codeMap: [UInt8]? =
            tensors.has("\(name).codeMap")
            ? try tensors.integers("\(name).codeMap", .unsigned8, as: UInt8.self, shape: [256]) : nil
        self.init(
            multipliers: positive, multipliersNegative: negative,
            rounding: try fields.word("rounding", as: RoundingRule.self),
            resultBits: try fields.integer("resultBits"), clipLow: try fields.integer32("clipLow"),
            clipHigh: try fields.integer32("clipHigh"),
            codeMap: codeMap)
    }
}

extension NormalizationParameters {
    fileprivate init(_ fields: JSONFields, _ name: String, channels: Int, tensors: inout TensorTable) throws(Diagnostic)
    {
        self.init(
            gammaCodes: try tensors.integers(
                "\(name).gammaCodes", .unsigned8, as: UInt8.self, shape: [channels, channels]),
            gammaDecoder: try WeightDecoder(fields, "\(name).gammaEntries", tensors: &tensors),
            operandShifts: try tensors.integers("\(name).operandShifts", .unsigned8, as: UInt8.self, shape: [channels])
                .map { Int($0) },
            beta: try tensors.integers("\(name).beta", .signed64, as: Int64.self, shape: [channels]),
            scaleMantissas: try tensors.integers(
                "\(name).scaleMantissas", .unsigned32, as: UInt32.self, shape: [channels]),
            scaleShifts: try tensors.integers("\(name).scaleShifts", .unsigned8, as: UInt8.self, shape: [channels]).map
            { Int($0) },
            table: try NormalizationTable(ifAny: fields, name, tensors: &tensors),
            resultBits: try fields.integer("resultBits"), clipLow: try fields.integer32("clipLow"),
            clipHigh: try fields.integer32("clipHigh"))
    }
}

extension NormalizationTable {
    /// Nil where the layer is correctly rounded; no entries where it has no segments.
    fileprivate init?(ifAny fields: JSONFields, _ name: String, tensors: inout TensorTable) throws(Diagnostic) {
        let method = fields.has("method") ? try fields.string("method") : "exact"
        guard method != "exact" else { return nil }
        guard method == "table" else {
            throw JSONFields.invalid(fields.place, found: "method '\(method)'", expected: "exact or table")
        }
        let indexBits = try fields.integer("indexBits", in: 0...NormalizationTable.indexBitsRange.upperBound)
        let shape = [1 << indexBits]
        self.init(
            indexBits: indexBits, offsetBits: try fields.integer("offsetBits"),
            baseBits: try fields.integer("baseBits"),
            slopeBits: try fields.integer("slopeBits"), slopeShift: try fields.integer("slopeShift"),
            bases: indexBits > 0
                ? try tensors.integers("\(name).tableBases", .unsigned32, as: UInt32.self, shape: shape) : [],
            slopes: indexBits > 0
                ? try tensors.integers("\(name).tableSlopes", .signed32, as: Int32.self, shape: shape) : [])
    }
}
