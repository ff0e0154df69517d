public import Diagnostics
import Geometry
import Graph
public import Images
public import MachineDescription
public import Networks
import ReferenceModel
public import Schedules
import Simulation
import Tensors

/// One stored element of a run: its derivation, and what reference model and machine stored there.
public struct ExplainedElement: Sendable {
    public let text: String
    /// A sentence where derivation, reference and machine are not all equal.
    public let failure: String?

    /// - Parameters:
    ///   - schedule: searched for when nil.
    ///   - layer: the first layer when nil.
    /// - Throws: `layerUnknown`, `explainOutside`, `explainOperator`, `networkHasNoPicture`.
    public init(
        network proven: ProvenNetwork, machine: MachineDescription, schedule: Schedule? = nil, picture: RGBImage,
        layer name: String?, c: Int, y: Int, x: Int,
        threads: Int, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        let network = proven.network
        let graph = network.graph
        let name = name ?? graph.layers[0].name
        try graph.requireLayer(name, at: "--layer")
        let plan = try SimulationPlan(
            network: network, machine: machine, width: picture.width, height: picture.height, schedule: schedule,
            memory: memory)
        try plan.requireReferenceMemory()
        let inputs = [graph.inputs[0].name: try PictureTensor.stored(picture, for: network).widened]
        let run = try SimulationRun(plan, of: proven, inputs: inputs, threads: threads)
        let index = plan.geometry.layers.firstIndex { $0.name == name }!
        let layer = graph.layers[index]
        let operands = plan.geometry.layers[index].operands.map { run.outputs.tensor($0.tensor) }
        let explanation = try Explanation(
            network, layer: layer, operands: operands, outputShape: plan.geometry.result(of: index).shape, c: c, y: y,
            x: x)
        let machineStored = Int(run.storedOutput(index)[y, x, c])
        let referenceStored = Int(try ReferenceModel(network).runLayer(layer, operands: operands).output[y, x, c])
        let stored = "derivation \(explanation.stored), reference model \(referenceStored), machine \(machineStored)"
        self.text = (explanation.lines + ["stored: " + stored]).joined(separator: "\n")
        self.failure =
            explanation.stored == referenceStored && referenceStored == machineStored
            ? nil : "\(name)[\(y)][\(x)][\(c)] differs: \(stored)"
    }
}
