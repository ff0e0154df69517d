import ArgumentParser
import Conformance
import MachineDescription
import Reports
import Text

struct MachinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machines",
        abstract: "List the built-in machines, print one as a machine file, or show several side by side.")

    @Argument(
        help: """
            A built-in machine's name, or a machine file to check: one is printed with all its fields, of several \
            those that differ.
            """)
    var machines: [String] = []
    @Option(help: "Print the small machine that `verify --suite N --random-machines` draws from this seed.") var random:
        UInt64?
    @Flag(help: "Print the machines as one JSON document.") var json = false

    func validate() throws {
        guard machines.isEmpty || random == nil else {
            throw ValidationError("a machine and --random name different machines: give one of them")
        }
    }

    func run() throws {
        var chosen = try MachineDescription.loadAndWarn(machines)
        if let random { chosen = [MachineDescription.random(seed: random)] }
        let isList = chosen.isEmpty
        if isList { chosen = try MachineDescription.builtInNames.map { try MachineDescription.load($0) } }
        if json { return try Console.document(MachinesDocument(machines: chosen), DocumentHeader()) }
        if isList { return try Console.result(Self.list(chosen)) }
        try Console.result(
            chosen.count == 1
                ? chosen[0].yaml : MachineComparison(chosen, labels: machines).text(width: TextStyle(of: 1).width))
    }

    private static func list(_ machines: [MachineDescription]) -> String {
        // Lanes tell the number of multipliers; what a terminal has no room for stands in the machine file, too.
        var table = FittedTable([
            .init("machine", isLeft: true), .init("C0 x K0 x P0"), .init("MACs", expendability: 3), .init("V,W,A"),
            .init("weights KiB"), .init("activations KiB"), .init("DMA B/cycle", expendability: 1),
            .init("latency", expendability: 2), .init("MHz"),
        ])
        for machine in machines {
            let array = machine.macArray
            table.append([
                machine.name, "\(array.inputChannelLanes) x \(array.outputChannelLanes) x \(array.pixelLanes)",
                array.macs.grouped,
                "\(array.activationBits),\(array.weightBits),\(array.accumulatorBits)",
                "\(machine.weightBuffer.bytes / 1024)",
                "\(machine.activationBuffer.bytes / 1024)", "\(machine.memory.busBytes)",
                "\(machine.memory.read.latencyCycles)", machine.clockMegahertz.fixed(0),
            ])
        }
        return table.text(width: TextStyle(of: 1).width)
    }
}
