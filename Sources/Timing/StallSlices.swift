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
package func stallSlices(
    of commands: [Command], timed timeline: Timeline, on machine: MachineDescription
) -> [StallSlice] {
    let timings = timeline.commands
    let extents = layerExtents(of: commands.lazy.map { (layer: Int32($0.layer), engine: $0.engine) }, timings: timings)
    var attribution = StallAttribution(
        extents.map { ($0.timing.completion, $0.workEnd) },
        into: SliceCollection(layers: extents.map(\.timing.layer)))
    for (index, command) in commands.enumerated() {
        guard let cost = CommandCost(of: command, on: machine) else { continue }
        attribution.idle(to: timings[index].start, before: timings[index], timings: timings)
        attribution.busy(cost)
    }
    attribution.idle(to: timeline.totalCycles, before: nil, timings: timings)
    return attribution.sink.slices
}

/// Joins what follows each other for the same reason.
private struct SliceCollection: StallSink {
    private(set) var slices: [StallSlice] = []
    private let layers: [Int]

    init(layers: [Int]) { self.layers = layers }

    mutating func book(window: Int, reason: StallReason?, cycles: Range<Int>) {
        guard let reason else { return }
        let layer = layers[window]
        if let last = slices.last, last.cycles.upperBound == cycles.lowerBound, last.reason == reason,
            last.layer == layer
        {
            slices[slices.count - 1].cycles = last.cycles.lowerBound..<cycles.upperBound
        } else {
            slices.append(StallSlice(layer: layer, reason: reason, cycles: cycles))
        }
    }
}
