import CThreadTeam
import Synchronization

/// Threads that share work: the caller, who leads, and workers that stay alive between one piece of work and the next.
///
///     leader   ──round──────────┬──┬──┐            ┌──round──┬──┐
///     worker   ...watching......└──┴──┘ ──task──── ┘......└──┘
///
/// A round is worth sharing from a few microseconds on. One thread leads at a time. What a round computes must not
/// depend on which thread took which unit.
public final class ThreadTeam: @unchecked Sendable {
    /// The leader included.
    public let threads: Int
    // One thread leads at a time: the contract of the C side, which synchronizes the rest.
    private let team: OpaquePointer

    /// - Parameter threads: at least 1.
    public init(threads: Int) {
        precondition(threads >= 1, "\(threads) threads")
        self.threads = threads
        team = intaglio_team_create(Int64(threads))
    }

    deinit {
        finishTasks()
        intaglio_team_destroy(team)
    }

    /// Units of one round.
    public static let largestUnits = 1 << 20 - 1

    /// Runs `body(thread, unit)` for every unit of `0..<units`, once, on whichever thread is free; 0 is the leader.
    /// Returns when all are done.
    ///
    /// The leader begins at the front and the first worker at the back, so that in round after round each meets the
    /// data that it had before.
    public func share(_ units: Int, _ body: (_ thread: Int, _ unit: Int) -> Void) {
        guard threads > 1, units > 1 else {
            for unit in 0..<units { body(0, unit) }
            return
        }
        precondition(units <= ThreadTeam.largestUnits, "\(units) units in one round")
        withoutActuallyEscaping(body) { body in
            var body = body
            withUnsafeMutablePointer(to: &body) { pointer in
                intaglio_team_round(
                    team, Int64(units),
                    { team, context, thread, first in
                        // Taken out once a share: threads that count references to one closure wait for each other.
                        let body = context!.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee
                        var unit = first
                        while unit >= 0 {
                            body(Int(thread), Int(unit))
                            unit = intaglio_team_next(team, thread)
                        }
                    }, pointer)
            }
        }
    }

    /// Has a worker run `task` while there is no round to share; a team of one runs it at once.
    public func add(_ task: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Task(task))
        intaglio_team_add(team, { Unmanaged<Task>.fromOpaque($0!).takeRetainedValue().body() }, box.toOpaque())
    }

    /// Begins `body` on a worker. The result waits for all tasks.
    public func begin<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Pending<Result> {
        let pending = Pending<Result>(team: self)
        add { pending.result.withLock { $0 = body() } }
        return pending
    }

    /// The result of a task, which is there once the task is done.
    public final class Pending<Result: Sendable>: Sendable {
        private let team: ThreadTeam
        fileprivate let result = Mutex<Result?>(nil)

        fileprivate init(team: ThreadTeam) { self.team = team }

        public func get() -> Result {
            team.finishTasks()
            return result.withLock { $0! }
        }
    }

    /// Returns when all tasks are done.
    public func finishTasks() { intaglio_team_finish(team) }

    private final class Task {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
