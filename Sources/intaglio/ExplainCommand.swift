public import ArgumentParser
import Explanations
import Foundation
import NetworkFiles
import Simulation
public import Tensors

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "Print one output's whole derivation: products, the sum, each rounding, the code, with exact values.")

    @OptionGroup var options: NetworkOptions
    @Option(help: "The layer; without one the first.") var layer: String?
    @Option(name: .customLong("at"), help: "Row, column and channel of the output element, in any order: y=12,x=7,c=3.")
    var coordinate = Coordinate(y: 0, x: 0, c: 0)
    @OptionGroup var input: InputOptions
    @Flag(help: "Show every product of a sum, not the first three and the last.") var all = false
    @Flag(help: "Write the derivation, with every product, as one JSON document.") var json = false

    func validate() throws {
        if json { try refuseUnused(["--all": all], goingWith: "text: leave --json out, which has every product") }
    }

    func run() throws {
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let source = try options.source()
        let inputs = try input.inputs(
            of: source.proven(rate: options.rate), from: source, memory: options.memory.budget())
        if let layer { try inputs.requireRuns(layer) }
        let explained = try ExplainedElement(
            on: inputs, machine: options.machineDescription(), schedule: options.scheduleFile(), layer: layer,
            at: coordinate, threads: threads, memory: options.memory.budget(threads: threads))
        if json {
            try Console.document(explained.element, options.header())
        } else {
            try Console.result(explained.text(all: all) + "\n")
        }
        if let failure = explained.failure { throw DifferenceFound(message: failure) }
    }
}

extension Coordinate: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    public var defaultValueDescription: String { description }
}
