public import Conformance
public import Diagnostics
import Graph
public import MachineDescription
import Networks
import ReferenceModel
public import Schedules
import Tensors

/// One seeded layer case on reference model and machine.
public enum ConformanceRun {
    /// The first difference in a sentence, or nil when every stored element and the saturated count are equal.
    ///
    /// - Throws: what planning and the executors throw.
    public static func difference(seed: UInt64, machine: MachineDescription, threads: Int = 1, memory: MemoryBudget = .standard) throws(Diagnostic) -> String? {
        let array = machine.macArray
        let limits = CaseLimits(
            activationBits: array.activationBits, weightBits: array.weightBits, accumulatorBits: array.accumulatorBits,
            hasTableNormalization: machine.normalization.method == .table)
        return try difference(LayerCaseGenerator(limits: limits).layerCase(seed: seed), machine: machine, threads: threads, memory: memory)
    }

    /// - Parameter schedule: searched for when nil.
    public static func difference(
        _ layerCase: LayerCase, machine: MachineDescription, schedule: Schedule? = nil, threads: Int = 1, memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> String? {
        let input = layerCase.inputs.first!.value.shape
        let network = try ProvenNetwork(layerCase.network)
        let plan = try SimulationPlan(network: layerCase.network, machine: machine, width: input.width, height: input.height, schedule: schedule, memory: memory)
        try plan.requireReferenceMemory()
        let run = try SimulationRun(plan, of: network, inputs: layerCase.inputs, threads: threads)
        let reference = try ReferenceModel(layerCase.network).run(inputs: layerCase.inputs)
        if let difference = FirstDifference(expected: reference.tensors["layer"]!, found: run.outputs.tensor("layer")) {
            return "\(layerCase.name): \(difference.count) elements differ, first at [\(difference.y)][\(difference.x)][\(difference.c)]: "
                + "reference \(difference.expected), machine \(difference.found)"
        }
        let saturated = (reference.saturatedOutputs["layer"]!, run.saturatedOutputs[0])
        return saturated.0 == saturated.1 ? nil : "\(layerCase.name): reference counts \(saturated.0) saturated outputs, machine \(saturated.1)"
    }
}
