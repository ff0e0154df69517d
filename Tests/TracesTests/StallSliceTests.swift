import Commands
import Lowering
import MachineDescription
import Scheduling
import Simulation
import Testing
import Timing
import Traces

@Suite struct StallSliceTests {
    @Test(arguments: builtInMachines) func slicesSumToTheLayersStalls(machine: String) throws {
        for (width, height) in [(16, 16), (64, 48), (200, 120)] {
            let plan = try plan(on: machine, width: width, height: height)
            let slices = stallSlices(
                of: plan.program.commands, groups: plan.layout.groups, timed: plan.timeline, on: plan.machine)
            for layer in plan.timeline.layers {
                var sums = StallCycles()
                for slice in slices where slice.layer == layer.layer { sums[slice.reason] += slice.cycles.count }
                #expect(sums == layer.stallCycles, "layer \(layer.layer), \(width)x\(height)")
            }
            for (one, next) in zip(slices, slices.dropFirst()) {
                #expect(one.cycles.upperBound <= next.cycles.lowerBound && !next.cycles.isEmpty)
            }
        }
    }

    /// One tile: both loads, the pass, the store, nothing beside each other.
    @Test func oneTileWaitsForItsLoadsAndItsStore() throws {
        let machine = MachineDescription.builtIn(named: "small")!
        func transfer(_ buffer: BufferName) -> Transfer {
            Transfer(
                externalAddress: 0, rows: 1, rowPitchBytes: 64, rowBytes: 64, buffer: buffer, bufferAddress: 0,
                chunkBytes: 64, chunkPitchBytes: 64)
        }
        let commands = [
            Command(
                layer: 0, waits: .weightsFree(0), signals: .weightsFull(0), operation: .load(transfer(.weightBuffer))),
            Command(
                layer: 0, waits: .inputFree(0), signals: .inputFull(0), operation: .load(transfer(.activationBuffer))),
            Command(
                layer: 0, waits: [.weightsFull(0), .inputFull(0), .outputFree(0)],
                signals: [.weightsFree(0), .inputFree(0), .outputFull(0)],
                operation: .accumulate(Accumulation())),
            Command(
                layer: 0, waits: .outputFull(0), signals: .outputFree(0), operation: .store(transfer(.activationBuffer))
            ),
        ]
        let timeline = try Timeline(simulating: commands, on: machine)
        let slices = stallSlices(of: commands, groups: [], timed: timeline, on: machine)
        #expect(slices.map(\.reason) == [.waitingForLoad, .fill, .drain, .waitingForStore])
        #expect(slices.first?.cycles == 0..<timeline.commands[2].start)
        #expect(slices.last?.cycles == timeline.commands[3].start..<timeline.totalCycles)
        // The one step lies between fill and drain.
        #expect(slices[1].cycles.upperBound + 1 == slices[2].cycles.lowerBound)
    }
}
