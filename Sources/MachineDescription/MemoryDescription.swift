/// The external memory as the DMA engines see it: a bus, bursts in flight, and what each costs. `docs/timing.md` has
/// the
/// rules.
public struct MemoryDescription: Hashable, Sendable {
    /// Width of the bus, of each where there are two: bytes a beat.
    public var busBytes: Int
    /// Row pitches of tensors in external memory are rounded up to this.
    public var alignmentBytes: Int
    /// The longest burst; none crosses a multiple of it.
    public var burstBytes: Int
    public var duplex: Duplex
    public var read: MemoryDirection
    public var write: MemoryDirection
    /// How many cycles of the bus move a beat while bursts do.
    public var efficiency: MemoryEfficiency

    /// Whether loads and stores share a bus.
    public enum Duplex: String, CaseIterable, Hashable, Sendable {
        /// One bus for both, data in the order of issue.
        case half
        /// A bus each.
        case full
    }

    public init(
        busBytes: Int, alignmentBytes: Int, burstBytes: Int, duplex: Duplex = .half, read: MemoryDirection,
        write: MemoryDirection, efficiency: MemoryEfficiency = .full
    ) {
        self.busBytes = busBytes
        self.alignmentBytes = alignmentBytes
        self.burstBytes = burstBytes
        self.duplex = duplex
        self.read = read
        self.write = write
        self.efficiency = efficiency
    }

    /// Bus words of a whole burst.
    public var burstBeats: Int { burstBytes / busBytes }

    /// Of all buses.
    public var peakBytesPerCycle: Int { duplex == .half ? busBytes : 2 * busBytes }

    public subscript(access: MemoryAccess) -> MemoryDirection {
        get { access == .read ? read : write }
        set {
            switch access {
            case .read: read = newValue
            case .write: write = newValue
            }
        }
    }
}

/// What a burst does: loads read, stores write.
public enum MemoryAccess: String, CaseIterable, Hashable, Sendable { case read, write }

/// Bursts of one direction.
public struct MemoryDirection: Hashable, Sendable {
    /// Bursts in flight.
    public var outstanding: Int
    /// Of a read from its issue to its first word, of a write from its last word to its response.
    public var latencyCycles: Int
    /// Cycles in which the bus is lost behind each burst.
    public var overheadCycles: Int

    public init(outstanding: Int, latencyCycles: Int, overheadCycles: Int = 0) {
        self.outstanding = outstanding
        self.latencyCycles = latencyCycles
        self.overheadCycles = overheadCycles
    }
}

/// `beats` of every `cycles` cycles move data: after so many beats the bus rests for the others.
public struct MemoryEfficiency: Hashable, Sendable {
    /// p, at least 1.
    public var beats: Int
    /// q, at least p, at most 64.
    public var cycles: Int

    public init(beats: Int, cycles: Int) {
        self.beats = beats
        self.cycles = cycles
    }

    /// A beat in every cycle.
    public static let full = MemoryEfficiency(beats: 1, cycles: 1)

    /// q - p: cycles of rest for every `beats` beats.
    public var gapCycles: Int { cycles - beats }

    /// The largest q that a machine file may say.
    static let mostCycles = 64

    public var text: String { "\(beats)/\(cycles)" }
}
