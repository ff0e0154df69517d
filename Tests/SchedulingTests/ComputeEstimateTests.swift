import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Random
import Schedules
import Scheduling
import Testing
import Timing

/// What the search takes a layer's commands to cost, against the commands of the lowered layer.
@Suite struct ComputeEstimateTests {
    /// One of `TestMachines.tiny` whose lanes, banks and rates bind now here, now there.
    private func machine(_ generator: inout SeededGenerator) -> MachineDescription {
        var machine = TestMachines.tiny()
        machine.macArray.pixelLanes = generator.integer(1...8)
        machine.activationBuffer.banks = generator.integer(1...8)
        machine.activationBuffer.deinterleave = generator.integer(0...3) == 0
        machine.weightBuffer.bytesPerCycle = generator.integer(4...32)
        machine.postProcessor.lanes = generator.integer(1...8)
        machine.codebookMux.encodeLanes = generator.integer(1...8)
        machine.normalization.lanes = generator.integer(1...8)
        return machine
    }

    /// Whether some command that the estimate counts is not there, or one is there that it does not count.
    private func isInexact(_ tiling: LayerTiling) -> Bool {
        func hasEmptyPhase(_ axis: AxisTiles) -> Bool {
            !axis.axis.joinsPhases
                && (0..<axis.count).contains { index in
                    axis.axis.phases.contains { axis.axis.positions(of: $0, in: axis.outputRange(index).count) == 0 }
                }
        }
        return hasEmptyPhase(tiling.rows) || hasEmptyPhase(tiling.columns)
            || tiling.channelTiles.contains { $0.partOutputs > 0 }
    }

    @Test("The estimate of passes of the array is the sum of the commands' costs, for random tiles")
    func equalsTheSum() throws {
        var compared: [String: Int] = [:]
        var joined = 0
        for seed in 1...600 {
            var generator = SeededGenerator(seed: seed)
            let (graph, height, width, integers16) = RandomLayers.graph(&generator)
            let network = try TestNetworks.network(
                graph, height: height, width: width, integers16: integers16, seed: seed)
            let machine = machine(&generator)
            let schedule = try RandomLayers.schedule(
                network, height: height, width: width, machine: machine, &generator)
            let formats = try NetworkFormats(network)
            let program = try Program(network: formats, schedule: schedule, machine: machine)
            let geometry = try NetworkGeometry(formats, height: height, width: width)
            for (index, plain) in geometry.layers.enumerated() {
                let entry = schedule.layers[index]
                let layer = try machine.geometry(of: plain, formats.layers[index], lanes: entry.lanes)
                if layer.joinsPhases { joined += 1 }
                let tiling = LayerTiling(layer, tile: entry.tile)
                guard layer.usesArray, !isInexact(tiling) else { continue }
                let sum = program.commands[program.layers[index].commands].reduce(0) {
                    $0 + (CommandCost(of: $1, on: machine)?.cycles ?? 0)
                }
                let estimate = ComputeEstimate(layer, machine: machine).cycles(
                    rows: tiling.rows, columns: tiling.columns, channelTiles: tiling.counts.channelTiles,
                    tile: entry.tile)
                #expect(estimate == sum, "seed \(seed), \(graph.layers[index]), \(entry.tile)")
                compared[graph.layers[index].operator.name, default: 0] += 1
            }
        }
        #expect(joined > 50, "\(joined) layers with joined phases")
        // Four of them are forms of normalization.
        #expect(compared.count == 8 && compared.values.allSatisfy { $0 >= 10 }, "\(compared)")
    }
}
