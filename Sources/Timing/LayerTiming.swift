public import Commands
import MachineDescription

/// Time and work of one layer.
///
/// The cycles run from the completion of the layers before to its own, so that they sum to the total; a layer completes
/// with the last end among its commands and those of the layers before. Layers that run together complete together, and
/// share the cycles by whose command runs or comes next.
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
    let windows = stallWindows(
        of: stream.entries.lazy.map { (layer: $0.layer, engine: $0.engine) }, groups: stream.groups, timings: timings)
    var attribution = StallAttribution(windows, into: StallSums())
    for index in stream.entries.indices {
        guard let cost = stream.entries[index].cost else { continue }
        let layer = Int(stream.entries[index].layer)
        attribution.idle(to: timings[index].start, before: timings[index], layer: layer, timings: timings)
        attribution.busy(cost, layer: layer)
    }
    attribution.idle(to: (windows.last?.completion ?? -1) + 1, before: nil, layer: -1, timings: timings)

    let activities = Dictionary(uniqueKeysWithValues: stream.activities.map { ($0.layer, $0.activity) })
    return windows.flatMap { window in
        window.layers.map { index in
            var layer = LayerTiming(layer: index, completion: window.completion)
            let sums = attribution.sink.byLayer[index] ?? (0, StallCycles())
            (layer.computeCycles, layer.stallCycles) = sums
            layer.simulatedCycles = sums.0 + sums.1.total
            layer.activity = activities[index] ?? UnitActivity()
            layer.issuedMACs = layer.activity.steps * stream.machine.macArray.macs
            return layer
        }
    }
}

/// For each layer that occurs, or layers that run together, when its cycles end.
///
/// - Parameters:
///   - commands: layer and engine of each.
///   - groups: of layers that run together; any other layer is by itself.
func stallWindows(
    of commands: some Collection<(layer: Int32, engine: Engine)>, groups: [Range<Int>], timings: [CommandTiming]
) -> [StallWindow] {
    var groupOf: [Int32: Int32] = [:]
    for group in groups where group.count > 1 {
        for layer in group { groupOf[Int32(layer)] = Int32(group.lowerBound) }
    }
    var ends: [Int32: (all: Int, compute: Int, load: Int)] = [:]
    var (layer, end) = (Int32.min, (all: -1, compute: -1, load: -1))
    for (index, command) in commands.enumerated() {
        let own = groupOf.isEmpty ? command.layer : groupOf[command.layer] ?? command.layer
        if own != layer {
            if layer != .min { ends[layer] = end }
            layer = own
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
        let layers = groups.first { $0.lowerBound == Int(layer) } ?? Int(layer)..<Int(layer) + 1
        return StallWindow(
            layers: layers, completion: completion, workEnd: end.compute >= 0 ? end.compute : end.load)
    }
}

/// Cycles of each layer: those that begin a step, and the others by reason.
private struct StallSums: StallSink {
    private(set) var byLayer: [Int: (compute: Int, stalls: StallCycles)] = [:]

    mutating func book(layer: Int, reason: StallReason?, cycles: Range<Int>) {
        if let reason {
            byLayer[layer, default: (0, StallCycles())].stalls[reason] += cycles.count
        } else {
            byLayer[layer, default: (0, StallCycles())].compute += cycles.count
        }
    }
}
