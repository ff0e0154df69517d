import Architectures
import ArgumentParser
import Diagnostics
import Graph
import MachineDescription
import NetworkFiles
import Reports
import Schedules
import Simulation

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Search tile sizes and loop orders, and write the schedule as a file.")

    @OptionGroup var options: NetworkOptions
    @Option(
        name: .customLong("size"), help: "Width x height of the picture. (default: 768x512; a model's own)")
    var givenSize: PictureSize?
    @Option(name: .shortAndLong, help: "The schedule file to write; standard output without one.") var output: String?

    @Flag(help: "Write the schedule as one JSON document to standard output.") var json = false

    private struct ScheduleDocument: Encodable {
        var schedule: Schedule
    }

    func run() throws {
        var files = DistinctFiles()
        files.read(options.network, by: "--network")
        files.read(options.machine, by: "--machine")
        files.write(output, by: "--output")
        try files.requireDistinct()
        let machine = try options.machineDescription()
        let (plan, header) = try options.weightless().map { try self.plan($0, on: machine) } ?? self.plan(on: machine)
        let text = plan.schedule.description
        if let output { try AtomicFile.write(text, to: output) }
        if json { return try Console.document(ScheduleDocument(schedule: plan.schedule), header()) }
        if output == nil { try Console.result(text) }
    }

    private typealias Plan = (plan: SimulationPlan, header: () throws -> DocumentHeader)

    private func plan(on machine: MachineDescription) throws -> Plan {
        let source = try options.source()
        let size = source.size(givenSize)
        let plan = try SimulationPlan(
            network: source.quantized(rate: options.rate), machine: machine, width: size.width, height: size.height,
            schedule: options.scheduleFile(), keepsCommands: false, memory: options.memory.budget())
        return (plan, { try options.header(machine) })
    }

    private func plan(_ weightless: WeightlessSource, on machine: MachineDescription) throws -> Plan {
        try refuseUnused(["--rate": options.givenRate != nil], goingWith: "a network with weights")
        let network = try weightless.network(on: machine)
        let size = weightless.size(givenSize, of: network.graph)
        let plan = try SimulationPlan(
            formats: network.formats(on: machine).formats, machine: machine, width: size.width, height: size.height,
            schedule: options.scheduleFile(), keepsCommands: false, memory: options.memory.budget())
        let identity = NetworkIdentity(withoutWeights: network.graph)
        return (plan, { DocumentHeader(machine: machine, network: identity) })
    }
}
