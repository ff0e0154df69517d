package import Commands
package import MachineDescription
package import Timing

/// One burst on a bus of the external memory.
package struct GrantedBurst: Hashable, Sendable {
    /// Index of the load or store.
    package var command: Int
    package var engine: Engine
    package var issue: Int
    /// Cycles in which its beats move, each run without a gap in it.
    package var beats: [ClosedRange<Int>]
    /// Its last beat, or the response to a write.
    package var done: Int
}

/// Hands over the bursts of a timed stream that issue up to cycle `last`: on one bus in the order of their grants, on
/// two the loads' in theirs, then the stores'.
///
/// The starts of the transfers are known, so nothing waits for anything here; each transfer must end where the timeline
/// says, or the program stops.
package func replayBursts(
    of commands: [Command], timed timeline: Timeline, on memory: MemoryDescription, through last: Int,
    _ body: (GrantedBurst) -> Void
) {
    var channel = DMAChannel(memory)
    var load = TransferQueue(.load, commands, timeline, memory)
    var store = TransferQueue(.store, commands, timeline, memory)
    switch memory.duplex {
    case .full:
        while load.isAsking, load.issue(on: channel) <= last { load.grant(on: &channel, body) }
        channel = DMAChannel(memory)
        while store.isAsking, store.issue(on: channel) <= last { store.grant(on: &channel, body) }
    case .half:
        var lastGranted = Engine.store
        while true {
            let (read, write) = (load.issue(on: channel), store.issue(on: channel))
            guard load.isAsking || store.isAsking, min(read, write) <= last else { return }
            if read < write || read == write && lastGranted == .store {
                load.grant(on: &channel, body)
                lastGranted = .load
            } else {
                store.grant(on: &channel, body)
                lastGranted = .store
            }
        }
    }
}

/// The transfers of one engine in order, burst by burst.
private struct TransferQueue {
    private let engine: Engine
    private let access: MemoryAccess
    private let commands: [Command]
    private let timeline: Timeline
    private let memory: MemoryDescription
    private var index = -1
    /// Of the transfer whose next burst is asked for, and its start; nil where there is none.
    private var asking: (bursts: BurstSequence, start: Int)?

    init(_ engine: Engine, _ commands: [Command], _ timeline: Timeline, _ memory: MemoryDescription) {
        (self.engine, self.commands, self.timeline, self.memory) = (engine, commands, timeline, memory)
        access = engine == .load ? .read : .write
        next()
    }

    var isAsking: Bool { asking != nil }

    /// The cycle in which the next burst could issue; beyond all where there is none.
    func issue(on channel: DMAChannel) -> Int {
        asking.map { max(channel.nextIssue(access), $0.start) } ?? .max
    }

    mutating func grant(on channel: inout DMAChannel, _ body: (GrantedBurst) -> Void) {
        let (beats, holds) = (asking!.bursts.nextBeats, asking!.bursts.nextHolds)
        let burst = channel.issue(access, beats: beats, heldCycles: holds.reduce(0, +), request: asking!.start)
        asking!.bursts.advance()
        var runs: [ClosedRange<Int>] = []
        for cycle in channel.beatCycles(of: burst, beats: beats, holds: holds) {
            if let run = runs.last, run.upperBound + 1 == cycle {
                runs[runs.count - 1] = run.lowerBound...cycle
            } else {
                runs.append(cycle...cycle)
            }
        }
        body(GrantedBurst(command: index, engine: engine, issue: burst.issue, beats: runs, done: burst.done))
        guard asking!.bursts.isFinished else { return }
        precondition(
            burst.done == timeline.commands[index].end, "replayed transfer \(index) ends in cycle \(burst.done)")
        next()
    }

    private mutating func next() {
        asking = nil
        repeat { index += 1 } while index < commands.count && commands[index].engine != engine
        guard index < commands.count else { return }
        let start = timeline.commands[index].start
        switch commands[index].operation {
        case .load(let transfer), .store(let transfer): asking = (BurstSequence(transfer, on: memory), start)
        case .accumulate, .elementwise: preconditionFailure("the \(engine) engine gets transfers only")
        }
    }
}
