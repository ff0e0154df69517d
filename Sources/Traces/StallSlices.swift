package import Commands
package import MachineDescription
package import Timing

/// Consecutive cycles of one layer's window in which the compute engine began no step for one reason.
package struct StallSlice: Hashable, Sendable {
    package var layer: Int
    package var reason: StallReason
    package var cycles: Range<Int>
}

/// Every cycle that `LayerTiming.stallCycles` counts, as slices in ascending order: the sums over a layer's slices are
/// its counts.
package func stallSlices(
    of commands: [Command], timed timeline: Timeline, on machine: MachineDescription
) -> [StallSlice] {
    var walk = StallWalk(commands, timeline)
    for (index, command) in commands.enumerated() {
        guard let cost = CommandCost(of: command, on: machine) else { continue }
        walk.idle(to: timeline.commands[index].start, before: timeline.commands[index])
        for phase in cost.phases { walk.book(phase.cycles, phase.reason) }
    }
    walk.idle(to: timeline.totalCycles, before: nil)
    return walk.slices
}

extension CommandCost {
    /// A command's cycles in the order in which they are booked; no reason for those that begin a step.
    var phases: [(reason: StallReason?, cycles: Int)] {
        [(.fill, fillCycles), (nil, computeCycles), (.bankConflict, bankConflictCycles), (.drain, drainCycles)]
    }
}

/// The compute engine's cycles from 0 on, cut where a layer's window ends.
private struct StallWalk {
    private(set) var slices: [StallSlice] = []
    private let timeline: Timeline
    /// For each layer the last end of its compute commands, or of its loads where it computes nothing.
    private var workEnds: [Int]
    private var window = 0
    /// The first cycle that is not booked yet.
    private var cycle = 0

    init(_ commands: [Command], _ timeline: Timeline) {
        self.timeline = timeline
        let positions = Dictionary(uniqueKeysWithValues: timeline.layers.enumerated().map { ($1.layer, $0) })
        var ends: [Engine: [Int]] = [.load: [], .compute: [], .store: []].mapValues { _ in
            Array(repeating: -1, count: timeline.layers.count)
        }
        for (index, command) in commands.enumerated() {
            let layer = positions[command.layer]!
            ends[command.engine]![layer] = max(ends[command.engine]![layer], timeline.commands[index].end)
        }
        workEnds = zip(ends[.compute]!, ends[.load]!).map { $0 >= 0 ? $0 : $1 }
    }

    mutating func book(_ count: Int, _ reason: StallReason?) {
        let end = cycle + count
        while cycle < end {
            let last = min(end, windowEnd)
            append(reason, to: last)
        }
    }

    mutating func idle(to end: Int, before next: CommandTiming?) {
        while cycle < end {
            let windowEnd = windowEnd
            if cycle > workEnds[window] {
                append(.waitingForStore, to: min(end, windowEnd))
            } else {
                let last = min(end, windowEnd, workEnds[window] + 1)
                guard let next, let semaphore = next.semaphore else {
                    append(.waitingForLoad, to: last)
                    continue
                }
                if semaphore == .outputFree(0) || semaphore == .outputFree(1) {
                    append(.bufferFull, to: last)
                } else if semaphore == .layerStored {
                    append(.dependency, to: last)
                } else if next.boundByCommand >= 0, cycle < timeline.commands[next.boundByCommand].start,
                    timeline.commands[next.boundByCommand].semaphore == .layerStored
                {
                    append(.dependency, to: min(last, timeline.commands[next.boundByCommand].start))
                } else {
                    append(.waitingForLoad, to: last)
                }
            }
        }
    }

    /// First cycle after the window that `cycle` lies in.
    private var windowEnd: Int {
        mutating get {
            while timeline.layers[window].completion < cycle { window += 1 }
            return timeline.layers[window].completion + 1
        }
    }

    private mutating func append(_ reason: StallReason?, to end: Int) {
        defer { cycle = end }
        guard let reason else { return }
        let layer = timeline.layers[window].layer
        if let last = slices.last, last.cycles.upperBound == cycle, last.reason == reason, last.layer == layer {
            slices[slices.count - 1].cycles = last.cycles.lowerBound..<end
        } else {
            slices.append(StallSlice(layer: layer, reason: reason, cycles: cycle..<end))
        }
    }
}

extension CommandTiming {
    /// The semaphore whose token came last.
    fileprivate var semaphore: SemaphoreSet? { boundBy < 0 ? nil : SemaphoreSet(rawValue: 1 << UInt32(boundBy)) }
}
