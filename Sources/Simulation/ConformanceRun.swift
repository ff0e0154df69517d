public import Conformance
public import Diagnostics
import Graph
public import MachineDescription
import Networks
import ReferenceModel
public import Schedules
import Tensors
import Text

/// One layer case on reference model and machine, every layer of it compared.
public struct ConformanceRun: Sendable {
    public let layerCase: LayerCase
    public let plan: SimulationPlan
    /// Outputs that lost something to a limit of the storage, as the reference counts them.
    public let saturatedOutputs: Int
    /// The first difference in a sentence, or nil when every stored element and every channel's saturated count are
    /// equal.
    public let difference: String?

    /// - Parameter schedule: searched for when nil.
    /// - Throws: what planning and the executors throw.
    public init(
        _ layerCase: LayerCase, machine: MachineDescription, schedule: Schedule? = nil, threads: Int = 1,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let network = try ProvenNetwork(layerCase.network)
        let plan = try SimulationPlan(layerCase, on: machine, schedule: schedule, memory: memory)
        try plan.requireReferenceMemory()
        let run = try SimulationRun(plan, of: network, inputs: layerCase.inputs, threads: threads)
        let reference = try ReferenceModel(layerCase.network).run(inputs: layerCase.inputs)
        (self.layerCase, self.plan) = (layerCase, plan)
        var (saturated, found): (Int, String?) = (0, nil)
        for (index, layer) in layerCase.network.graph.layers.enumerated() {
            let counts = reference.saturatedOutputsByChannel[layer.name]!
            saturated += counts.reduce(0, +)
            found =
                found
                ?? Self.difference(
                    reference.tensors[layer.name]!, run.storedOutput(index), counts,
                    run.saturatedOutputsByChannel[index]
                ).map { "\(layerCase.name)\(layer.name == "layer" ? "" : ", \(layer.name)"): \($0)" }
        }
        (saturatedOutputs, difference) = (saturated, found)
    }

    private static func difference(
        _ expected: Tensor<Int32>, _ found: Tensor<Int32>, _ counts: [Int], _ machineCounts: [Int]
    ) -> String? {
        if let first = FirstDifference(expected: expected, found: found) {
            return """
                \(first.count.counted("element")) differ\(first.count == 1 ? "s" : ""), first at \
                \(first.coordinate): reference \(first.expected), machine \(first.found)
                """
        }
        return SaturationDifference(reference: counts, machine: machineCounts)?.phrase
    }

    /// Of a suite's case of this seed within the machine's limits.
    public static func difference(
        seed: UInt64, machine: MachineDescription, threads: Int = 1, memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> String? {
        try difference(
            LayerCaseGenerator(limits: CaseLimits(machine)).suiteCase(seed: seed), machine: machine, threads: threads,
            memory: memory)
    }

    public static func difference(
        _ layerCase: LayerCase, machine: MachineDescription, schedule: Schedule? = nil, threads: Int = 1,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> String? {
        try ConformanceRun(layerCase, machine: machine, schedule: schedule, threads: threads, memory: memory).difference
    }
}
