import ArgumentParser
import Reports
import Simulation

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Predict cycles, stalls, memory and traffic without any data.",
        discussion: "The figures are those that `run` reports for a picture of this size: both come from the same commands.")

    @OptionGroup var options: NetworkOptions
    @Option(help: "Width x height of the picture.") var size = PictureSize(width: 768, height: 512)
    @Flag(help: "Write the report as one JSON document.") var json = false

    func run() throws {
        let plan = try SimulationPlan(
            network: options.quantized(), machine: options.machineDescription(), width: size.width, height: size.height, schedule: options.scheduleFile())
        let report = plan.report()
        try Console.result(json ? report.jsonText() : RunSummary(report).text)
    }
}
