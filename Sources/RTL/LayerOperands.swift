package import Diagnostics
import Graph
package import MachineDescription
package import Networks
package import Schedules
package import Simulation
package import Tensors

/// One layer of a network as a network of its own, with the operands that it has when the whole network runs.
package struct LayerOperands {
    package let plan: SimulationPlan
    /// The layer alone.
    package let network: ProvenNetwork
    /// Stored elements of the layer's operands, by name.
    package let inputs: [String: Tensor<Int32>]

    /// - Parameter schedule: of the whole network: the layer alone keeps its part, unless it is in a group, or gets one
    ///   that is searched for.
    /// - Throws: `layerUnknown`, `inputMissing` for a layer that does not run behind the given tensors, and what
    ///   planning and the run throw.
    package init(
        on given: RunInputs, layer: String, machine: MachineDescription, schedule: Schedule?, threads: Int,
        memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        try given.requireRuns(layer)
        let network = given.network
        var part = try network.network.onlyLayer(layer)
        let whole = try SimulationPlan(
            network: network.network, machine: machine, width: given.width, height: given.height,
            schedule: schedule, memory: memory)
        let run = try SimulationRun(whole, of: network, inputs: given.tensors, threads: threads)
        var inputs: [String: Tensor<Int32>] = [:]
        for input in part.graph.inputs {
            inputs[input.name] = given.tensors[input.name] ?? run.storedOutput(input.name)
        }
        let shape = inputs[part.graph.inputs[0].name]!.shape
        for index in part.graph.inputs.indices {
            let own = inputs[part.graph.inputs[index].name]!.shape
            guard own.height != shape.height || own.width != shape.width else { continue }
            part.graph.inputs[index].extent = GraphInput.Extent(height: own.height, width: own.width)
        }
        self.network = try ProvenNetwork(part)
        // What a layer of a group has on chip does not do for the layer alone.
        let isGrouped = schedule?.groups.contains { $0.layers.contains(layer) } ?? false
        let own = isGrouped ? nil : schedule.flatMap { $0[layer: layer] }.map {
            Schedule(
                network: part.graph.name, machine: machine.name, height: shape.height, width: shape.width, layers: [$0])
        }
        plan = try SimulationPlan(
            network: part, machine: machine, width: shape.width, height: shape.height, schedule: own, memory: memory)
        self.inputs = inputs
    }
}

extension QuantizedNetwork {
    /// The network of one layer, whose operands come from outside.
    ///
    /// - Throws: `layerUnknown`.
    fileprivate func onlyLayer(_ name: String) throws(Diagnostic) -> QuantizedNetwork {
        try graph.requireLayer(name, at: "--layer")
        let layer = graph[layer: name]!
        var inputs: [GraphInput] = []
        for tensor in layer.inputs where !inputs.contains(where: { $0.name == tensor }) {
            inputs.append(GraphInput(name: tensor, channels: channels(of: tensor)))
        }
        var part = self
        part.graph = Graph(name: "\(graph.name).\(name)", inputs: inputs, layers: [layer], outputs: [name])
        part.formats = formats.filter { tensor, _ in tensor == name || layer.inputs.contains(tensor) }
        part.parameters = parameters.filter { $0.key == name }
        part.rateMultipliers = [:]
        return part
    }

    private func channels(of tensor: String) -> Int {
        if let input = graph.inputs.first(where: { $0.name == tensor }) { return input.channels }
        return (try? graph.channels())?[tensor] ?? 0
    }
}
