import ArgumentParser
import Diagnostics
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
        let source = try options.source()
        let size = source.size(givenSize)
        let plan = try SimulationPlan(
            network: source.quantized(rate: options.rate), machine: options.machineDescription(), width: size.width,
            height: size.height,
            schedule: options.scheduleFile(),
            keepsCommands: false, memory: options.memory.budget())
        let text = plan.schedule.description
        if let output { try AtomicFile.write(text, to: output) }
        if json { return try Console.document(ScheduleDocument(schedule: plan.schedule), options.header(plan.machine)) }
        if output == nil { try Console.result(text) }
    }
}
