public import Commands

/// Three in-order queues and the semaphores between them.
///
/// Untimed but greedy: at every turn the first runnable command of load, then compute, then store is taken. Loads
/// therefore run as far ahead as their tokens let them, and a schedule that forgets a semaphore overwrites what was
/// still needed: wrong bits, as in silicon, not bits that happen to be right. One that forgets only to wait puts a
/// token too many, and is refused.
struct Sequencer {
    private(set) var tokens = (0..<SemaphoreSet.count).map { SemaphoreSet.initial.indices.contains($0) ? 1 : 0 }
    private var queues: [[Int]]
    private var heads: [Int]

    init(_ commands: [Command]) {
        queues = Engine.allCases.map { engine in commands.indices.filter { commands[$0].engine == engine } }
        heads = Engine.allCases.map { _ in 0 }
    }

    /// Takes the tokens of the next command and gives its index; nil when all have run.
    mutating func next(_ commands: [Command]) throws(MachineError) -> Int? {
        for engine in queues.indices where heads[engine] < queues[engine].count {
            let index = queues[engine][heads[engine]]
            let waits = commands[index].waits
            guard hasTokens(for: waits) else { continue }
            Sequencer.forEach(waits) { tokens[$0] -= 1 }
            heads[engine] += 1
            return index
        }
        let blocked = Engine.allCases.indices.filter { heads[$0] < queues[$0].count }.map { engine in
            let index = queues[engine][heads[engine]]
            let missing = commands[index].waits.indices.filter { tokens[$0] == 0 }.map(SemaphoreSet.name)
            return MachineError.BlockedCommand(index: index, engine: Engine.allCases[engine], semaphores: missing)
        }
        guard blocked.isEmpty else { throw .deadlock(blocked) }
        return nil
    }

    /// Puts one token into every semaphore that command `index` signals.
    mutating func finish(_ index: Int, signals: SemaphoreSet) throws(MachineError) {
        var full: Int?
        Sequencer.forEach(signals) { semaphore in
            if tokens[semaphore] == SemaphoreSet.largestTokens {
                full = full ?? semaphore
            } else {
                tokens[semaphore] += 1
            }
        }
        guard let full else { return }
        throw .semaphoreOverflow(command: index, semaphore: SemaphoreSet.name(full), tokens: tokens[full])
    }

    private func hasTokens(for waits: SemaphoreSet) -> Bool {
        var hasAll = true
        Sequencer.forEach(waits) { hasAll = hasAll && tokens[$0] > 0 }
        return hasAll
    }

    /// The semaphores of a set, ascending, without a list of them: this runs for every command.
    @inline(__always)
    private static func forEach(_ set: SemaphoreSet, _ body: (Int) -> Void) {
        var bits = set.rawValue
        while bits != 0 {
            body(bits.trailingZeroBitCount)
            bits &= bits - 1
        }
    }
}

/// A command stream that cannot run to its end.
public enum MachineError: Error, Equatable, CustomStringConvertible {
    /// No engine can go on: the first command of each queue that is left waits for a semaphore without tokens.
    case deadlock([BlockedCommand])
    /// A command signals a semaphore that holds `SemaphoreSet.largestTokens`.
    case semaphoreOverflow(command: Int, semaphore: String, tokens: Int)

    public struct BlockedCommand: Equatable, Sendable {
        public var index: Int
        public var engine: Engine
        /// The semaphores it waits for that hold no token.
        public var semaphores: [String]

        public init(index: Int, engine: Engine, semaphores: [String]) {
            self.index = index
            self.engine = engine
            self.semaphores = semaphores
        }
    }

    public var description: String {
        switch self {
        case .deadlock(let blocked):
            "deadlock: "
                + blocked.map {
                    "command \($0.index) (\($0.engine.rawValue)) waits for \($0.semaphores.joined(separator: ", "))"
                }.joined(separator: "; ")
        case .semaphoreOverflow(let command, let semaphore, let tokens):
            "command \(command) signals \(semaphore), which already holds \(tokens) tokens"
        }
    }
}
