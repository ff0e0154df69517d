/// A set of semaphores, one bit each.
///
///     half h of a buffer:   Free ──load takes──> (being filled) ──load signals──> Full
///                           Full ──compute takes──> (being read) ──compute signals──> Free
///
/// At the start every semaphore of free halves holds one token and every other none. Output halves go the same way with
/// compute as the producer and store as the consumer.
public struct SemaphoreSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static func parametersFull(_ half: Int) -> SemaphoreSet { bit(0 + half) }
    public static func parametersFree(_ half: Int) -> SemaphoreSet { bit(2 + half) }
    public static func weightsFull(_ half: Int) -> SemaphoreSet { bit(4 + half) }
    public static func weightsFree(_ half: Int) -> SemaphoreSet { bit(6 + half) }
    public static func inputFull(_ half: Int) -> SemaphoreSet { bit(8 + half) }
    public static func inputFree(_ half: Int) -> SemaphoreSet { bit(10 + half) }
    public static func outputFull(_ half: Int) -> SemaphoreSet { bit(12 + half) }
    public static func outputFree(_ half: Int) -> SemaphoreSet { bit(14 + half) }
    /// Signalled by the last store of a layer, taken by the first load of the next that reads activations.
    public static let layerStored = bit(16)

    /// Signalled when the weights and parameters of layer `index` of a group lie on chip, where they stay as long as
    /// the group runs; taken by the layer's first command. 0 <= index < `mostResident`.
    public static func resident(_ index: Int) -> SemaphoreSet { bit(17 + index) }
    public static let mostResident = 14

    /// Number of semaphores.
    public static let count = 31
    /// Tokens that a semaphore holds at most: whoever puts one waits first for what says that the one before was
    /// taken. A command stream that puts another is refused by machine, timeline and RTL (`intaglio_sequencer`, which
    /// keeps one bit for each semaphore).
    public static let largestTokens = 1
    /// Those that hold one token at the start.
    public static let initial: SemaphoreSet = [
        parametersFree(0), parametersFree(1), weightsFree(0), weightsFree(1), inputFree(0), inputFree(1), outputFree(0),
        outputFree(1),
    ]

    private static func bit(_ index: Int) -> SemaphoreSet { SemaphoreSet(rawValue: 1 << UInt32(index)) }

    /// The indices of the semaphores in the set, ascending: 0 ..< `count`.
    public var indices: [Int] { (0..<SemaphoreSet.count).filter { rawValue & (1 << UInt32($0)) != 0 } }

    /// The name of semaphore `index`, for diagnostics and timelines.
    public static func name(_ index: Int) -> String {
        guard index < 16 else { return index == 16 ? "layerStored" : "resident\(index - 17)" }
        return [
            "parametersFull", "parametersFree", "weightsFull", "weightsFree", "inputFull", "inputFree", "outputFull",
            "outputFree",
        ][index / 2] + "\(index % 2)"
    }
}
