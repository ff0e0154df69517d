public import ArgumentParser
import Diagnostics
import Foundation
import MachineDescription
import NetworkFiles
import RTL
import Reports
import Simulation
public import TestVectors
import Text

extension UnitName: ExpressibleByArgument {}

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors",
        abstract: "Write stimulus and expected response of a unit or a layer, with a self-checking testbench.",
        discussion:
            """
            The files, the ports of each unit and how to run the testbench by hand are in docs/rtl-units.md; \
            docs/rtl-machine.md has those of a layer. Exit code 1: the module under test differs.
            """
    )

    @OptionGroup var options: NetworkOptions
    @Option(help: "The unit.") var unit: UnitName?
    @Option(
        help:
            """
            Instead of a unit: a layer of the network, with the whole machine around it, on the operands that it has \
            on the picture or behind the tensors.
            """
    ) var layer: String?
    @OptionGroup var input: InputOptions
    @Option(help: "With --layer: only this part of the picture, WxH or WxH+X+Y.") var crop: PictureCrop?
    @Option(name: .shortAndLong, help: "The folder to write.") var output: String
    @Option(help: "Inputs that the unit accepts, directed ones first: 20000, of macArray 500.") var count: Int?
    @Option(help: "Seed of the random inputs. (default: 1)") var seed: UInt64?
    @Flag(help: "Go on until every reachable coverage point is hit.") var untilCovered = false
    @Option(help: "Run the testbench in a simulator.") var simulate: Simulator?
    @Option(help: "The module under test, when it is not the bundled one.") var module: String?
    @Option(help: "A SystemVerilog file of the module under test; may be repeated.") var source: [String] = []
    @Flag(help: "Write the result as one JSON document.") var json = false

    func validate() throws {
        guard (unit == nil) != (layer == nil) else {
            throw ValidationError("name a unit or a layer: --unit or --layer")
        }
        if unit != nil {
            try options.refuseNetwork(goingWith: "--layer")
            try refuseUnused(
                ["--image": input.image != nil, "--input": !input.files.isEmpty, "--crop": crop != nil],
                goingWith: "--layer")
        } else {
            try input.refuseCrop(crop)
            try refuseUnused(
                ["--count": count != nil, "--seed": seed != nil, "--until-covered": untilCovered], goingWith: "--unit")
        }
        if simulate == nil {
            try refuseUnused(["--module": module != nil, "--source": !source.isEmpty], goingWith: "--simulate")
        }
        if let module, source.isEmpty {
            throw ValidationError("--module \(module) needs its files: add --source FILE.sv")
        }
    }

    func run() throws {
        for path in source { try requireRegular(path) }
        if let layer { return try writeLayer(layer) }
        guard let unit else { return }
        let files = try UnitVectors(
            of: unit, for: options.machineDescription(), count: count ?? unit.defaultCount, seed: seed ?? 1,
            untilCovered: untilCovered)
        try files.write(to: output)
        let simulation = try simulate.map {
            try UnitSimulation(of: output, in: $0, module: module ?? files.moduleName, sources: source)
        }
        if json {
            try Console.document(
                files.result(simulation), DocumentHeader(machine: options.machineDescription()))
        } else {
            // A mismatch is said once, as what ends the command.
            let text = files.text(simulation.flatMap { $0.passed ? $0 : nil })
            try Console.result(TextStyle(of: 1).wrappedLines(of: text, indent: 4))
        }
        if let simulation, !simulation.passed { throw DifferenceFound(message: simulation.message) }
        if untilCovered, !files.vectors.coverage.isComplete {
            throw DifferenceFound(message: "some reachable coverage points were not hit: see coverage.txt")
        }
    }

    /// What the simulator would wait for, or read without end.
    private func requireRegular(_ path: String) throws(Diagnostic) {
        do throws(InputFile.Refusal) {
            _ = try InputFile(path, limit: 1 << 26)
        } catch {
            throw Diagnostic(
                .vectorsSimulatorFailed, at: "--source \(path)", found: error.found,
                expected: "a SystemVerilog file of the module under test", remedy: error.remedy(or: "correct the path"))
        }
    }

    private func writeLayer(_ layer: String) throws {
        let networkSource = try options.source()
        let inputs = try input.inputs(
            of: networkSource.proven(rate: options.rate), from: networkSource, crop: crop,
            memory: options.memory.budget())
        try inputs.requireRuns(layer)
        let vectors = try LayerVectors(
            on: inputs, layer: layer, machine: options.machineDescription(), schedule: options.scheduleFile(),
            memory: options.memory.budget())
        try vectors.write(to: output)
        let verdict = try simulate.map { try vectors.simulate(in: output, by: $0, module: module, sources: source) }
        let summary =
            """
            \(layer): \(vectors.commands) commands, \(vectors.cycles) cycles, \(vectors.files.count) files in \
            \(output)\n
            """
        if json {
            let record: ResultRecord = [
                "layer": .text(layer), "commands": .integer(vectors.commands), "cycles": .integer(vectors.cycles),
                "output": .text(output), "files": .integer(vectors.files.count),
                "passed": verdict.map { .boolean($0.passed) } ?? .none,
                "message": verdict.map { .text($0.message) } ?? .none,
            ]
            try Console.document(record, options.header())
        } else {
            try Console.result(summary + (verdict.map { $0.passed ? $0.message + "\n" : "" } ?? ""))
        }
        if let verdict, !verdict.passed { throw DifferenceFound(message: verdict.message) }
    }
}
