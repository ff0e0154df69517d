package import Commands
package import MachineDescription
package import Timing

/// One burst on the DMA channel.
package struct GrantedBurst: Hashable, Sendable {
    /// Index of the load or store.
    package var command: Int
    package var engine: Engine
    package var issue: Int
    /// Cycles in which its beats move.
    package var beats: ClosedRange<Int>
}

/// Hands over the bursts of a timed stream that issue up to cycle `last`, in the order of their grants.
///
/// The starts of the transfers are known, so nothing waits for anything here; each transfer must end where the timeline
/// says, or the program stops.
package func replayBursts(
    of commands: [Command], timed timeline: Timeline, on dma: DMADescription, through last: Int,
    _ body: (GrantedBurst) -> Void
) {
    var channel = DMAChannel(dma)
    var load = TransferQueue(.load, commands, timeline, dma)
    var store = TransferQueue(.store, commands, timeline, dma)
    var lastGranted = Engine.store
    while true {
        let (loadStart, storeStart) = (load.start, store.start)
        let earliest = min(loadStart, storeStart)
        let issue = max(channel.nextIssue, earliest)
        guard earliest < .max, issue <= last else { return }
        // An idle channel forgets whose turn it was.
        if channel.nextIssue < earliest { lastGranted = .store }
        let bothAsk = max(loadStart, storeStart) <= issue
        let isLoad = bothAsk ? lastGranted == .store : loadStart <= issue
        lastGranted = isLoad ? .load : .store
        if isLoad { load.grant(on: &channel, at: issue, body) } else { store.grant(on: &channel, at: issue, body) }
    }
}

/// The transfers of one engine in order, burst by burst.
private struct TransferQueue {
    private let engine: Engine
    private let commands: [Command]
    private let timeline: Timeline
    private let dma: DMADescription
    private var index = -1
    private var bursts: BurstSequence?
    /// Start of the transfer whose next burst is asked for; `.max` where there is none.
    private(set) var start = Int.max

    init(_ engine: Engine, _ commands: [Command], _ timeline: Timeline, _ dma: DMADescription) {
        (self.engine, self.commands, self.timeline, self.dma) = (engine, commands, timeline, dma)
        next()
    }

    mutating func grant(on channel: inout DMAChannel, at issue: Int, _ body: (GrantedBurst) -> Void) {
        let beats = bursts!.nextBeats
        channel.issue(beats: beats, request: start)
        bursts!.advance()
        body(
            GrantedBurst(
                command: index, engine: engine, issue: issue, beats: channel.lastDone - beats + 1...channel.lastDone))
        guard bursts!.isFinished else { return }
        precondition(
            channel.lastDone == timeline.commands[index].end,
            "replayed transfer \(index) ends in cycle \(channel.lastDone)")
        next()
    }

    private mutating func next() {
        (bursts, start) = (nil, .max)
        repeat { index += 1 } while index < commands.count && commands[index].engine != engine
        guard index < commands.count else { return }
        start = timeline.commands[index].start
        switch commands[index].operation {
        case .load(let transfer), .store(let transfer): bursts = BurstSequence(transfer, on: dma)
        case .accumulate, .elementwise: preconditionFailure("the \(engine) engine gets transfers only")
        }
    }
}
