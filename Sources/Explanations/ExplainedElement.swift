public import Diagnostics
import Geometry
import Graph
import Images
public import MachineDescription
import Networks
import ReferenceModel
public import Schedules
public import Simulation
public import Tensors

/// One stored element of a run: its derivation, and what reference model and machine stored there.
public struct ExplainedElement: Sendable {
    /// What the element is of and what was stored there.
    public struct Element: Encodable, Sendable {
        public var layer: String
        public var coordinate: String
        public var derived: Int
        public var referenceStored: Int
        public var machineStored: Int
        public var products: [Explanation.Product]
        /// All but the products, in words.
        public var steps: [String]
    }

    public let element: Element
    private let explanation: Explanation
    /// A sentence where derivation, reference and machine are not all equal.
    public let failure: String?

    /// - Parameters:
    ///   - schedule: searched for when nil.
    ///   - layer: the first layer when nil.
    /// - Throws: `layerUnknown`, `explainOutside`, `explainOperator`, and what planning and the executors throw.
    public init(
        on inputs: RunInputs, machine: MachineDescription, schedule: Schedule? = nil, layer name: String?,
        at coordinate: Coordinate, threads: Int, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let network = inputs.network.network
        let graph = network.graph
        let name = name ?? graph.layers[0].name
        try graph.requireLayer(name, at: "--layer")
        let plan = try SimulationPlan(
            network: network, machine: machine, width: inputs.width, height: inputs.height, schedule: schedule,
            memory: memory)
        try plan.requireReferenceMemory()
        let run = try SimulationRun(plan, of: inputs.network, inputs: inputs.tensors, threads: threads)
        let index = plan.geometry.layers.firstIndex { $0.name == name }!
        let layer = graph.layers[index]
        let operands = plan.geometry.layers[index].operands.map { run.outputs.tensor($0.tensor) }
        let explanation = try Explanation(
            network, layer: layer, operands: operands, outputShape: plan.geometry.result(of: index).shape,
            at: coordinate)
        let machineStored = Int(run.storedOutput(index)[coordinate])
        let referenceStored = Int(try ReferenceModel(network).runLayer(layer, operands: operands).output[coordinate])
        let stored = "derivation \(explanation.stored), reference model \(referenceStored), machine \(machineStored)"
        self.explanation = explanation
        element = Element(
            layer: name, coordinate: coordinate.description, derived: explanation.stored,
            referenceStored: referenceStored, machineStored: machineStored, products: explanation.products,
            steps: explanation.lines)
        self.failure =
            explanation.stored == referenceStored && referenceStored == machineStored
            ? nil : "\(name) \(coordinate) differs: \(stored)"
    }

    /// The derivation, and what was stored.
    ///
    /// - Parameter all: every product of a sum; else the first three and the last.
    public func text(all: Bool) -> String {
        let stored =
            """
            derivation \(element.derived), reference model \(element.referenceStored), \
            machine \(element.machineStored)
            """
        return (explanation.text(all: all) + ["stored: " + stored]).joined(separator: "\n")
    }
}
