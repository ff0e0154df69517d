public import ArgumentParser
import Diagnostics
import Foundation
import MachineDescription
public import TestVectors

extension UnitName: ExpressibleByArgument {}
extension UnitSimulation.Simulator: ExpressibleByArgument {}

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors", abstract: "Write stimulus and expected response of a unit, with a self-checking testbench.",
        discussion: "The files, the ports of each unit and how to run the testbench by hand are in docs/rtl.md. Exit code 1: the module under test differs.")

    @Option(help: "The unit.") var unit: UnitName
    @Option(help: "A built-in machine's name, or a machine file.") var machine = "mid"
    @Option(name: .shortAndLong, help: "The folder to write.") var output: String
    @Option(help: "Inputs that the unit accepts, directed ones first.") var count = 20_000
    @Option(help: "Seed of the random inputs.") var seed: UInt64 = 1
    @Flag(help: "Go on until every reachable coverage point is hit.") var untilCovered = false
    @Option(help: "Run the testbench in a simulator.") var simulate: UnitSimulation.Simulator?
    @Option(help: "The module under test, when it is not the bundled one.") var module: String?
    @Option(help: "A SystemVerilog file of the module under test; may be repeated.") var source: [String] = []
    @Flag(help: "Write the result as one JSON document.") var json = false

    func run() throws {
        let files = try UnitVectors(of: unit, for: MachineDescription.load(machine), count: count, seed: seed, untilCovered: untilCovered)
        try files.write(to: output)
        let simulation = try simulate.map {
            try UnitSimulation(of: output, in: $0, module: module ?? files.moduleName, sources: source)
        }
        try Console.result(json ? files.jsonText(simulation) : files.text(simulation))
        if let simulation, !simulation.passed { throw DifferenceFound(message: simulation.message) }
        if untilCovered, !files.vectors.coverage.isComplete { throw DifferenceFound(message: "some reachable coverage points were not hit: see coverage.txt") }
    }
}
