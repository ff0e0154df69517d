/// One word of the command stream: what an engine does, what it waits for and what it signals.
///
/// Each engine takes its commands in order. A command starts when every semaphore in `waits` holds a token (and takes
/// one of each); when it ends it puts one token into every semaphore in `signals`.
public struct Command: Hashable, Sendable {
    /// Index of the layer it belongs to: by it saturated results and activity are counted. It affects no bit.
    public var layer: Int
    public var waits: SemaphoreSet
    public var signals: SemaphoreSet
    public var operation: Operation

    public enum Operation: Hashable, Sendable {
        /// External memory to a buffer.
        case load(Transfer)
        /// MAC array, then (on the last pass) post-processor or normalization unit, then codebook-mux.
        case accumulate(Accumulation)
        /// Element by element through the post-processor, or a copy.
        case elementwise(Elementwise)
        /// A buffer to external memory.
        case store(Transfer)
    }

    public init(layer: Int, waits: SemaphoreSet, signals: SemaphoreSet, operation: Operation) {
        self.layer = layer
        self.waits = waits
        self.signals = signals
        self.operation = operation
    }

    public var engine: Engine {
        switch operation {
        case .load: .load
        case .accumulate, .elementwise: .compute
        case .store: .store
        }
    }
}

/// The three in-order queues.
public enum Engine: String, CaseIterable, Hashable, Sendable {
    case load, compute, store
}
