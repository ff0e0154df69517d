import FixedPoint

/// What long transfers of whole bursts reach.
///
///     round   of the bursts in flight: latency + beats (a write one cycle more: it is issued the cycle after)
///     bus     beats + overhead of each burst; beats count q / p
///
/// Exact where a burst rests for as many cycles as every other (p divides beats (q - p)); otherwise by the average
/// rest,
/// and a round may take up to a cycle a burst more.
extension MemoryDescription {
    /// The longest burst that a machine file may say, in bytes: none crosses 4 KiB.
    static let longestBurstBytes = 4_096
    /// The most beats of a burst.
    static let mostBurstBeats = 256

    /// Cycles that a burst waits for, whatever its length.
    private func waitCycles(_ access: MemoryAccess) -> Int {
        access == .read ? read.latencyCycles : write.latencyCycles + 1
    }

    /// Cycles of a whole burst's beats, times p.
    private var scaledBeatCycles: Int { burstBeats * efficiency.cycles }

    /// Cycles that the bus is taken by a whole burst, times p.
    private func scaledBusCycles(_ access: MemoryAccess) -> Int {
        scaledBeatCycles + self[access].overheadCycles * efficiency.beats
    }

    private func scaledRoundCycles(_ access: MemoryAccess) -> Int {
        waitCycles(access) * efficiency.beats + scaledBeatCycles
    }

    /// Bursts in flight that keep the bus busy: while one waits and moves, the others must move.
    public func outstandingThatFillTheBus(_ access: MemoryAccess) -> Int {
        ceilDivide(scaledRoundCycles(access), by: scaledBusCycles(access))
    }

    public func fillsTheBus(_ access: MemoryAccess) -> Bool {
        self[access].outstanding >= outstandingThatFillTheBus(access)
    }

    /// Bytes a cycle of the bus that is never short of bursts.
    public func fullBytesPerCycle(_ access: MemoryAccess) -> Double {
        Double(burstBytes * efficiency.beats) / Double(scaledBusCycles(access))
    }

    /// Bytes a cycle of a long transfer of whole bursts.
    public func reachedBytesPerCycle(_ access: MemoryAccess) -> Double {
        fillsTheBus(access)
            ? fullBytesPerCycle(access)
            : Double(self[access].outstanding * burstBytes * efficiency.beats) / Double(scaledRoundCycles(access))
    }

    /// Cycles in which so many bytes can move at best, by bus words and efficiency alone; on one bus or on two.
    public func leastCycles(reading: Int, writing: Int) -> Int {
        func cycles(_ bytes: Int) -> Int {
            let beats = ceilDivide(bytes, by: busBytes)
            return beats + beats * efficiency.gapCycles / efficiency.beats
        }
        switch duplex {
        case .half: return cycles(reading + writing)
        case .full: return max(cycles(reading), cycles(writing))
        }
    }

    /// Cycles that so many bytes take at the rates that long transfers reach.
    public func reachedCycles(reading: Int, writing: Int) -> Double {
        let (reads, writes) = (
            Double(reading) / reachedBytesPerCycle(.read), Double(writing) / reachedBytesPerCycle(.write)
        )
        return duplex == .half ? reads + writes : max(reads, writes)
    }

    /// What keeps the bus from being full, and what would fill it; nil where it is.
    public func unfilledBus(_ access: MemoryAccess) -> String? {
        guard !fillsTheBus(access) else { return nil }
        let (bytes, best) = (reachedBytesPerCycle(access), fullBytesPerCycle(access))
        return """
            DMA \(access.rawValue)s reach \(Self.text(bytes, below: best)) of \(Self.text(best)) bytes per cycle: \
            \(filling(access))
            """
    }

    /// The shortest bursts, a power of two, of which as many in flight as a file may say fill the bus; nil where none
    /// do.
    private func longerBursts(_ access: MemoryAccess) -> MemoryDescription? {
        var longer = self
        while longer.burstBytes * 2 <= min(Self.longestBurstBytes, Self.mostBurstBeats * busBytes) {
            longer.burstBytes *= 2
            if longer.outstandingThatFillTheBus(access) <= Self.outstandingRange.upperBound { return longer }
        }
        return nil
    }

    /// What would fill the bus, within what a machine file may say.
    private func filling(_ access: MemoryAccess) -> String {
        let (needed, outstanding) = (outstandingThatFillTheBus(access), self[access].outstanding)
        let most = Self.outstandingRange.upperBound
        if needed <= most {
            return "\(needed) bursts in flight would fill the bus, \(outstanding) \(outstanding == 1 ? "is" : "are")"
        }
        guard let longer = longerBursts(access) else {
            return "no \(most) bursts in flight fill the bus; a lower latency would help"
        }
        return """
            bursts of \(longer.burstBytes) bytes, \(longer.outstandingThatFillTheBus(access)) in flight, would fill \
            the bus; bursts have \(burstBytes) bytes and \(outstanding) \(outstanding == 1 ? "is" : "are") in flight
            """
    }

    /// The nearest tenth; below a tenth, the first digit that is not 0.
    ///
    /// - Parameter best: what the number may not be rounded to.
    private static func text(_ value: Double, below best: Double = .infinity) -> String {
        let limit = best == .infinity ? Int.max : Int((best * 10).rounded()) - 1
        let tenths = min(Int((value * 10).rounded()), limit)
        if tenths > 0 { return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)" }
        var (digit, zeros) = (value * 10, "0.")
        while digit < 0.95 {
            digit *= 10
            zeros += "0"
        }
        return zeros + "\(Int(digit.rounded()))"
    }
}
