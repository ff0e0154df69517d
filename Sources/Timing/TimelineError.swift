public import Commands

/// Why a command stream cannot be timed. Whoever lowered the schedule turns it into a diagnostic.
public enum TimelineError: Error, Hashable, Sendable {
    /// Nothing can start any more: the first command of an engine that cannot, its layer, and the names of the
    /// semaphores that hold no token for it.
    case deadlock(command: Int, layer: Int, engine: Engine, missing: [String])
    /// A command ends and signals a semaphore that still holds `SemaphoreSet.largestTokens` in that cycle: its index in
    /// the stream, and the semaphore's name.
    case semaphoreOverflow(command: Int, name: String)
    /// Two engines wait for, or signal, one semaphore: which of them comes first is not defined.
    case semaphoreShared(name: String, first: Engine, second: Engine, command: Int)
}
