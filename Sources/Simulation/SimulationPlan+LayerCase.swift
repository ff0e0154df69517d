public import Conformance
public import Diagnostics
public import MachineDescription
public import Schedules
import Tensors

extension SimulationPlan {
    /// The plan of a layer case, with lanes and groups as the case asks.
    ///
    /// - Parameter schedule: as the case asks when nil.
    /// - Throws: what planning throws.
    public init(
        _ layerCase: LayerCase, on machine: MachineDescription, schedule: Schedule? = nil,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let shape = layerCase.shape
        var schedule = schedule
        if schedule == nil, layerCase.drawsGroups {
            schedule = try Schedule(drawingGroupsOf: layerCase, on: machine)
        }
        try self.init(
            network: layerCase.network, machine: machine, width: shape.width, height: shape.height, schedule: schedule,
            lanes: layerCase.lanes, memory: memory)
    }
}
