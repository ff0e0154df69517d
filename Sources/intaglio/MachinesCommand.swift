import ArgumentParser
import Conformance
import MachineDescription
import Text

struct MachinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machines", abstract: "List the built-in machines, or print one as a machine file.")

    @Argument(help: "A built-in machine's name, or a machine file to check and echo.") var machine: String?
    @Option(help: "Print the small machine that `verify --suite N --random-machines` draws from this seed.") var random:
        UInt64?

    func validate() throws {
        guard machine == nil || random == nil else {
            throw ValidationError("a machine and --random name different machines: give one of them")
        }
    }

    func run() throws {
        if let random { return try Console.result(MachineDescription.random(seed: random).yaml) }
        if let machine {
            try Console.result(MachineDescription.loadAndWarn(machine).yaml)
            return
        }
        var table = TextTable(header: [
            "machine", "C0 x K0 x P0", "MACs", "V,W,A", "weights KiB", "activations KiB", "DMA B/cycle", "latency",
            "MHz",
        ])
        for name in MachineDescription.builtInNames {
            let machine = try MachineDescription.load(name)
            let array = machine.macArray
            table.append([
                name, "\(array.inputChannelLanes) x \(array.outputChannelLanes) x \(array.pixelLanes)",
                array.macs.grouped,
                "\(array.activationBits),\(array.weightBits),\(array.accumulatorBits)",
                "\(machine.weightBuffer.bytes / 1024)",
                "\(machine.activationBuffer.bytes / 1024)", "\(machine.dma.bytesPerCycle)",
                "\(machine.dma.latencyCycles)", machine.clockMegahertz.fixed(0),
            ])
        }
        try Console.result(table.text)
    }
}
