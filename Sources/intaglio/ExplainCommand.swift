import ArgumentParser
import Explanations
import Foundation
import Images

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "Print one output's whole derivation: every product, the sum, each rounding, the code, with exact values.")

    @OptionGroup var options: NetworkOptions
    @Option(help: "The layer; without one the first.") var layer: String?
    @Option(name: .customLong("at"), help: "Channel, row and column of the output element: c,y,x.") var coordinate =
        Coordinate(c: 0, y: 0, x: 0)
    @Option(help: "A PNG picture; without one the built-in test picture.") var image: String?

    func run() throws {
        let picture =
            try image.map { try PNGReader.read(path: $0, memory: options.memory.budget()) }
            ?? PNGPicture(image: TestPicture.draw())
        let explained = try ExplainedElement(
            network: options.proven(), machine: options.machineDescription(), schedule: options.scheduleFile(),
            picture: picture.image,
            layer: layer, c: coordinate.c, y: coordinate.y, x: coordinate.x,
            threads: ProcessInfo.processInfo.activeProcessorCount,
            memory: options.memory.budget(threads: ProcessInfo.processInfo.activeProcessorCount))
        try Console.result(explained.text + "\n")
        if let failure = explained.failure { throw DifferenceFound(message: failure) }
    }
}

/// Written `c,y,x`.
struct Coordinate: ExpressibleByArgument {
    var c: Int
    var y: Int
    var x: Int

    init(c: Int, y: Int, x: Int) { (self.c, self.y, self.x) = (c, y, x) }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let c = parts[0], let y = parts[1], let x = parts[2] else { return nil }
        self.init(c: c, y: y, x: x)
    }

    var defaultValueDescription: String { "\(c),\(y),\(x)" }
}
