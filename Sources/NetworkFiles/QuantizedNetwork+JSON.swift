import Diagnostics
import FileFormats
import FixedPoint
import Graph
import Networks
import Quantization

/// The words and single numbers of a quantized network, beside its graph; everything that is a list is a tensor.
extension QuantizedNetwork {
    var json: JSONValue {
        .object(
            graph.members + [
                .init("widths", .object(widths.members)),
                .init(
                    "formats",
                    .array(tensorNames.map { .object([.init("tensor", .string($0))] + formats[$0]!.members) })),
                .init(
                    "parameters",
                    .array(
                        graph.layers.map { .object([.init("layer", .string($0.name))] + parameters[$0.name]!.members) })
                ),
                .init("rates", .array(rateMultipliers.keys.sorted().map { .string($0) })),
            ] + (codec.map { [.init("codec", $0.json)] } ?? [])
                + (host.isEmpty ? [] : [.init("host", .array(host.map(\.json)))]))
    }

    /// Graph inputs, then layers.
    var tensorNames: [String] { graph.inputs.map(\.name) + graph.layers.map(\.name) }
}

extension DatapathWidths {
    fileprivate var members: [JSONValue.Member] {
        [
            .init("activationBits", .integer(activationBits)), .init("weightBits", .integer(weightBits)),
            .init("accumulatorBits", .integer(accumulatorBits)),
            .init("overflow", .string(overflow.rawValue)),
        ]
    }

    init(_ fields: JSONFields) throws(Diagnostic) {
        self.init(
            activationBits: try fields.integer("activationBits", in: 2...16),
            weightBits: try fields.integer("weightBits", in: 2...16),
            accumulatorBits: try fields.integer("accumulatorBits", in: 8...62),
            overflow: try fields.word("overflow", as: OverflowRule.self))
    }
}

extension TensorFormat {
    fileprivate var members: [JSONValue.Member] {
        switch self {
        case .codes(let set):
            [
                .init("kind", .string("codes")), .init("step", .real(set.step)),
                .init("codebooks", .integer(set.codebooks.count)),
            ]
        case .integers16(let step): [.init("kind", .string("integers16")), .init("step", .real(step))]
        }
    }
}

extension LayerParameters {
    fileprivate var members: [JSONValue.Member] {
        switch self {
        case .accumulation(let accumulation):
            [.init("kind", .string("accumulation"))] + accumulation.weightDecoder.members
                + accumulation.postProcessing.members
        case .normalization(let normalization):
            [.init("kind", .string("normalization"))] + normalization.gammaDecoder.members
                + (normalization.table?.members ?? [])
                + resultMembers(normalization.resultBits, normalization.clipLow, normalization.clipHigh)
        case .requantization(let postProcessing): [.init("kind", .string("requantization"))] + postProcessing.members
        case .addition(let addition):
            [
                .init("kind", .string("addition")), .init("mantissaA", .integer(Int(addition.mantissaA))),
                .init("mantissaB", .integer(Int(addition.mantissaB))), .init("exponent", .integer(addition.exponent)),
                .init("rounding", .string(addition.rounding.rawValue)),
            ] + resultMembers(addition.resultBits, addition.clipLow, addition.clipHigh)
        case .twoStageAddition(let addition):
            [.init("kind", .string("twoStageAddition"))]
                + [("A", addition.multiplierA), ("B", addition.multiplierB)].flatMap { name, multiplier in
                    [
                        JSONValue.Member("mantissa\(name)", .integer(Int(multiplier.mantissa))),
                        JSONValue.Member("exponent\(name)", .integer(multiplier.exponent)),
                    ]
                } + addition.postProcessing.members
        case .none: [.init("kind", .string("none"))]
        }
    }
}

extension WeightDecoder {
    fileprivate var members: [JSONValue.Member] {
        [.init("law", .string(law)), .init("isMemoryFree", .boolean(isMemoryFree))]
    }
}

extension NormalizationTable {
    /// Only tables have a method; without one, results are correctly rounded.
    fileprivate var members: [JSONValue.Member] {
        [
            .init("method", .string("table")), .init("indexBits", .integer(indexBits)),
            .init("offsetBits", .integer(offsetBits)),
            .init("baseBits", .integer(baseBits)), .init("slopeBits", .integer(slopeBits)),
            .init("slopeShift", .integer(slopeShift)),
        ]
    }
}

extension PostProcessing {
    fileprivate var members: [JSONValue.Member] {
        [.init("rounding", .string(rounding.rawValue))] + resultMembers(resultBits, clipLow, clipHigh)
    }
}

private func resultMembers(_ resultBits: Int, _ clipLow: Int32, _ clipHigh: Int32) -> [JSONValue.Member] {
    [
        .init("resultBits", .integer(resultBits)), .init("clipLow", .integer(Int(clipLow))),
        .init("clipHigh", .integer(Int(clipHigh))),
    ]
}
