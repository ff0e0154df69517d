public import Diagnostics
public import Foundation
import Graph
public import Images
public import Networks
public import Schedules
import Simulation

extension RTLVerification {
    /// A network on a picture, or one of its layers on the operands that it has there.
    ///
    /// - Parameter only: the layer; all of them in one run when nil.
    /// - Throws: `layerUnknown`, `networkHasNoPicture`, and what planning and the executors throw.
    public init(
        network: ProvenNetwork, picture: RGBImage, only: String?, schedule: Schedule? = nil, on build: MachineBuild,
        directory: URL, threads: Int = 1,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        guard let only else {
            let plan = try SimulationPlan(
                network: network.network, machine: build.machine, width: picture.width, height: picture.height,
                schedule: schedule, memory: memory)
            let inputs = try LayerOperands.pictureInputs(picture, of: network.network)
            try self.init(
                network.network.graph.name, plan: plan, of: network, inputs: inputs, on: build, directory: directory,
                threads: threads)
            return
        }
        let operands = try LayerOperands(
            network: network, layer: only, picture: picture, machine: build.machine, schedule: schedule,
            threads: threads, memory: memory)
        try self.init(
            only, plan: operands.plan, of: operands.network, inputs: operands.inputs, on: build, directory: directory,
            threads: threads)
    }
}
