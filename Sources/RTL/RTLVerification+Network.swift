public import Diagnostics
public import Foundation
import Graph
import Networks
public import Schedules
public import Simulation

extension RTLVerification {
    /// A network on a picture or on tensors, or one of its layers on the operands that it has there.
    ///
    /// - Parameter only: the layer; all of them in one run when nil.
    /// - Throws: `layerUnknown`, `inputMissing`, and what planning and the executors throw.
    public init(
        on inputs: RunInputs, only: String?, schedule: Schedule? = nil, by build: MachineBuild, directory: URL,
        threads: Int = 1, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        guard let only else {
            let network = inputs.network.network
            let plan = try SimulationPlan(
                network: network, machine: build.machine, width: inputs.width, height: inputs.height,
                schedule: schedule, memory: memory)
            try self.init(
                network.graph.name, plan: plan, of: inputs.network, inputs: inputs.tensors, on: build,
                directory: directory, threads: threads)
            return
        }
        let operands = try LayerOperands(
            on: inputs, layer: only, machine: build.machine, schedule: schedule, threads: threads, memory: memory)
        try self.init(
            only, plan: operands.plan, of: operands.network, inputs: operands.inputs, on: build, directory: directory,
            threads: threads)
    }
}
