import Commands

/// Takes every cycle of the compute engine, in ascending order, cut where a layer's window or a reason ends.
protocol StallSink {
    /// - Parameters:
    ///   - layer: index of the layer, as in `Command.layer`.
    ///   - reason: nil for cycles that begin a step.
    ///   - cycles: never empty.
    mutating func book(layer: Int, reason: StallReason?, cycles: Range<Int>)
}

/// The cycles of a layer, or of layers that run together: from the completion of those before to its own.
struct StallWindow {
    /// The layers, in ascending order.
    var layers: Range<Int>
    var completion: Int
    /// Last end of its compute commands (of its loads, where it computes nothing).
    var workEnd: Int
}

/// Walks the compute engine's cycles from 0 to the end and books each one on the layer whose window it lies in. Of
/// layers that run together on the one whose command runs or comes next; where that is another window's, on the last.
///
///     layer       |<------- 0 ------->|<------------ 1 ------------>|
///     compute     ..####..####........................####..####.....
///                 L     B     S        S or L or D        B     S
///
///     L waitingForLoad, B bufferFull, S waitingForStore, D dependency
struct StallAttribution<Sink: StallSink> {
    private(set) var sink: Sink
    private let windows: [StallWindow]
    private var window = 0
    /// The first cycle that is not booked yet.
    private var cycle = 0

    init(_ windows: [StallWindow], into sink: Sink) {
        self.windows = windows
        self.sink = sink
    }

    /// Books a command: its fill, steps, conflicts and drain in this order.
    mutating func busy(_ cost: CommandCost, layer: Int) {
        book(cost.fillCycles, .fill, layer)
        book(cost.computeCycles, nil, layer)
        book(cost.bankConflictCycles, .bankConflict, layer)
        book(cost.drainCycles, .drain, layer)
    }

    /// Books the idle cycles before `end`, in which the compute engine waited to start `next` (nil: it had nothing more
    /// to do).
    ///
    /// - Parameter layer: of `next`; anything where there is none.
    mutating func idle(to end: Int, before next: CommandTiming?, layer: Int, timings: [CommandTiming]) {
        while cycle < end {
            skipPassedWindows()
            let reason: StallReason
            var last = min(end - 1, windows[window].completion)
            if cycle > windows[window].workEnd {
                reason = .waitingForStore
            } else {
                last = min(last, windows[window].workEnd)
                (reason, last) = waiting(for: next, to: last, timings: timings)
            }
            pass(to: last + 1, reason, layer)
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
    private mutating func book(_ count: Int, _ reason: StallReason?, _ layer: Int) {
        let end = cycle + count
        while cycle < end {
            skipPassedWindows()
            pass(to: min(end, windows[window].completion + 1), reason, layer)
        }
    }

    private mutating func pass(to end: Int, _ reason: StallReason?, _ layer: Int) {
        let layers = windows[window].layers
        sink.book(layer: layers.contains(layer) ? layer : layers.upperBound - 1, reason: reason, cycles: cycle..<end)
        cycle = end
    }

    private mutating func skipPassedWindows() {
        while windows[window].completion < cycle { window += 1 }
    }
}
