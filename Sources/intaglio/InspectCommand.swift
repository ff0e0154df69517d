import ArgumentParser
import FixedPoint
import Graph
import NetworkFiles
import Networks
import Quantization
import Reports
import Tensors
import Text
import WeightCoding

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what a network file holds, layer by layer.")

    @Argument(
        help: """
            A bundled network's name, a network file, a .tflite or .onnx model, an architecture NAME:N[,M] or a \
            SCALE-Sim topology (.csv).
            """) var network = NetworkSource.defaultName
    @Option(
        name: .customLong("size"),
        help: "Width x height of the picture that shapes are given for. (default: 768x512; a model's own)")
    var givenSize: PictureSize?

    @OptionGroup var shapes: ShapeOptions
    @OptionGroup var memory: MemoryOptions
    @Flag(help: "Show all columns, however wide the table is.") var all = false
    @Flag(help: "Write the layers as one JSON document.") var json = false

    func validate() throws {
        if json { try refuseUnused(["--all": all], goingWith: "the table: leave --json out, which has every field") }
    }

    func run() throws {
        try PlannedSource.refuseUnused(shapes, for: [network])
        switch try PlannedSource.opening(
            network, shapes: shapes.extents(), takesFloat: false, memory: memory.budget())
        {
        case .weightless(let source): try inspect(source)
        case .coded(let source): try inspect(source)
        }
    }

    private func inspect(_ source: NetworkSource) throws {
        let (file, size) = (source.file, source.size(givenSize))
        guard let graph = file.quantized?.graph ?? file.float?.graph else { return }
        if json { return try Console.document(document(file, graph, size), DocumentHeader(network: file.identity())) }
        try Console.result(
            """
            \(graph.name): \
            \(file.quantized == nil ? "float" : file.float == nil ? "quantized" : "quantized, with its float weights")\n
            """
        )
        if let widths = file.quantized?.widths {
            try Console.result(
                """
                V \(widths.activationBits), W \(widths.weightBits), A \(widths.accumulatorBits), sums \
                \(widths.overflow.rawValue)\n
                """
            )
        }
        let shapes = try graph.shapes(height: graph.padded(size.height), width: graph.padded(size.width))
        var table = FittedTable([
            .init("layer", isLeft: true, shortest: 12), .init("operator", isLeft: true, shortest: 12),
            .init("inputs", isLeft: true, expendability: 8), .init("output"), .init("MACs"), .init("weights"),
            .init("zero %", expendability: 5), .init("entropy bits", expendability: 6),
            .init("coded bits", expendability: 7), .init("law", expendability: 1), .init("rounding", expendability: 2),
            .init("codebooks", expendability: 3), .init("step", expendability: 9),
        ])
        let weights = file.quantized?.layerWeights ?? [:]
        for layer in graph.layers {
            let row = RowOfLayer(layer, file, weights[layer.name])
            table.append([
                layer.name, layer.operator.name, layer.inputs.joined(separator: " "), shapes[layer.name]!.description,
                layer.usefulMACs(input: shapes[layer.inputs[0]]!, output: shapes[layer.name]!).grouped, row.weights,
                row.zeroShare, row.entropy, row.codedBits, row.law, row.rounding, row.codebooks,
                row.step,
            ])
        }
        try Console.result(table.text(width: all ? nil : TextStyle(of: 1).width))
        for one in file.quantized?.host ?? [] { try Console.result("host \(HostWork(one).sentence)\n") }
    }

    private func document(_ file: NetworkFile, _ graph: Graph, _ size: PictureSize) throws -> InspectedNetwork {
        let shapes = try graph.shapes(height: graph.padded(size.height), width: graph.padded(size.width))
        let weights = file.quantized?.layerWeights ?? [:]
        let layers = graph.layers.map { layer in
            let row = RowOfLayer(layer, file, weights[layer.name])
            let summary = weights[layer.name].map { WeightCodingSummary([$0]) }
            return ResultRecord([
                ("name", .text(layer.name)), ("operator", .text(layer.operator.name)),
                ("inputs", .text(layer.inputs.joined(separator: " "))),
                ("outputShape", .text(shapes[layer.name]!.description)),
                (
                    "usefulMACs",
                    .integer(layer.usefulMACs(input: shapes[layer.inputs[0]]!, output: shapes[layer.name]!))
                ),
                ("weights", row.weightCount.map { .integer($0) } ?? .none),
                ("zeroWeightsPercent", .init(summary?.zeroPercent)),
                ("entropyBitsPerWeight", .init(summary?.entropyBits)),
                ("codedBitsPerWeight", .init(summary?.codedBits)), ("law", row.law.isEmpty ? .none : .text(row.law)),
                ("rounding", row.rounding.isEmpty ? .none : .text(row.rounding)),
                ("codebooks", Int(row.codebooks).map { .integer($0) } ?? .none),
                ("step", .init(Double(row.step))),
            ])
        }
        let widths = file.quantized?.widths
        return InspectedNetwork(
            hasIntegers: file.quantized != nil, hasFloatWeights: file.float != nil,
            activationBits: widths?.activationBits, weightBits: widths?.weightBits,
            accumulatorBits: widths?.accumulatorBits, layers: layers,
            host: file.quantized.flatMap { $0.host.isEmpty ? nil : $0.host.map(HostWork.init) })
    }
}

struct InspectedNetwork: Encodable {
    var hasIntegers: Bool
    var hasFloatWeights: Bool
    var activationBits: Int?
    var weightBits: Int?
    var accumulatorBits: Int?
    var assumptions: [String]?
    var parameters: Int?
    var layers: [ResultRecord]
    var host: [HostWork]?
}

private struct RowOfLayer {
    var weightCount: Int?
    var weights: String { weightCount?.grouped ?? "" }
    var zeroShare = ""
    /// A weight.
    var entropy = ""
    var codedBits = ""
    var law = ""
    var rounding = ""
    var codebooks = ""
    var step = ""

    init(_ layer: Layer, _ file: NetworkFile, _ layerWeights: LayerWeights?) {
        if let weights = layerWeights {
            let summary = WeightCodingSummary([weights])
            (zeroShare, entropy, codedBits) = (
                summary.zeroPercent.fixed(1), summary.entropyBits.fixed(2), summary.codedBits.fixed(2)
            )
        }
        switch file.quantized?.parameters[layer.name] {
        case .accumulation(let parameters):
            weightCount = parameters.weightCodes.count
            law = parameters.weightDecoder.law
            rounding = parameters.postProcessing.rounding.rawValue
        case .normalization(let parameters):
            weightCount = parameters.gammaCodes.count
            law = parameters.gammaDecoder.law
            rounding = parameters.table == nil ? "" : "table"
        case .requantization(let post): rounding = post.rounding.rawValue
        case .addition(let addition): rounding = addition.rounding.rawValue
        case .twoStageAddition(let addition): rounding = addition.postProcessing.rounding.rawValue
        case .some(.none), nil: break
        }
        switch file.quantized?.formats[layer.name] {
        case .codes(let set):
            codebooks = "\(set.codebooks.count)"
            step = "\(set.step)"
        case .integers16(let gridStep):
            codebooks = "16-bit"
            step = "\(gridStep)"
        case nil: break
        }
    }
}
