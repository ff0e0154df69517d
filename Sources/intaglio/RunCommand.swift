import ArgumentParser
import Diagnostics
import Foundation
import Images
import NetworkFiles
import Networks
import Reports
import Simulation
import Tensors
import Threads

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a network on a picture, bit by bit as the hardware would.",
        discussion:
            """
            Prints bytes, cycles, stalls, footprints and traffic of each layer. Files are written only under --output, \
            and where --timeline and --waveform say.
            """
    )

    @OptionGroup var options: NetworkOptions
    @OptionGroup var input: InputOptions
    @OptionGroup var work: ThreadOptions
    @Flag(
        name: .customLong("float"),
        help: "Run the float network too, for what quantization cost; with --input a network in real numbers alone.")
    var runsFloat = false
    @Option(name: .shortAndLong, help: "Folder for report.json, layers.csv and reconstructed.png.") var output: String?
    @Flag(help: "With --output: write every layer's stored output as .npy.") var tensors = false
    @OptionGroup var traces: TraceOptions
    @OptionGroup var columns: LayerColumnOptions
    @OptionGroup var frameRate: FrameRateOptions
    @OptionGroup var fusion: FuseOptions
    @Flag(help: "Write the report as one JSON document to standard output.") var json = false

    func validate() throws {
        if json { try refuseUnused(["--columns": columns.columns != nil], goingWith: "the table: leave --json out") }
        if options.schedule != nil {
            try refuseUnused(["--fuse": fusion.given != nil], goingWith: "a search: leave --schedule out")
        }
        guard !tensors || output != nil else { throw ValidationError("--tensors needs --output DIR") }
    }

    func run() throws {
        try traces.requireDistinct(
            networks: [options.network].compactMap(\.self), machines: [options.machine],
            schedules: [options.schedule].compactMap(\.self), picture: input.image, tensors: input.files.map(\.path))
        if !input.files.isEmpty { return try runOnTensors() }
        let memory = options.memory.budget(threads: work.threads)
        let team = ThreadTeam(threads: work.threads)
        let reading = team.begin { [image = input.image] in
            Result { () throws(Diagnostic) in
                try image.map { path throws(Diagnostic) in try PNGReader.read(path: path, memory: memory) }
            }
        }
        let source = try options.source(includingFloat: runsFloat)
        let network = try source.quantized(rate: options.rate)
        let (machine, schedule) = (try options.machineDescription(), try options.scheduleFile())
        let picture = try reading.get().get() ?? PNGPicture(image: source.testPicture)
        // The picture, padded and as a tensor.
        let beside = memory.beside(3 * picture.image.samples.count)
        let plan = try SimulationPlan(
            network: network, machine: machine, width: picture.image.width, height: picture.image.height,
            schedule: schedule, fuse: fusion.fuse, memory: beside)
        if runsFloat {
            try FloatRun.requireMemory(
                source.float(), width: picture.image.width, height: picture.image.height, plan.memory)
        }
        try traces.write(plan)
        let simulation = try NetworkRun(plan, of: network, picture: picture, team: team) { layer, count in
            Console.progress("layer", layer, of: count)
        }
        Console.endProgress()
        let floatRun =
            runsFloat ? try FloatRun(source.float(), picture: picture.image, rate: options.rate, memory: memory) : nil
        try finish(simulation, simulation.report(float: floatRun, framesPerSecond: frameRate.fps))
    }

    private func runOnTensors() throws {
        let memory = options.memory.budget(threads: work.threads)
        let source = try options.source(includingFloat: runsFloat)
        if runsFloat {
            guard source.file.quantized == nil else {
                throw ValidationError(
                    "--float has no effect here: it goes with a picture, or with a network in real numbers alone")
            }
            return try runFloatAlone(source.float())
        }
        let inputs = try input.inputs(of: source.proven(rate: options.rate), from: source, memory: memory)
        let plan = try SimulationPlan(
            network: inputs.network.network, machine: options.machineDescription(), width: inputs.width,
            height: inputs.height, schedule: options.scheduleFile(), fuse: fusion.fuse, memory: memory)
        try traces.write(plan)
        let simulation = try NetworkRun(plan, on: inputs, team: ThreadTeam(threads: work.threads)) { layer, count in
            Console.progress("layer", layer, of: count)
        }
        Console.endProgress()
        try finish(simulation, simulation.report(framesPerSecond: frameRate.fps))
    }
}
