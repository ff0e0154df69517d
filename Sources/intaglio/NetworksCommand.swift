import ArgumentParser
import Geometry
import Graph
import NetworkFiles
import Networks
import Simulation
import Text

struct NetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "networks", abstract: "List the bundled networks.")

    func run() throws {
        var table = TextTable(header: ["network", "layers", "parameters", "latents", "size multiple"])
        for name in Zoo.names {
            let file = try Zoo.network(named: name)
            guard let graph = file.quantized?.graph ?? file.float?.graph else { continue }
            let parameters = try file.quantized.map { try NetworkFormats($0).parameterCount.grouped } ?? ""
            table.append([
                name, "\(graph.layers.count)", parameters, graph.latents.joined(separator: " "),
                "\(graph.sizeMultiple)",
            ])
        }
        try Console.result(table.text)
    }
}
