import Commands
public import Diagnostics
import Geometry
import Graph
import Lowering
import Machine
import MachineDescription
public import Networks
public import Tensors
import Threads
import Timing
import WeightCoding

/// The machine's run of a plan on stored inputs.
///
///     external memory:  | parameter image | tensors: the inputs are written before the run,
///                                           every layer's output is there after it |
public struct SimulationRun: Sendable {
    public let plan: SimulationPlan
    /// Every tensor as bytes of its region in external memory.
    package let outputs: StoredOutputs
    /// By layer, and by channel of its output.
    package let saturatedOutputsByChannel: [[Int]]
    /// By layer.
    package var saturatedOutputs: [Int] { saturatedOutputsByChannel.map { $0.reduce(0, +) } }

    /// Nil unless they were asked for.
    private let digests: LayerDigests?

    /// - Parameters:
    ///   - network: the plan's.
    ///   - inputs: stored elements of the graph inputs, by name.
    ///   - threads: share the machine's work; any number gives the same bytes.
    ///   - progress: called as layers begin, with the layer's number from 1 and how many there are.
    /// - Throws: what the parameter image throws; `weightStatisticsMismatch` on a machine that needs them. A machine
    ///   that cannot finish its commands is a broken invariant.
    public init(
        _ plan: SimulationPlan, of network: ProvenNetwork, inputs: [String: Tensor<Int32>], threads: Int = 1,
        progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) {
        try self.init(
            plan, of: network.network, team: ThreadTeam(threads: threads), isDigested: false, progress: progress
        ) { memory in
            plan.write(inputs, to: memory)
            return network
        }
    }

    /// The same with every layer's digest, taken as soon as the layer is stored.
    ///
    /// - Parameters:
    ///   - network: the plan's.
    ///   - progress: called as layers begin, with the layer's number from 1 and how many there are.
    ///   - proof: gives the network, proved; called when all is set up, before the first command.
    init<Element: FixedWidthInteger>(
        _ plan: SimulationPlan, of network: QuantizedNetwork, digested inputs: [String: Tensor<Element>],
        team: ThreadTeam, progress: ((Int, Int) -> Void)? = nil, proof: () throws(Diagnostic) -> ProvenNetwork
    ) throws(Diagnostic) {
        try self.init(plan, of: network, team: team, isDigested: true, progress: progress) {
            memory throws(Diagnostic) in
            plan.write(inputs, to: memory)
            return try proof()
        }
    }

    private init(
        _ plan: SimulationPlan, of network: QuantizedNetwork, team: ThreadTeam, isDigested: Bool,
        progress: ((Int, Int) -> Void)? = nil, begin: (ExternalMemory) throws(Diagnostic) -> ProvenNetwork
    ) throws(Diagnostic) {
        try plan.requireFormats(of: network)
        let program = plan.program
        let memory = try ExternalMemory(bytes: program.memoryMap.bytes)
        var image = try ExternalImage(plan.layout, network: network).bytes
        try plan.weightCoding?.check(network, plan.layout, image: &image, codes: plan.machine.weightDecoder != nil)
        memory.write(image, at: 0)
        let proven = try begin(memory)
        precondition(proven.network == network, "a network runs with the proof of another")

        let outputs = StoredOutputs(memory: memory, map: program.memoryMap)
        let digests =
            isDigested
            ? LayerDigests(
                program.layout, tensors: plan.geometry.layers.map(\.outputTensor), outputs: outputs, team: team) : nil
        let activities = LayerActivities(layers: program.layers.count)
        var observers: [any Observer] = [activities]
        if let digests { observers.append(digests) }
        if let progress {
            let count = program.layers.count
            observers.append(LayerBegins { progress($0, count) })
        }
        let widths = network.widths
        var machine = Machine(
            description: plan.machine, externalMemory: memory, activationBits: widths.activationBits,
            accumulatorBits: widths.accumulatorBits, team: team)
        let run: MachineRun
        do {
            run = try machine.run(
                program.commands, probes: program.probes.map { ($0.command, $0.transfer) }, observers: observers)
        } catch {
            preconditionFailure("lowered commands do not run: \(error)")
        }
        precondition(
            activities.byLayer == plan.timeline.layers.map(\.activity),
            "the units did other work than was predicted from the commands")
        self.plan = plan
        self.outputs = outputs
        saturatedOutputsByChannel = program.layers.indices.map { index in
            // Channels that are only copied have no counts.
            let counts = index < run.saturatedOutputsByChannel.count ? run.saturatedOutputsByChannel[index] : []
            return counts + Array(repeating: 0, count: plan.geometry.layers[index].outputChannels - counts.count)
        }
        self.digests = digests
    }

    /// SHA-256 over a layer's stored output.
    func digest(of layer: Int) -> String {
        digests?.digest(of: layer) ?? outputs.digest(of: plan.geometry.layers[layer].outputTensor)
    }
}

extension SimulationRun {
    /// The bytes of external memory after the run.
    package var memoryBytes: [UInt8] { outputs.memoryBytes }

    /// The bytes of external memory before a run, parameter image and stored inputs, for other executors of the same
    /// commands.
    ///
    /// - Throws: what the parameter image throws.
    package static func memoryBytes(
        _ plan: SimulationPlan, of network: ProvenNetwork, inputs: [String: Tensor<Int32>]
    ) throws(Diagnostic) -> [UInt8] {
        try plan.requireFormats(of: network.network)
        let memory = try ExternalMemory(bytes: plan.layout.memoryMap.bytes)
        memory.write(try ExternalImage(plan.layout, network: network.network).bytes, at: 0)
        plan.write(inputs, to: memory)
        return memory.withBytes { Array($0) }
    }
}

extension SimulationRun {
    /// A layer's stored output: codes 0...255 or signed 16-bit values.
    public func storedOutput(_ layer: String) -> Tensor<Int32> {
        guard let index = plan.network.graph.layers.firstIndex(where: { $0.name == layer }) else {
            preconditionFailure("no layer '\(layer)' in \(plan.network.graph.name)")
        }
        return storedOutput(index)
    }

    /// The same of a layer's index.
    package func storedOutput(_ layer: Int) -> Tensor<Int32> {
        outputs.tensor(plan.geometry.layers[layer].outputTensor)
    }
}

extension SimulationPlan {
    fileprivate func requireFormats(of network: QuantizedNetwork) throws(Diagnostic) {
        let isPlanned = try hasFormats(of: network)
        precondition(isPlanned, "a plan runs a network of other formats")
    }
}
