import ArgumentParser
import Codec
import Figures
import NetworkFiles
import Networks
import Reports
import Simulation

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Predict cycles, stalls, memory and traffic without any data.",
        discussion:
            "The figures are those that `run` reports for a picture of this size: both come from the same commands.")

    @OptionGroup var options: NetworkOptions
    @Option(help: "Width x height of the picture.") var size = PictureSize(width: 768, height: 512)
    @Flag(
        help:
            """
            Plan a whole encode and decode, with quantizer and entropy coder, of a network prepared by `quantize \
            --codec`.
            """
    ) var codec = false
    @OptionGroup var quantizer: QuantizerOptions
    @OptionGroup var traces: TraceOptions
    @Option(
        help: ArgumentHelp(
            "Draw the machine, the layers' cycles and a roofline as SVG files in this folder.", valueName: "folder"))
    var figures: String?
    @Flag(help: "Write the report as one JSON document.") var json = false

    func validate() throws {
        guard !codec || options.schedule == nil else {
            throw ValidationError("--codec searches its own schedules: leave --schedule out")
        }
        guard !codec || traces.isEmpty else {
            throw ValidationError("--timeline and --waveform show one network: leave --codec out")
        }
        guard !codec || figures == nil else {
            throw ValidationError("--figures shows one network: leave --codec out")
        }
        if codec {
            try quantizer.refuseUnusedLambda()
        } else {
            try refuseUnused(
                [
                    "--quantizer": quantizer.quantizer != nil, "--step": quantizer.step != nil,
                    "--lambda": quantizer.lambda != nil,
                    "--trellis": quantizer.trellis != nil,
                ], goingWith: "--codec")
        }
    }

    func run() throws {
        if codec { return try planCodec() }
        try traces.requireDistinct(options, picture: nil, figures: figures.map(PlanFigures.paths) ?? [])
        let network = try options.proven().network
        let machine = try options.machineDescription()
        let plan = try SimulationPlan(
            network: network, machine: machine, width: size.width, height: size.height,
            schedule: options.scheduleFile(),
            keepsCommands: !traces.isEmpty, memory: options.memory.budget())
        let report = plan.report()
        try traces.write(plan)
        if let figures { try PlanFigures.write(report, on: machine, to: figures) }
        try Console.result(json ? report.jsonText() : RunSummary(report).text)
    }

    private func planCodec() throws {
        var codec = try PictureCodec(
            options.source().provenAtAllRates(), machine: options.machineDescription(), memory: options.memory.budget())
        let budget = try codec.budget(
            width: size.width, height: size.height, rate: options.rate,
            quantizer: quantizer.latentQuantizer(fractionBits: codec.fractionBits), streamBytes: nil)
        try Console.result(json ? budget.jsonText() : budget.text)
    }
}
