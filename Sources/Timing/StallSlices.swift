package import Commands
package import MachineDescription

/// Consecutive cycles of one layer's window in which the compute engine began no step for one reason.
package struct StallSlice: Hashable, Sendable {
    package var layer: Int
    package var reason: StallReason
    package var cycles: Range<Int>
}

/// Every cycle that `LayerTiming.stallCycles` counts, as slices in ascending order: the sums over a layer's slices are
/// its counts.
///
/// - Parameter groups: of layers that run together.
package func stallSlices(
    of commands: [Command], groups: [Range<Int>], timed timeline: Timeline, on machine: MachineDescription
) -> [StallSlice] {
    let timings = timeline.commands
    let windows = stallWindows(
        of: commands.lazy.map { (layer: Int32($0.layer), engine: $0.engine) }, groups: groups, timings: timings)
    var attribution = StallAttribution(windows, into: SliceCollection())
    for (index, command) in commands.enumerated() {
        guard let cost = CommandCost(of: command, on: machine) else { continue }
        attribution.idle(
            to: timings[index].start, before: timings[index], layer: command.layer, timings: timings)
        attribution.busy(cost, layer: command.layer)
    }
    attribution.idle(to: timeline.totalCycles, before: nil, layer: -1, timings: timings)
    return attribution.sink.slices
}

/// Joins what follows each other for the same reason.
private struct SliceCollection: StallSink {
    private(set) var slices: [StallSlice] = []

    mutating func book(layer: Int, reason: StallReason?, cycles: Range<Int>) {
        guard let reason else { return }
        if let last = slices.last, last.cycles.upperBound == cycles.lowerBound, last.reason == reason,
            last.layer == layer
        {
            slices[slices.count - 1].cycles = last.cycles.lowerBound..<cycles.upperBound
        } else {
            slices.append(StallSlice(layer: layer, reason: reason, cycles: cycles))
        }
    }
}
