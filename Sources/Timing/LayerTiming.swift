public import Commands
import MachineDescription

/// Time and work of one layer.
///
/// The cycles run from the completion of the layers before to its own, so that they sum to the total; a layer completes
/// with the last end among its commands and those of the layers before.
/// `computeCycles + stallCycles.total == simulatedCycles`.
public struct LayerTiming: Hashable, Sendable {
    /// Index of the layer, as in `Command.layer`.
    public var layer: Int
    /// Last cycle of the layer.
    public var completion: Int
    public var simulatedCycles = 0
    /// Cycles in which the compute engine began a step.
    public var computeCycles = 0
    public var stallCycles = StallCycles()
    /// Sum over the layer's commands.
    public var activity = UnitActivity()
    /// Multiplications issued, padding and ragged lanes included.
    public var issuedMACs = 0

    init(layer: Int, completion: Int) {
        self.layer = layer
        self.completion = completion
    }
}

/// The layers of a timed stream, by ascending index.
func layerTimings(of stream: TimedStream, timings: [CommandTiming]) -> [LayerTiming] {
    var extents = layerExtents(of: stream.entries.lazy.map { (layer: $0.layer, engine: $0.engine) }, timings: timings)
    var attribution = StallAttribution(
        extents.map { ($0.timing.completion, $0.workEnd) }, into: StallSums(layers: extents.count))
    for index in stream.entries.indices {
        guard let cost = stream.entries[index].cost else { continue }
        attribution.idle(to: timings[index].start, before: timings[index], timings: timings)
        attribution.busy(cost)
    }
    attribution.idle(to: (extents.last?.timing.completion ?? -1) + 1, before: nil, timings: timings)

    for (layer, activity) in stream.activities {
        extents[extents.firstIndex { $0.timing.layer == layer }!].timing.activity = activity
    }
    return extents.indices.map { i in
        var layer = extents[i].timing
        layer.simulatedCycles = layer.completion - (i == 0 ? -1 : extents[i - 1].timing.completion)
        layer.computeCycles = attribution.sink.computeCycles[i]
        layer.stallCycles = attribution.sink.stallCycles[i]
        layer.issuedMACs = layer.activity.steps * stream.machine.macArray.macs
        return layer
    }
}

/// For each layer its completion, and the last end of its compute commands (of its loads, where it computes nothing).
///
/// - Parameter commands: layer and engine of each.
func layerExtents(
    of commands: some Collection<(layer: Int32, engine: Engine)>, timings: [CommandTiming]
) -> [(timing: LayerTiming, workEnd: Int)] {
    var ends: [Int32: (all: Int, compute: Int, load: Int)] = [:]
    var (layer, end) = (Int32.min, (all: -1, compute: -1, load: -1))
    for (index, command) in commands.enumerated() {
        if command.layer != layer {
            if layer != .min { ends[layer] = end }
            layer = command.layer
            end = ends[layer] ?? (-1, -1, -1)
        }
        end.all = max(end.all, timings[index].end)
        switch command.engine {
        case .compute: end.compute = max(end.compute, timings[index].end)
        case .load: end.load = max(end.load, timings[index].end)
        case .store: break
        }
    }
    if layer != .min { ends[layer] = end }
    var completion = -1
    return ends.keys.sorted().map { layer in
        let end = ends[layer]!
        completion = max(completion, end.all)
        return (LayerTiming(layer: Int(layer), completion: completion), end.compute >= 0 ? end.compute : end.load)
    }
}

/// Cycles of each layer, by reason.
private struct StallSums: StallSink {
    private(set) var computeCycles: [Int]
    private(set) var stallCycles: [StallCycles]

    init(layers: Int) {
        computeCycles = [Int](repeating: 0, count: layers)
        stallCycles = [StallCycles](repeating: StallCycles(), count: layers)
    }

    mutating func book(window: Int, reason: StallReason?, cycles: Range<Int>) {
        if let reason {
            stallCycles[window][reason] += cycles.count
        } else {
            computeCycles[window] += cycles.count
        }
    }
}
