import MachineDescription
import Testing

@Suite struct MachineComparisonTests {
    private func table(_ machines: [MachineDescription], labels: [String] = []) -> [[String]] {
        let labels = labels.isEmpty ? machines.map(\.name) : labels
        return MachineComparison(machines, labels: labels).text(width: nil).split(separator: "\n").map { line in
            // Columns stand at least two blanks apart; values such as `256 KiB` have one inside.
            line.replacing("  ", with: "\t").split(separator: "\t").map { String($0.drop { $0 == " " }) }
        }
    }

    /// Only what differs, in the file's order, and what follows: 1,024 MACs at 500 MHz, 960 + 128 KiB, 16 bytes per
    /// cycle.
    @Test func showsWhatDiffers() throws {
        let mid = try MachineDescription.load("mid")
        var other = mid
        other.name = "other"
        other.clockMegahertz = 500
        other.weightBuffer.bytes = 393_216
        other.activationBuffer.deinterleave = false
        other.macArray.zeroSkipping = true
        #expect(
            table([mid, other]) == [
                ["field", "mid", "other", "ratio"],
                ["-----------------------------", "-------", "-------", "-----"],
                ["clockMegahertz", "400", "500", "1.25x"],
                ["macArray.zeroSkipping", "-", "true"],
                ["weightBuffer.bytes", "256 KiB", "384 KiB", "1.50x"],
                ["activationBuffer.deinterleave", "true", "false"],
                ["peak GMAC per second", "409.6", "512.0", "1.25x"],
                ["on-chip KiB", "960", "1088", "1.13x"],
                ["DMA GB per second", "6.4", "8.0", "1.25x"],
                ["long reads GB per second", "6.400", "8.000", "1.25x"],
                ["long writes GB per second", "6.400", "8.000", "1.25x"],
            ])
    }

    @Test func threeMachinesFit100Columns() throws {
        let machines = try MachineDescription.builtInNames.map { try MachineDescription.load($0) }
        var long = machines[2]
        long.name = String(repeating: "n", count: 128)
        long.clockMegahertz = 333.333_333_333_333_3
        for machines in [machines, [long, machines[0], machines[1]], [machines[0], long]] {
            let text = MachineComparison(machines, labels: machines.map(\.name)).text()
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
            #expect(text.split(separator: "\n")[0].split(separator: " ").count == 2 * machines.count)
        }
    }

    @Test func machinesOfOneNameAreCalledByTheirFiles() throws {
        let mid = try MachineDescription.load("mid")
        var other = mid
        other.clockMegahertz = 100
        #expect(
            table([mid, other], labels: ["mid", "folder/of/mine.yaml"])[0] == [
                "field", "mid", "...f/mine.yaml", "ratio",
            ])
        #expect(MachineComparison([mid, mid], labels: ["mid", "mid"]).text() == "no field differs\n")
    }
}
