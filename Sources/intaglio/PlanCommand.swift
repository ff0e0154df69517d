import Architectures
import ArgumentParser
import Codec
import Diagnostics
import Figures
import Graph
import MachineDescription
import NetworkFiles
import Networks
import Reports
import Schedules
import Simulation
import Text

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Predict cycles, stalls, memory and traffic without any data.",
        discussion:
            """
            The figures are those that `run` reports for a picture of this size: both come from the same commands. \
            Several networks, machines or schedules stand side by side.
            """)

    @OptionGroup var subjects: PlanSubjects
    @Option(
        name: .customLong("size"),
        help:
            """
            Width x height of the picture, or 480p, 720p, 1080p, 1440p, 4k, 8k. (default: 768x512; a model's own)
            """
    ) var givenSize: PictureSize?
    @Flag(
        help:
            """
            Plan a whole encode and decode, with quantizer and entropy coder, of a network prepared by `quantize \
            --codec`.
            """
    ) var codec = false
    @OptionGroup var quantizer: QuantizerOptions
    @OptionGroup var frameRate: FrameRateOptions
    @OptionGroup var columns: LayerColumnOptions
    @OptionGroup var fusion: FuseOptions
    @OptionGroup var traces: TraceOptions
    @Option(
        help: ArgumentHelp(
            "Draw the machine, the layers' cycles and a roofline as SVG files in this folder.", valueName: "folder"))
    var figures: String?
    @Option(name: .shortAndLong, help: "Folder for report.json and layers.csv.") var output: String?
    @Flag(help: "Write the report as one JSON document.") var json = false

    func validate() throws {
        if subjects.subjects.count > 1 {
            try refuseUnused(
                [
                    "--codec": codec, "--figures": figures != nil, "--timeline": traces.timeline != nil,
                    "--waveform": traces.waveform != nil, "--columns": columns.columns != nil,
                ], goingWith: "one network on one machine")
        }
        if json { try refuseUnused(["--columns": columns.columns != nil], goingWith: "the table: leave --json out") }
        if !subjects.schedules.isEmpty {
            try refuseUnused(["--fuse": fusion.given != nil], goingWith: "a search: leave --schedule out")
        }
        if codec {
            try refuseUnused(
                [
                    "--fuse": fusion.given != nil, "--schedule": !subjects.schedules.isEmpty,
                    "--timeline": traces.timeline != nil,
                    "--waveform": traces.waveform != nil, "--figures": figures != nil, "--output": output != nil,
                    "--columns": columns.columns != nil, "--fps": frameRate.fps != nil,
                ], goingWith: "one network: leave --codec out")
            try quantizer.refuseUnusedLambda()
        } else {
            try refuseUnused(
                [
                    "--quantizer": quantizer.quantizer != nil, "--step": quantizer.step != nil,
                    "--lambda": quantizer.lambda != nil,
                    "--trellis": quantizer.trellis != nil,
                ], goingWith: "--codec")
        }
        _ = try columns.columns(isRun: false)
    }

    func run() throws {
        let subjects = subjects.subjects
        if codec { return try planCodec(subjects[0]) }
        try traces.requireDistinct(
            networks: subjects.map(\.network), machines: subjects.map(\.machine),
            schedules: subjects.compactMap(\.schedule), figures: figures.map(PlanFigures.paths) ?? [])
        guard subjects.count == 1 else { return try compare(subjects) }
        let machine = try MachineDescription.loadAndWarn(subjects[0].machine)
        let source = try self.subjects.sources()[subjects[0].network]!
        let (plan, report, identity) = try plan(subjects[0], source, on: machine)
        try traces.write(plan)
        if let figures { try PlanFigures.write(report, on: machine, to: figures) }
        let document = identity.map { Document(report, DocumentHeader(machine: machine, network: $0)).text } ?? ""
        if let output { try write(document, LayersCSV(report).text, to: output) }
        if json { return try Console.result(document) }
        try Console.styled(RunSummary(report, columns: columns.columns(isRun: false), style: columns.style).text)
    }

    private var isDocumented: Bool { json || output != nil }

    /// The identity is there where a document needs it: it takes a digest of the whole network.
    private func plan(
        _ subject: PlanSubjects.Subject, _ source: PlannedSource, on machine: MachineDescription
    ) throws -> (plan: SimulationPlan, report: RunReport, identity: NetworkIdentity?) {
        let memory = subjects.memory.budget()
        let schedule = try subject.schedule.map { path throws(Diagnostic) in try Schedule(contentsOf: path) }
        switch source {
        case .weightless(let weightless):
            try refuseUnused(["--rate": subjects.givenRate != nil], goingWith: "a quantized network")
            let network = try weightless.network(on: machine)
            let (formats, assumed) = try network.formats(on: machine)
            let size = weightless.size(givenSize, of: network.graph)
            let plan = try named(subject) { () throws(Diagnostic) in
                try SimulationPlan(
                    formats: formats, machine: machine, width: size.width, height: size.height, schedule: schedule,
                    fuse: fusion.fuse, keepsCommands: !traces.isEmpty, memory: memory)
            }
            var report = plan.report(framesPerSecond: frameRate.fps)
            report.assumptions = network.assumptions(assumed)
            report.serialContext = network.serialContext.map {
                SerialContextBound($0, on: machine, height: plan.image.paddedHeight, width: plan.image.paddedWidth)
            }
            return (plan, report, isDocumented ? NetworkIdentity(withoutWeights: network.graph) : nil)
        case .coded(let source):
            let (network, size) = (try source.proven(rate: subjects.rate).network, source.size(givenSize))
            let plan = try named(subject) { () throws(Diagnostic) in
                try SimulationPlan(
                    network: network, machine: machine, width: size.width, height: size.height, schedule: schedule,
                    fuse: fusion.fuse, keepsCommands: !traces.isEmpty, memory: memory)
            }
            let identity = isDocumented ? source.file.identity(rate: subjects.rate) : nil
            return (plan, plan.report(framesPerSecond: frameRate.fps), identity)
        }
    }

    /// With several schedules only the path says which.
    private func named<Value>(
        _ subject: PlanSubjects.Subject, _ body: () throws(Diagnostic) -> Value
    ) throws(Diagnostic) -> Value {
        do throws(Diagnostic) { return try body() } catch { throw subject.schedule.map { error.within($0) } ?? error }
    }

    private func compare(_ subjects: [PlanSubjects.Subject]) throws {
        var machines: [String: MachineDescription] = [:]
        for subject in subjects where machines[subject.machine] == nil {
            machines[subject.machine] = try MachineDescription.loadAndWarn(subject.machine)
        }
        let sources = try self.subjects.sources()
        var reports: [(name: String, report: RunReport)] = []
        var documents: [Document<RunReport>] = []
        for subject in subjects {
            Console.progress("planning \(subject.name)")
            let machine = machines[subject.machine]!
            let (_, report, identity) = try plan(subject, sources[subject.network]!, on: machine)
            reports.append((subject.name, report))
            if let identity { documents.append(Document(report, DocumentHeader(machine: machine, network: identity))) }
        }
        Console.endProgress()
        if isDocumented {
            let document = Document(PlansDocument(plans: documents), DocumentHeader()).text
            if let output { try write(document, LayersCSV(reports).text, to: output) }
            if json { return try Console.result(document) }
        }
        let style = TextStyle(of: 1)
        let compared = self.subjects.machines
        if compared.count > 1 {
            let described = MachineComparison(
                compared.map { machines[$0]! }, labels: compared.map { PlanSubjects.shortName($0, among: compared) })
            try Console.result(described.text(width: style.width) + "\n")
        }
        try Console.styled(PlanComparison(reports, style: style).text)
    }

    private func write(_ document: String, _ layers: String, to folder: String) throws {
        let results = try ResultFolder(at: folder, completedBy: "report.json")
        try results.write(layers, to: "layers.csv")
        try results.complete(document)
    }

    private func planCodec(_ subject: PlanSubjects.Subject) throws {
        let memory = subjects.memory.budget()
        let source = try NetworkSource.opening(subject.network, includingFloat: false, memory: memory)
        let size = source.size(givenSize)
        var codec = try PictureCodec(
            source.provenAtAllRates(),
            machine: .loadAndWarn(subject.machine), memory: memory)
        let budget = try codec.budget(
            width: size.width, height: size.height, rate: subjects.rate,
            quantizer: quantizer.latentQuantizer(fractionBits: codec.fractionBits), streamBytes: nil)
        if json {
            let identity = source.file.identity(rate: subjects.rate)
            return try Console.document(
                budget, DocumentHeader(machine: .load(subject.machine), network: identity))
        }
        try Console.result(budget.text(TextStyle(of: 1)))
    }
}
