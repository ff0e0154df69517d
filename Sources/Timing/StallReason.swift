/// Why the compute engine did not begin a step in a cycle.
public enum StallReason: String, CaseIterable, Hashable, Sendable {
    /// Its operands are still being loaded.
    case waitingForLoad
    /// All its work on the layer is done and the last results are still being stored.
    case waitingForStore
    /// A step took more than a cycle, because a bank was asked for several words or the weights of a step take several
    /// cycles to read.
    case bankConflict
    /// The load it waits for itself waited for another layer's result.
    case dependency
    /// No half of the output buffer was free: the store is behind.
    case bufferFull
    /// Command decode, operand read, and the registers of the pipeline.
    case fill
    /// The post-processor, the encoder, the normalization unit or the accumulator buffer took longer than the steps of
    /// the next group; and the last group's way out.
    case drain
}

/// Cycles by stall reason.
public struct StallCycles: Hashable, Sendable {
    private var cycles = [Int](repeating: 0, count: StallReason.allCases.count)

    public init() {}

    public subscript(reason: StallReason) -> Int {
        get { cycles[reason.index] }
        set { cycles[reason.index] = newValue }
    }

    public var total: Int { cycles.reduce(0, +) }
}

extension StallReason {
    fileprivate var index: Int {
        switch self {
        case .waitingForLoad: 0
        case .waitingForStore: 1
        case .bankConflict: 2
        case .dependency: 3
        case .bufferFull: 4
        case .fill: 5
        case .drain: 6
        }
    }
}
