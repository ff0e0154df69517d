import Commands
import MachineDescription
import Timing

/// One load or one store that is long against everything the memory remembers, through a port at 300 MHz.
struct LongTransfer: Sendable {
    let access: MemoryAccess
    let portBytes: Int
    /// Of each burst.
    let beats: Int
    let outstanding: Int

    /// What a memory costs, whatever the port and the bursts.
    struct Memory: Hashable, Sendable {
        var readLatencyCycles: Int
        var readOverheadCycles: Int
        var writeOverheadCycles: Int
        var efficiency: MemoryEfficiency
        /// As machine files that say nothing have it: half of the reads', rounded up.
        var writeLatencyCycles: Int

        init(readLatency: Int, readOverhead: Int, writeOverhead: Int, _ beats: Int, per cycles: Int) {
            readLatencyCycles = readLatency
            readOverheadCycles = readOverhead
            writeOverheadCycles = writeOverhead
            efficiency = MemoryEfficiency(beats: beats, cycles: cycles)
            writeLatencyCycles = (readLatency + 1) / 2
        }
    }

    private func machine(_ memory: Memory) -> MachineDescription {
        var machine = MachineDescription.builtIn(named: "small")!
        machine.clockMegahertz = 300
        machine.memory = MemoryDescription(
            busBytes: portBytes, alignmentBytes: 64, burstBytes: portBytes * beats,
            read: MemoryDirection(
                outstanding: outstanding, latencyCycles: memory.readLatencyCycles,
                overheadCycles: memory.readOverheadCycles),
            write: MemoryDirection(
                outstanding: outstanding, latencyCycles: memory.writeLatencyCycles,
                overheadCycles: memory.writeOverheadCycles),
            efficiency: memory.efficiency)
        return machine
    }

    /// 2^30 bytes a second of 64 MiB in one command.
    func simulatedRate(_ memory: Memory) throws -> Double {
        let bytes = 64 << 20
        let transfer = Transfer(
            externalAddress: 0, rows: 1, rowPitchBytes: bytes, rowBytes: bytes, buffer: .activationBuffer,
            bufferAddress: 0, chunkBytes: bytes, chunkPitchBytes: bytes)
        let command = Command(
            layer: 0, waits: [], signals: [], operation: access == .read ? .load(transfer) : .store(transfer))
        let timeline = try Timeline(simulating: [command], on: machine(memory))
        return Double(bytes) / Double(timeline.totalCycles) * 300e6 / 0x1p30
    }

    /// 2^30 bytes a second in closed form: the bus of one burst, or the round of those in flight.
    func closedFormRate(_ memory: Memory) -> Double {
        let moving = Double(beats * memory.efficiency.cycles) / Double(memory.efficiency.beats)
        let (waiting, overhead) =
            access == .read
            ? (memory.readLatencyCycles, memory.readOverheadCycles)
            : (memory.writeLatencyCycles + 1, memory.writeOverheadCycles)
        let cycles = max(moving + Double(overhead), (Double(waiting) + moving) / Double(outstanding))
        return Double(beats * portBytes) / cycles * 300e6 / 0x1p30
    }

    /// What `machines` prints as what long transfers reach, in 2^30 bytes a second.
    func statedRate(_ memory: Memory) -> Double {
        machine(memory).memory.reachedBytesPerCycle(access) * 300e6 / 0x1p30
    }
}
