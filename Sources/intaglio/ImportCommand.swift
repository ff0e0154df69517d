import Architectures
public import ArgumentParser
import Diagnostics
import Graph
import Importers
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import Reports
import TFLite
public import TFLiteImport
import Text

extension TFLiteRuntime: ExpressibleByArgument {}

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read a network of another format into a network file.",
        discussion:
            """
            A TensorFlow Lite model of 8-bit weights and activations becomes a quantized network that gives the \
            runtime's codes, bit for bit; its format is known by the file's contents. An ONNX model of 8-bit operators \
            becomes a quantized network, any other a float network, which `quantize` takes. A state dict of CompressAI \
            (a safetensors file) and weights of an architecture that is named become float networks, too.
            """)

    @Option(
        help: """
            What the weights are, where the file does not say it: \
            \(NetworkImporter.architectures.joined(separator: ", ")).
            """
    ) var architecture: String?
    @Argument(help: "The model or the weights: a file, or a folder where the architecture has one.") var path: String
    @Option(help: "The network's name in reports and schedules; the file's or the architecture's own without it.")
    var name: String?
    @Option(
        help: ArgumentHelp(
            "Of a model: make the network up to these tensors only, layers or tensors of the file. May be repeated.",
            valueName: "name")) var outputs: [String] = []
    @Option(
        help: """
            Of a model: whose reference kernels to equal, \
            \(TFLiteRuntime.allCases.map(\.rawValue).joined(separator: " or ")). (default: litert)
            """
    ) var runtime: TFLiteRuntime?
    @OptionGroup var shapes: ShapeOptions
    @Option(name: .shortAndLong, help: "The network file to write.") var output: String

    @OptionGroup var memory: MemoryOptions
    @Flag(help: "Write what was imported as one JSON document to standard output.") var json = false

    func validate() throws {
        if architecture != nil {
            try refuseUnused(
                ["--outputs": !outputs.isEmpty, "--runtime": runtime != nil, "--shape": !shapes.shape.isEmpty],
                goingWith: "a model: leave --architecture out")
        }
        if let name { try requirePlain(name) }
    }

    func run() throws {
        var files = DistinctFiles()
        files.read(path, by: architecture == nil ? "the model" : "the weights")
        files.write(output, by: "--output")
        try files.requireDistinct()
        guard let architecture else { return try importModel() }
        var network = try NetworkImporter.read(architecture: architecture, from: path, memory: memory.budget())
        if let name { network.graph.name = name }
        try write(network, architecture: architecture, notes: [])
    }

    private func importModel() throws {
        if let model = try ONNXModel.ifOne(path, memory: memory.budget()) {
            guard runtime == nil else { throw ValidationError("--runtime goes with a .tflite model") }
            let imported = try ONNXImport(
                model, name: name ?? PlainName.ofModel(path), outputs: outputs, shapes: shapes.extents(), at: path,
                memory: memory.budget())
            return switch imported.network {
            case .float(let network): try write(NetworkFile(float: network), network.graph, imported.report)
            case .quantized(let network): try write(NetworkFile(quantized: network), network.graph, imported.report)
            }
        }
        guard shapes.shape.isEmpty else { throw ValidationError("--shape goes with an ONNX model") }
        if let imported = try CompressAIImport.ifOne(path, memory: memory.budget()) { return try write(imported) }
        guard let model = try TFLiteModel.ifOne(path, memory: memory.budget()) else {
            throw try WeightlessSource(path)?.refusal ?? UnknownFormat(path).refusal
        }
        let imported = try TFLiteImport(
            model, name: name ?? PlainName.ofModel(path), outputs: outputs, runtime: runtime ?? .litert,
            at: path, memory: memory.budget())
        try write(NetworkFile(quantized: imported.network), imported.network.graph, imported.report)
    }

    private func write(_ imported: CompressAIImport) throws {
        guard runtime == nil, outputs.isEmpty else {
            throw ValidationError("--runtime and --outputs go with a model, not with a state dict of CompressAI")
        }
        var network = imported.network
        if let name { network.graph.name = name }
        try write(network, architecture: imported.architecture.name, notes: imported.notes)
    }

    private func write(_ network: FloatNetwork, architecture: String, notes: [String]) throws {
        try write(NetworkFile(float: network))
        Console.note("\(output): \(network.graph.name), \(network.graph.layers.count.counted("layer"))")
        for note in notes { Console.note(note) }
        guard json else { return }
        let record: ResultRecord = [
            "output": .text(output), "architecture": .text(architecture),
            "layers": .integer(network.graph.layers.count),
        ]
        try Console.document(record, DocumentHeader(network: NetworkFile(float: network).identity()))
    }

    private func write(_ file: NetworkFile, _ graph: Graph, _ report: ImportReport) throws {
        try write(file)
        Console.note("\(output): \(graph.name), \(graph.layers.count.counted("layer"))")
        guard json else { return try Console.result(report.text(style: TextStyle(of: 1))) }
        try Console.document(
            ImportedModel(output: output, layers: graph.layers.count, report: report),
            DocumentHeader(network: file.identity()))
    }

    /// What is written is what every other command reads: it is read before it is written.
    private func write(_ file: NetworkFile) throws {
        let bytes = file.bytes
        _ = try NetworkFile(bytes, at: path)
        try AtomicFile.write(bytes, to: output)
    }

    private struct ImportedModel: Encodable {
        var output: String
        var layers: Int
        var report: ImportReport
    }

    private func requirePlain(_ name: String) throws {
        guard PlainName.accepts(name) else { throw ValidationError("--name must be \(PlainName.rule)") }
    }
}
