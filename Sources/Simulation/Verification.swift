public import Diagnostics
import Graph
public import Images
public import MachineDescription
public import Networks
import ReferenceModel
public import Schedules
import Tensors
import Text

/// Machine against reference model on one picture, layer by layer in the graph's order.
public struct Verification: Sendable {
    /// One layer's comparison.
    public struct LayerComparison: Sendable {
        public let layer: String
        public let elements: Int
        public let differences: Int
        /// `y=12,x=7,c=3` of the first difference with both values; nil where there is none.
        public let first: String?
        /// The first channel whose saturated outputs the two count differently.
        let saturation: SaturationDifference?
    }

    public let layers: [LayerComparison]

    /// On a picture.
    ///
    /// - Throws: `networkHasNoPicture`, and what the run on inputs throws.
    public init(
        network: ProvenNetwork, machine: MachineDescription, schedule: Schedule? = nil, picture: RGBImage,
        fault: InjectedFault? = nil, only: String? = nil, threads: Int, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        try self.init(
            on: RunInputs(picture, of: network), machine: machine, schedule: schedule, fault: fault, only: only,
            threads: threads, memory: memory)
    }

    /// - Parameters:
    ///   - fault: put into the machine's copy only.
    ///   - only: compares this layer alone.
    ///   - progress: called as layers begin in machine and reference model.
    /// - Throws: `layerUnknown`, and what planning and the executors throw.
    public init(
        on run: RunInputs, machine: MachineDescription, schedule: Schedule? = nil, fault: InjectedFault? = nil,
        only: String? = nil, threads: Int, memory: MemoryBudget = .standard,
        progress: ((_ what: String, _ layer: Int, _ count: Int) -> Void)? = nil
    ) throws(Diagnostic) {
        let (proven, inputs) = (run.network, run.tensors)
        let network = proven.network
        if let only { try network.graph.requireLayer(only, at: "--layer") }
        let held = try fault?.applied(to: proven) ?? proven
        let plan = try SimulationPlan(
            network: held.network, machine: machine, width: run.width, height: run.height, schedule: schedule,
            fault: fault, memory: memory)
        try plan.requireReferenceMemory()
        let run = try SimulationRun(plan, of: held, inputs: inputs, threads: threads) {
            progress?("machine: layer", $0, $1)
        }
        let reference = try ReferenceModel(network).run(inputs: inputs) {
            progress?("reference model: layer", $0, $1)
        }
        self.layers = network.graph.layers.enumerated().filter { only == nil || $0.element.name == only }.map {
            index, layer in
            let expected = reference.tensors[layer.name]!
            let difference = FirstDifference(expected: expected, found: run.storedOutput(index))
            return LayerComparison(
                layer: layer.name, elements: expected.elements.count, differences: difference?.count ?? 0,
                first: difference.map { "\($0.coordinate) reference \($0.expected), machine \($0.found)" },
                saturation: SaturationDifference(
                    reference: reference.saturatedOutputsByChannel[layer.name]!,
                    machine: run.saturatedOutputsByChannel[index]))
        }
    }

    /// The first layer that differs, in a sentence; nil when all are equal.
    public var failure: String? {
        if let different = layers.first(where: { $0.differences > 0 }) {
            return
                """
                first differing layer \(different.layer): \(different.differences) of \(different.elements) elements \
                differ, first at \(different.first!)
                """
        }
        guard let different = layers.first(where: { $0.saturation != nil }) else { return nil }
        return "layer \(different.layer), \(different.saturation!.phrase)"
    }
}

extension Graph {
    /// - Throws: `layerUnknown`, with all names.
    package func requireLayer(_ name: String, at place: String) throws(Diagnostic) {
        guard self[layer: name] != nil else {
            throw Diagnostic(
                .layerUnknown, at: place, found: "no layer '\(name)' in \(self.name)",
                expected: "one of \(layers.map(\.name).joined(separator: ", "))",
                remedy: closestName(to: name, among: layers.map(\.name)).map { "did you mean '\($0)'?" }
                    ?? "name a layer of the network")
        }
    }
}
