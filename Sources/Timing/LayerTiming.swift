public import Commands
import MachineDescription

/// Time and work of one layer.
///
/// The cycles run from the completion of the layers before to its own, so that they sum to the total; a layer completes with the last end among its commands and
/// those of the layers before. `computeCycles + stallCycles.total == simulatedCycles`.
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
func layerTimings(of commands: [Command], timings: [CommandTiming], on machine: MachineDescription) -> [LayerTiming] {
    var extents = layerExtents(of: commands, timings: timings)
    var attribution = StallAttribution(extents.map { ($0.timing.completion, $0.workEnd) })
    for (index, command) in commands.enumerated() where command.engine == .compute {
        attribution.idle(to: timings[index].start, before: timings[index], timings: timings)
        attribution.busy(CommandCost(of: command, on: machine)!)
    }
    attribution.idle(to: (extents.last?.timing.completion ?? -1) + 1, before: nil, timings: timings)

    var position: [Int: Int] = [:]
    for i in extents.indices { position[extents[i].timing.layer] = i }
    for command in commands { extents[position[command.layer]!].timing.activity += predictedActivity(of: command, on: machine) }
    return extents.indices.map { i in
        var layer = extents[i].timing
        layer.simulatedCycles = layer.completion - (i == 0 ? -1 : extents[i - 1].timing.completion)
        layer.computeCycles = attribution.computeCycles[i]
        layer.stallCycles = attribution.stallCycles[i]
        layer.issuedMACs = layer.activity.steps * machine.macArray.macs
        return layer
    }
}

/// For each layer its completion, and the last end of its compute commands (of its loads, where it computes nothing).
private func layerExtents(of commands: [Command], timings: [CommandTiming]) -> [(timing: LayerTiming, workEnd: Int)] {
    var ends: [Int: (all: Int, compute: Int, load: Int)] = [:]
    for (command, timing) in zip(commands, timings) {
        var end = ends[command.layer] ?? (-1, -1, -1)
        end.all = max(end.all, timing.end)
        switch command.engine {
        case .compute: end.compute = max(end.compute, timing.end)
        case .load: end.load = max(end.load, timing.end)
        case .store: break
        }
        ends[command.layer] = end
    }
    var completion = -1
    return ends.keys.sorted().map { layer in
        let end = ends[layer]!
        completion = max(completion, end.all)
        return (LayerTiming(layer: layer, completion: completion), end.compute >= 0 ? end.compute : end.load)
    }
}
