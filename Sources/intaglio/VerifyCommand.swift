public import ArgumentParser
import Conformance
import Diagnostics
public import FixedPoint
import Images
import Machine
import MachineDescription
import NetworkFiles
import RTL
import Reports
import Simulation
import Synchronization
import Text

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compare the machine with the reference model, bit by bit.",
        discussion: """
            Runs both on the same picture and names the first layer and coordinate that differ, with both values \
            (exit code 1).
            With --expected: runs the model and compares its tensors with your own dump of them.
            With --layers: runs every layer case (JSON) of a folder on both and compares with its expected outputs too.
            With --suite: runs seeded random layer cases of every operator on both; every fifth is a chain of layers \
            that may run together.
            With --against rtl: builds the machine's RTL in a hardware simulator, runs the same commands there, \
            and compares every stored element and the first
            and last cycle of every command; with --layer, of that layer alone on its real inputs.
            """)

    enum Opponent: String, ExpressibleByArgument, CaseIterable { case reference, rtl }

    @OptionGroup var options: NetworkOptions
    @Option(help: "Whom to compare with.") var against = Opponent.reference
    @OptionGroup var input: InputOptions
    @OptionGroup var expected: ExpectedOptions
    @Option(help: "Compare this layer only.") var layer: String?
    @Option(help: "A folder of layer cases (JSON with expected outputs).") var layers: String?
    @Option(help: "With --layers: use this rounding rule instead of the one that each file names.")
    var rounding: RoundingRule?
    @Option(help: "Run this many seeded random layer cases, every fifth a chain of layers.") var suite: Int?
    @Option(help: "First seed of --suite. (default: 0)") var seed: UInt64?
    @Option(
        help:
            """
            With --suite: on this many small machines drawn from the seeds 0, 1, ... instead of --machine; \
            `machines --random SEED` prints one.
            """
    ) var randomMachines: Int?
    @Option(help: "A fault in the machine's copy: weight:L:i=x, threshold:L:i, halo:L:-1 or ring:L:-1.")
    var inject: String?
    @Option(
        help:
            """
            With --against rtl: the hardware simulator, verilator or icarus. \
            (default: \(Simulator.verilator.rawValue))
            """
    ) var simulate: Simulator?
    @Option(
        help:
            """
            With --against rtl: keep the sources, the compiled simulator and the files of the runs in this folder, \
            and use again what is there.
            """
    ) var work: String?
    @Option(
        help:
            """
            With --against rtl: only this part of the picture, WxH or WxH+X+Y; \
            64 x 64 of the built-in one without it.
            """
    ) var crop: PictureCrop?
    @Flag(help: "Write what was compared as one JSON document to standard output.") var json = false
    @OptionGroup var team: ThreadOptions

    func validate() throws {
        switch against {
        case .reference:
            try refuseUnused(
                ["--simulate": simulate != nil, "--crop": crop != nil, "--work": work != nil],
                goingWith: "--against rtl")
        case .rtl:
            try refuseUnused(
                [
                    "--layers": layers != nil, "--rounding": rounding != nil, "--inject": inject != nil,
                    "--expected": expected.expected != nil,
                ], goingWith: "--against reference")
            try input.refuseCrop(crop)
        }
        guard suite == nil || layers == nil else {
            throw ValidationError("--suite and --layers name different cases: give one of them")
        }
        if layers == nil { try refuseUnused(["--rounding": rounding != nil], goingWith: "--layers DIR") }
        if suite == nil {
            try refuseUnused(
                ["--seed": seed != nil, "--random-machines": randomMachines != nil], goingWith: "--suite N")
        }
        guard randomMachines.map({ (1...100_000).contains($0) }) ?? true else {
            throw ValidationError("--random-machines must be in 1...100000, found \(randomMachines!)")
        }
        guard randomMachines == nil || !options.namesMachine else {
            throw ValidationError("--random-machines and --machine name different machines: give one of them")
        }
        if suite != nil || layers != nil {
            let purpose = "a whole network: leave \(suite == nil ? "--layers" : "--suite") out"
            try options.refuseNetwork(goingWith: purpose)
            try refuseUnused(
                [
                    "--image": input.image != nil, "--input": !input.files.isEmpty, "--crop": crop != nil,
                    "--layer": layer != nil, "--inject": inject != nil, "--expected": expected.expected != nil,
                ], goingWith: purpose)
        }
        if expected.expected != nil {
            try refuseUnused(["--inject": inject != nil], goingWith: "--against reference: leave --expected out")
        }
        guard suite.map({ $0 >= 1 }) ?? true else {
            throw ValidationError("--suite must be at least 1, found \(suite!)")
        }
    }

    func run() throws {
        if against == .rtl { return try verifyRTL() }
        if let layers { return try verifyLayers(layers) }
        if let suite { return try verifySuite(suite) }
        if let path = expected.expected { return try verifyExpected(path) }
        let source = try options.source()
        let inputs = try input.inputs(
            of: source.proven(rate: options.rate), from: source, memory: options.memory.budget())
        if let layer { try inputs.requireRuns(layer) }
        let verification = try Verification(
            on: inputs, machine: options.machineDescription(), schedule: options.scheduleFile(),
            fault: inject.map { try InjectedFault($0) }, only: layer, threads: team.threads,
            memory: options.memory.budget(threads: team.threads)
        ) {
            Console.progress($0, $1, of: $2)
        }
        Console.endProgress()
        let fields = verification.layers.map {
            [$0.layer, $0.elements.grouped, $0.differences.grouped, $0.first ?? ""]
        }
        let table = GrowingTable(
            header: ["layer", "elements", "differ", "first difference"], expected: fields,
            width: TextStyle(of: 1).width)
        if json {
            let rows = verification.layers.map { layer -> ResultRecord in
                [
                    "layer": .text(layer.layer), "elements": .integer(layer.elements),
                    "differences": .integer(layer.differences), "first": layer.first.map { .text($0) } ?? .none,
                ]
            }
            try Console.document(ResultRows(rows), options.header())
        } else {
            try Console.result(table.text(of: fields))
        }
        if let failure = verification.failure { throw DifferenceFound(message: failure) }
        if !json { try Console.result("\(verification.layers.count.counted("layer")), 0 differences\n") }
    }

    private func verifyLayers(_ folder: String) throws {
        let (results, refused) = try LayerCaseFolder.verify(
            folder, machine: options.machineDescription(), rounding: rounding, threads: team.threads,
            memory: options.memory.budget(threads: team.threads)
        ) {
            Console.progress("case", $0, of: $1)
        }
        Console.endProgress()
        guard !results.isEmpty else { return try RefusedItems.requireNone(refused, done: 0, items: "cases") }
        let fields = results.map { result in
            [
                result.name, result.rounding.rawValue, result.outputs.grouped, result.referenceMismatches.grouped,
                result.machineMismatches.grouped, result.firstDifference ?? "",
            ]
        }
        let table = GrowingTable(
            header: ["case", "rounding", "outputs", "reference\ndiffers", "machine\ndiffers", "first\ndifference"],
            expected: fields, width: TextStyle(of: 1).width, leftColumns: 2)
        if json {
            let rows = results.map { result -> ResultRecord in
                [
                    "case": .text(result.name), "rounding": .text(result.rounding.rawValue),
                    "outputs": .integer(result.outputs), "referenceMismatches": .integer(result.referenceMismatches),
                    "machineMismatches": .integer(result.machineMismatches),
                    "first": result.firstDifference.map { .text($0) } ?? .none,
                ]
            }
            try Console.document(ResultRows(rows), DocumentHeader(machine: options.machineDescription()))
        } else {
            try Console.result(table.text(of: fields))
        }
        let equal = results.count { $0.referenceMismatches == 0 && $0.machineMismatches == 0 }
        let mismatches = results.reduce(0) { $0 + $1.referenceMismatches + $1.machineMismatches }
        let summary = "\(equal) of \(results.count) cases equal, \(mismatches) mismatch\(mismatches == 1 ? "" : "es")"
        if refused.isEmpty, equal < results.count { throw DifferenceFound(message: summary) }
        if !json { try Console.result(summary + "\n") }
        try RefusedItems.requireNone(refused, done: results.count, items: "cases")
    }

    private func verifySuite(_ count: Int) throws {
        let machines = try SuiteMachines(options, randomCount: randomMachines).machines
        let all = count * machines.count
        let done = Mutex(0)
        var coverage = SuiteCoverage()
        try Interruption.keeping({
            Console.say("interrupted after \(done.withLock { $0 }) of \(all) cases, 0 differences until then")
        }) { () throws in
            for machine in machines {
                try runSuite(count, machine) { run in
                    coverage.add(run)
                    let number = done.withLock { count in
                        count += 1
                        return count
                    }
                    Console.progress("case", number, of: all)
                }
            }
        }
        Console.endProgress()
        guard json else {
            let lines = TextStyle(of: 1).wrappedLines(of: coverage.text, indent: 13)
            return try Console.result("\(lines)\n\(all.counted("case")), 0 differences\n")
        }
        let record: ResultRecord = [
            "cases": .integer(all), "differences": .integer(0), "machines": .integer(machines.count),
            "coverage": .text(coverage.text),
        ]
        try Console.document(
            record, DocumentHeader(machine: machines.count == 1 ? machines[0].machine : nil))
    }

    private func runSuite(_ count: Int, _ machine: SuiteMachines.Machine, done: (ConformanceRun) -> Void) throws {
        let generator = LayerCaseGenerator(limits: CaseLimits(machine.machine))
        for offset in 0..<count {
            let seed = (seed ?? 0) &+ UInt64(offset)
            let run = try ConformanceRun(
                generator.suiteCase(seed: seed), machine: machine.machine, threads: team.threads,
                memory: options.memory.budget(threads: team.threads))
            if let difference = run.difference {
                Console.endProgress()
                throw DifferenceFound(
                    message: "\(difference)\nreplay: intaglio verify --suite 1 --seed \(seed) \(machine.replay)")
            }
            done(run)
        }
    }
}

extension RoundingRule: ExpressibleByArgument {}
