import FixedPoint
import MachineDescription

/// How long transfers keep the bus busy, in closed form. For the search only: the timeline counts every burst.
///
/// With `outstanding` bursts in flight a burst takes at least `(latency + beats) / outstanding` cycles, and each
/// transfer pays the latency once.
struct TransferEstimate {
    /// What moves in one direction.
    private struct Flow {
        var bytes = 0
        var bursts = 0
        var transfers = 0
        /// Cycles that words hold the bus beyond one each.
        var heldCycles = 0

        static func + (a: Flow, b: Flow) -> Flow {
            Flow(
                bytes: a.bytes + b.bytes, bursts: a.bursts + b.bursts, transfers: a.transfers + b.transfers,
                heldCycles: a.heldCycles + b.heldCycles)
        }

        func scaled(_ scale: (Int) -> Int) -> Flow {
            Flow(
                bytes: scale(bytes), bursts: scale(bursts), transfers: scale(transfers), heldCycles: scale(heldCycles))
        }
    }

    private var reads = Flow()
    private var writes = Flow()

    /// `count` equal transfers of `runs` contiguous runs of `runBytes`, whose addresses are multiples of `unit`.
    init(
        _ access: MemoryAccess, count: Int = 1, runs: Int, runBytes: Int, unit: Int, memory: MemoryDescription
    ) {
        // On the average over all multiples of `unit` a run touches (runBytes - unit) / burst + 1 bursts; runs of whole
        // aligned bursts join.
        let aligned = memory.burstBytes - min(unit.lowestPowerOfTwo, memory.burstBytes)
        let flow = Flow(
            bytes: count * runs * runBytes,
            bursts: count * max(1, ceilDivide(runs * (runBytes + aligned), by: memory.burstBytes)),
            transfers: count)
        if access == .read { reads = flow } else { writes = flow }
    }

    init() {}

    /// Bytes moved.
    var bytes: Int { reads.bytes + writes.bytes }

    /// Reads that are laid as windows take a cycle for each of their words at least.
    mutating func hold(windowWords: Int, memory: MemoryDescription) {
        reads.heldCycles = max(0, windowWords - ceilDivide(reads.bytes, by: memory.busBytes))
    }

    static func += (sum: inout TransferEstimate, estimate: TransferEstimate) {
        sum.reads = sum.reads + estimate.reads
        sum.writes = sum.writes + estimate.writes
    }

    func times(_ count: Int) -> TransferEstimate { scaled { $0 * count } }

    /// One of `count` equal parts.
    func part(of count: Int) -> TransferEstimate { scaled { ceilDivide($0, by: count) } }

    /// The same bytes and bursts in so many transfers.
    func inTransfers(_ count: Int) -> TransferEstimate {
        var estimate = self
        if reads.transfers > 0 { estimate.reads.transfers = count }
        if writes.transfers > 0 { estimate.writes.transfers = count }
        return estimate
    }

    private func scaled(_ scale: (Int) -> Int) -> TransferEstimate {
        var product = self
        product.reads = reads.scaled(scale)
        product.writes = writes.scaled(scale)
        return product
    }

    func cycles(_ memory: MemoryDescription) -> Int {
        func bus(_ flow: Flow, _ access: MemoryAccess) -> Int {
            let beats = ceilDivide(flow.bytes, by: memory.busBytes)
            return beats + flow.heldCycles + beats * memory.efficiency.gapCycles / memory.efficiency.beats
                + flow.bursts * memory[access].overheadCycles
        }
        func waits(_ flow: Flow, _ access: MemoryAccess) -> (bound: Int, first: Int) {
            let (latency, outstanding) = (memory[access].latencyCycles, memory[access].outstanding)
            let beats = ceilDivide(flow.bytes, by: memory.busBytes)
            return (
                (flow.bursts * latency + beats) / outstanding, flow.transfers * (latency - latency / outstanding)
            )
        }
        let (reading, writing) = (bus(reads, .read), bus(writes, .write))
        let (read, write) = (waits(reads, .read), waits(writes, .write))
        switch memory.duplex {
        case .half: return max(reading + writing, read.bound + write.bound) + read.first + write.first
        case .full: return max(max(reading, read.bound) + read.first, max(writing, write.bound) + write.first)
        }
    }
}

extension Int {
    /// The largest power of two that divides it; 1 << 30 for 0.
    fileprivate var lowestPowerOfTwo: Int { self == 0 ? 1 << 30 : self & -self }
}
