import Commands

/// Takes every cycle of the compute engine, in ascending order, cut where a layer's window or a reason ends.
protocol StallSink {
    /// - Parameters:
    ///   - window: position among the layers.
    ///   - reason: nil for cycles that begin a step.
    ///   - cycles: never empty.
    mutating func book(window: Int, reason: StallReason?, cycles: Range<Int>)
}

/// Walks the compute engine's cycles from 0 to the end and books each one on the layer whose window it lies in.
///
///     layer       |<------- 0 ------->|<------------ 1 ------------>|
///     compute     ..####..####........................####..####.....
///                 L     B     S        S or L or D        B     S
///
///     L waitingForLoad, B bufferFull, S waitingForStore, D dependency
struct StallAttribution<Sink: StallSink> {
    private(set) var sink: Sink
    private let windows: [(completion: Int, workEnd: Int)]
    private var window = 0
    /// The first cycle that is not booked yet.
    private var cycle = 0

    init(_ windows: [(completion: Int, workEnd: Int)], into sink: Sink) {
        self.windows = windows
        self.sink = sink
    }

    /// Books a command: its fill, steps, conflicts and drain in this order.
    mutating func busy(_ cost: CommandCost) {
        book(cost.fillCycles, .fill)
        book(cost.computeCycles, nil)
        book(cost.bankConflictCycles, .bankConflict)
        book(cost.drainCycles, .drain)
    }

    /// Books the idle cycles before `end`, in which the compute engine waited to start `next` (nil: it had nothing more
    /// to do).
    mutating func idle(to end: Int, before next: CommandTiming?, timings: [CommandTiming]) {
        while cycle < end {
            skipPassedWindows()
            let (completion, workEnd) = windows[window]
            let reason: StallReason
            var last = min(end - 1, completion)
            if cycle > workEnd {
                reason = .waitingForStore
            } else {
                last = min(last, workEnd)
                (reason, last) = waiting(for: next, to: last, timings: timings)
            }
            pass(to: last + 1, reason)
        }
    }

    /// Why the engine waits in `cycle`, and to which cycle, `last` at most, the reason stays the same.
    private func waiting(for next: CommandTiming?, to last: Int, timings: [CommandTiming]) -> (StallReason, Int) {
        guard let next, next.boundBy >= 0 else { return (.waitingForLoad, last) }
        let semaphore = SemaphoreSet(rawValue: 1 << UInt32(next.boundBy))
        if semaphore == .outputFree(0) || semaphore == .outputFree(1) { return (.bufferFull, last) }
        if semaphore == .layerStored { return (.dependency, last) }
        guard next.boundByCommand >= 0 else { return (.waitingForLoad, last) }
        let load = timings[next.boundByCommand]
        if cycle < load.start, load.boundBy >= 0, SemaphoreSet(rawValue: 1 << UInt32(load.boundBy)) == .layerStored {
            return (.dependency, min(last, load.start - 1))
        }
        return (.waitingForLoad, last)
    }

    /// Passes `count` cycles on, cut at the ends of windows.
    private mutating func book(_ count: Int, _ reason: StallReason?) {
        let end = cycle + count
        while cycle < end {
            skipPassedWindows()
            pass(to: min(end, windows[window].completion + 1), reason)
        }
    }

    private mutating func pass(to end: Int, _ reason: StallReason?) {
        sink.book(window: window, reason: reason, cycles: cycle..<end)
        cycle = end
    }

    private mutating func skipPassedWindows() {
        while windows[window].completion < cycle { window += 1 }
    }
}
