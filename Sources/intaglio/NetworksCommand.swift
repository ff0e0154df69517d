import ArgumentParser
import Geometry
import Graph
import NetworkFiles
import Networks
import Reports
import Simulation
import Text

struct NetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "networks", abstract: "List the bundled networks.")

    @Flag(help: "Write the list as one JSON document.") var json = false

    func run() throws {
        var rows: [ResultRecord] = []
        var table = TextTable(header: ["network", "layers", "parameters", "latents", "size multiple"])
        for name in Zoo.names {
            let file = try Zoo.network(named: name)
            guard let graph = file.quantized?.graph ?? file.float?.graph else { continue }
            let parameters = try file.quantized.map { try NetworkFormats($0).parameterCount }
            table.append([
                name, "\(graph.layers.count)", parameters?.grouped ?? "", graph.latents.joined(separator: " "),
                "\(graph.sizeMultiple)",
            ])
            rows.append([
                "name": .text(name), "digest": .text(file.identity().digest), "layers": .integer(graph.layers.count),
                "parameters": parameters.map { .integer($0) } ?? .none,
                "latents": .text(graph.latents.joined(separator: " ")), "sizeMultiple": .integer(graph.sizeMultiple),
            ])
        }
        if json { return try Console.document(ResultRows(rows), DocumentHeader()) }
        try Console.result(table.text)
    }
}
