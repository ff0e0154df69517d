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
    var extents = layerExtents(of: stream.entries, timings: timings)
    var attribution = StallAttribution(extents.map { ($0.timing.completion, $0.workEnd) })
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
        layer.computeCycles = attribution.computeCycles[i]
        layer.stallCycles = attribution.stallCycles[i]
        layer.issuedMACs = layer.activity.steps * stream.machine.macArray.macs
        return layer
    }
}

/// For each layer its completion, and the last end of its compute commands (of its loads, where it computes nothing).
private func layerExtents(
    of commands: [TimedStream.Entry], timings: [CommandTiming]
) -> [(timing: LayerTiming, workEnd: Int)] {
    var ends: [Int32: (all: Int, compute: Int, load: Int)] = [:]
    var (layer, end) = (Int32.min, (all: -1, compute: -1, load: -1))
    for index in commands.indices {
        if commands[index].layer != layer {
            if layer != .min { ends[layer] = end }
            layer = commands[index].layer
            end = ends[layer] ?? (-1, -1, -1)
        }
        end.all = max(end.all, timings[index].end)
        switch commands[index].engine {
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
