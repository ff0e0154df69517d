import Commands
public import Diagnostics
import Machine
import MachineDescription
public import Networks
import Scheduling
public import Tensors
import Timing

/// The machine's run of a plan on stored inputs.
///
///     external memory:  | parameter image | tensors: the inputs are written before the run, every layer's output is there after it |
public struct SimulationRun: Sendable {
    public let plan: SimulationPlan
    /// Every layer's stored output, by name, as bytes of its region in external memory.
    let outputs: StoredOutputs
    /// By layer.
    let saturatedOutputs: [Int]

    /// - Parameters:
    ///   - inputs: stored elements of the graph inputs, by name.
    ///   - network: what the machine holds, where that is not the plan's own network (a fault).
    ///   - threads: share the rows of the MAC array's work; any number gives the same bytes.
    ///   - progress: called as layers begin, with the layer's number from 1 and how many there are.
    /// - Throws: what the parameter image throws. A machine that cannot finish its commands is a broken invariant.
    public init(
        _ plan: SimulationPlan, inputs: [String: Tensor<Int32>], held network: QuantizedNetwork? = nil, threads: Int = 1,
        progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) {
        let program = plan.program
        let memory = ExternalMemory(bytes: program.memoryMap.bytes)
        memory.write(try ExternalImage(program, network: network ?? plan.network).bytes, at: 0)
        for (name, tensor) in inputs { StoredOutputs.write(tensor, to: program.memoryMap.tensors[name]!, in: memory) }

        var observer = LayerObserver(layers: program.layers.count, progress: progress)
        let widths = plan.network.widths
        var machine = Machine(
            description: plan.machine, externalMemory: memory, activationBits: widths.activationBits, accumulatorBits: widths.accumulatorBits, threads: threads)
        do {
            _ = try machine.run(program.commands, observer: &observer)
        } catch {
            preconditionFailure("lowered commands do not run: \(error)")
        }
        precondition(observer.activities == plan.timeline.layers.map(\.activity), "the units did other work than was predicted from the commands")
        self.plan = plan
        self.outputs = StoredOutputs(memory: memory, map: program.memoryMap)
        self.saturatedOutputs = observer.saturatedOutputs
    }
}

/// Sums by layer what the units did.
private struct LayerObserver: Observer {
    var activities: [UnitActivity]
    var saturatedOutputs: [Int]
    private var begun = 0
    private let progress: ((Int, Int) -> Void)?

    init(layers: Int, progress: ((Int, Int) -> Void)?) {
        self.activities = Array(repeating: UnitActivity(), count: layers)
        self.saturatedOutputs = Array(repeating: 0, count: layers)
        self.progress = progress
    }

    mutating func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs count: Int) {
        activities[command.layer] += activity
        saturatedOutputs[command.layer] += count
        guard let progress, command.engine == .compute, command.layer >= begun else { return }
        begun = command.layer + 1
        progress(begun, activities.count)
    }
}

extension SimulationRun {
    /// A layer's stored output: codes 0...255 or signed 16-bit values.
    public func storedOutput(_ layer: String) -> Tensor<Int32> { outputs.tensor(layer) }
}
