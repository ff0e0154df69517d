import Architectures
import ArgumentParser
import Geometry
import Graph
import NetworkFiles
import Networks
import Reports
import Simulation
import Text

struct NetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks",
        abstract: "List the bundled networks, and the architectures that can be planned by name.")

    @Flag(help: "Write the list as one JSON document.") var json = false

    func run() throws {
        var rows: [ResultRecord] = []
        var table = TextTable(header: ["network", "layers", "parameters", "latents", "size multiple"])
        for name in BundledNetworks.names {
            let file = try BundledNetworks.network(named: name)
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
                "hasWeights": .boolean(true),
            ])
        }
        var zoo = TextTable(header: ["architecture", "layers", "parameters", "latents", "size multiple"])
        for architecture in CodecArchitecture.published {
            let network = architecture.network
            let graph = network.graph
            let (parameters, latents) = (try network.parameterCount(), graph.latents.joined(separator: " "))
            zoo.append([
                architecture.name, "\(graph.layers.count)", parameters.grouped, latents, "\(graph.sizeMultiple)",
            ])
            rows.append([
                "name": .text(architecture.name), "digest": .text(NetworkIdentity(withoutWeights: graph).digest),
                "layers": .integer(graph.layers.count), "parameters": .integer(parameters),
                "latents": .text(latents), "sizeMultiple": .integer(graph.sizeMultiple), "hasWeights": .boolean(false),
            ])
        }
        if json { return try Console.document(ResultRows(rows), DocumentHeader()) }
        try Console.result(table.text)
        try Console.result("\nwithout weights, NAME:N[,M], for plan, inspect and schedule; as published:\n\n")
        try Console.result(zoo.text)
    }
}
