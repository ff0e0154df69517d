import Commands
import Conformance
import Lowering
import MachineDescription
import Networks
import Schedules
import Simulation
import Tensors
import Testing
import Timing

/// Cycles of layers that run together.
@Suite struct GroupTimingTests {
    @Test("With commands and without, burst by burst or together: the same cycles, each attributed once")
    func cyclesAgree() throws {
        var (byRows, tileByTile) = (0, 0)
        for seed in 0..<600 as Range<UInt64> {
            let machine = seed % 4 == 0 ? try MachineDescription.load("small") : .random(seed: seed)
            let layerCase = LayerCaseGenerator(limits: CaseLimits(machine)).chainCase(
                seed: seed, drawsGroups: seed % 3 == 0)
            let plan = try SimulationPlan(layerCase, on: machine)
            if plan.schedule.groups.contains(where: { !$0.ringRows.isEmpty }) { byRows += 1 }
            if plan.schedule.groups.contains(where: \.ringRows.isEmpty) { tileByTile += 1 }
            let timeline = plan.timeline
            let planned = try SimulationPlan(
                network: layerCase.network, machine: machine, width: layerCase.shape.width,
                height: layerCase.shape.height, schedule: plan.schedule, keepsCommands: false)
            #expect(planned.timeline == timeline, "seed \(seed)")

            let commands = plan.program.commands
            var stream = TimedStream(on: machine)
            stream.append(contentsOf: commands)
            stream.groups = plan.program.groups
            #expect(try Timeline(simulating: stream, burstByBurst: true) == timeline, "seed \(seed)")

            #expect(timeline.layers.reduce(0) { $0 + $1.simulatedCycles } == timeline.totalCycles, "seed \(seed)")
            #expect(timeline.totalCycles == timeline.commands.map(\.end).max()! + 1, "seed \(seed)")
            for layer in timeline.layers {
                #expect(layer.computeCycles + layer.stallCycles.total == layer.simulatedCycles, "seed \(seed)")
                let own = commands.filter { $0.layer == layer.layer }
                    .compactMap { CommandCost(of: $0, on: machine)?.computeCycles }
                #expect(layer.computeCycles == own.reduce(0, +), "seed \(seed), layer \(layer.layer)")
            }
        }
        #expect(byRows > 40 && tileByTile > 3, "\(byRows) by rows, \(tileByTile) tile by tile")
    }
}
