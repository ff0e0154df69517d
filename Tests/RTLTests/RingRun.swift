import Commands
import Conformance
import Foundation
import Geometry
import Lowering
import Machine
import MachineDescription
import Networks
import RTL
import Simulation
import Tensors
import Timing

/// A layer case with its tiles in rings of rows, on machine and RTL.
struct RingRun {
    let stream: RingStream
    /// Whether external memory is as without rings.
    let isUnchanged: Bool
    /// Whether it is another than before: not where all results are 0.
    let isStored: Bool
    /// What differs between machine and RTL in a sentence, or nil.
    let failure: String?

    init(_ layerCase: LayerCase, on build: MachineBuild, directory: URL) throws {
        let plan = try SimulationPlan(
            network: layerCase.network, machine: build.machine, width: layerCase.shape.width,
            height: layerCase.shape.height, lanes: layerCase.lanes)
        let before = try SimulationRun.memoryBytes(
            plan, of: ProvenNetwork(layerCase.network), inputs: layerCase.inputs)
        func run(_ commands: [Command]) throws -> (memory: [UInt8], saturated: Int) {
            let memory = try ExternalMemory(contents: before)
            var machine = Machine(
                description: build.machine, externalMemory: memory,
                activationBits: plan.network.widths.activationBits,
                accumulatorBits: plan.network.widths.accumulatorBits)
            let run = try machine.run(commands)
            return (memory.read(at: 0, count: before.count), run.saturatedOutputs.reduce(0, +))
        }
        stream = RingStream(
            plan.program.commands, bufferBytes: build.machine.activationBuffer.bytes, seed: layerCase.seed)
        let expected = try run(stream.commands)
        isUnchanged = try run(plan.program.commands).memory == expected.memory
        isStored = expected.memory != before
        let timeline = try Timeline(simulating: stream.commands, on: build.machine)
        let rtl = try RTLRun(
            stream.commands, memory: before, activationBits: plan.network.widths.activationBits,
            cycleLimit: 2 * timeline.totalCycles + 10_000, on: build, directory: directory)
        let byte = expected.memory.indices.first { rtl.memory[$0] != expected.memory[$0] }
        let late = stream.commands.indices.first {
            (timeline.commands[$0].start, timeline.commands[$0].end) != rtl.commands[$0]
        }
        if let byte {
            let found = rtl.memory[byte].map { "\($0)" } ?? "unknown"
            failure = "\(layerCase.name): byte \(byte): machine \(expected.memory[byte]), RTL \(found)"
        } else if let late {
            failure = "\(layerCase.name): command \(late) at other cycles"
        } else if rtl.saturatedOutputs != expected.saturated {
            failure = "\(layerCase.name): \(expected.saturated) saturate, in the RTL \(rtl.saturatedOutputs)"
        } else {
            failure = nil
        }
    }
}
