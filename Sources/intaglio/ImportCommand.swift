import ArgumentParser
import Diagnostics
import Graph
import Importers
import NetworkFiles
import Networks
import Reports

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read foreign weights into a float network file.")

    @Option(help: "What the weights are: \(NetworkImporter.architectures.joined(separator: ", ")).") var architecture:
        String
    @Argument(help: "The weights: a folder or a file, as the architecture has them.") var path: String
    @Option(help: "The network's name in reports and schedules; the architecture's own without it.") var name: String?
    @Option(name: .shortAndLong, help: "The network file to write.") var output: String

    @OptionGroup var memory: MemoryOptions
    @Flag(help: "Write what was imported as one JSON document to standard output.") var json = false

    func run() throws {
        var files = DistinctFiles()
        files.read(path, by: "the weights")
        files.write(output, by: "--output")
        try files.requireDistinct()
        var network = try NetworkImporter.read(architecture: architecture, from: path, memory: memory.budget())
        if let name { network.graph.name = name }
        try NetworkFile(float: network).write(output)
        Console.note("\(output): \(network.graph.name), \(network.graph.layers.count) layers")
        guard json else { return }
        let record: ResultRecord = [
            "output": .text(output), "architecture": .text(architecture),
            "layers": .integer(network.graph.layers.count),
        ]
        try Console.document(record, DocumentHeader(network: NetworkFile(float: network).identity()))
    }
}
