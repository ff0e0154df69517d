import Architectures
import ArgumentParser
import Diagnostics
import Graph
import MachineDescription
import NetworkFiles
import Reports
import Schedules
import Scheduling
import Simulation

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Search tile sizes and loop orders, and write the schedule as a file.")

    @OptionGroup var options: NetworkOptions
    @OptionGroup var shapes: ShapeOptions
    @Option(
        name: .customLong("size"), help: "Width x height of the picture. (default: 768x512; a model's own)")
    var givenSize: PictureSize?
    @OptionGroup var fusion: FuseOptions
    @Option(name: .shortAndLong, help: "The schedule file to write; standard output without one.") var output: String?

    @Flag(help: "Write the schedule as one JSON document to standard output.") var json = false
    @Flag(
        help:
            """
            Say what the search tried and why the winner won: lanes of each layer, groups of layers. Instead of the \
            schedule on standard output, or in its JSON document.
            """)
    var explain = false

    func validate() throws {
        if options.schedule != nil {
            try refuseUnused(
                ["--fuse": fusion.given != nil, "--explain": explain], goingWith: "a search: leave --schedule out")
        }
    }

    private struct ScheduleDocument: Encodable {
        var schedule: Schedule
        /// Absent without `--explain`.
        var search: SearchExplanation?
    }

    func run() throws {
        var files = DistinctFiles()
        files.read(options.network, by: "--network")
        files.read(options.machine, by: "--machine")
        files.write(output, by: "--output")
        try files.requireDistinct()
        let machine = try options.machineDescription()
        let network = options.network ?? NetworkSource.defaultName
        try PlannedSource.refuseUnused(shapes, for: [network])
        let (plan, header) =
            switch try PlannedSource.opening(network, shapes: shapes.extents(), memory: options.memory.budget()) {
            case .weightless(let source): try self.plan(source, on: machine)
            case .coded(let source): try self.plan(source, on: machine)
            }
        let text = plan.schedule.description
        if let output { try AtomicFile.write(text, to: output) }
        let search: SearchExplanation? = explain ? try plan.searchExplanation(fuse: fusion.fuse) : nil
        if json { return try Console.document(ScheduleDocument(schedule: plan.schedule, search: search), header()) }
        if let search { return try Console.result(search.text(simulatedCycles: plan.report().totals.simulatedCycles)) }
        if output == nil { try Console.result(text) }
    }

    private typealias Plan = (plan: SimulationPlan, header: () throws -> DocumentHeader)

    private func plan(_ source: NetworkSource, on machine: MachineDescription) throws -> Plan {
        let size = source.size(givenSize)
        let plan = try SimulationPlan(
            network: source.quantized(rate: options.rate), machine: machine, width: size.width, height: size.height,
            schedule: options.scheduleFile(), fuse: fusion.fuse, keepsCommands: false, memory: options.memory.budget())
        return (plan, { DocumentHeader(machine: machine, network: source.file.identity(rate: options.rate)) })
    }

    private func plan(_ weightless: WeightlessSource, on machine: MachineDescription) throws -> Plan {
        try refuseUnused(["--rate": options.givenRate != nil], goingWith: "a quantized network")
        let network = try weightless.network(on: machine)
        let size = weightless.size(givenSize, of: network.graph)
        let plan = try SimulationPlan(
            formats: network.formats(on: machine).formats, machine: machine, width: size.width, height: size.height,
            schedule: options.scheduleFile(), fuse: fusion.fuse, keepsCommands: false, memory: options.memory.budget())
        let identity = NetworkIdentity(withoutWeights: network.graph)
        return (plan, { DocumentHeader(machine: machine, network: identity) })
    }
}
