public import Commands
public import MachineDescription

/// The accelerator: executes a command stream on real bytes. It knows no graph and no layer, only commands, as silicon does.
///
///     external memory <──> DMA <──> weight buffer, activation buffer, parameter memory ──> MAC array, codebook-mux, post-processor, normalization unit
///
/// V and A are the network's (they affect bits); the description gives capacities and lanes (they affect none).
/// Results are the same for every number of threads and every kernel level.
public struct Machine: ~Copyable {
    public let description: MachineDescription
    public let externalMemory: ExternalMemory
    /// V.
    public let activationBits: Int
    private var weightBuffer: OnChipBuffer
    private var activationBuffer: OnChipBuffer
    private var parameterMemory: OnChipBuffer
    private var accumulators: AccumulatorBuffer
    private var accumulationUnit: AccumulationUnit
    private var elementwiseUnit: ElementwiseUnit
    private var contexts: [ParameterAddresses: (stamp: UInt64, context: LayerContext)] = [:]

    /// - Parameters:
    ///   - activationBits: V, 2...16, at most the description's.
    ///   - accumulatorBits: A, at most the description's.
    ///   - threads: at least 1.
    public init(
        description: MachineDescription, externalMemory: ExternalMemory, activationBits: Int, accumulatorBits: Int, threads: Int = 1,
        kernels: KernelLevel = .best
    ) {
        precondition((2...16).contains(activationBits), "V is \(activationBits), not 2...16")
        precondition(threads >= 1, "\(threads) threads")
        precondition(kernels <= .best, "this processor does not run \(kernels) kernels")
        self.description = description
        self.externalMemory = externalMemory
        self.activationBits = activationBits
        weightBuffer = OnChipBuffer(name: .weightBuffer, bytes: description.weightBuffer.bytes)
        activationBuffer = OnChipBuffer(name: .activationBuffer, bytes: description.activationBuffer.bytes)
        parameterMemory = OnChipBuffer(name: .parameterMemory, bytes: description.parameterMemory.bytes)
        accumulators = AccumulatorBuffer(bytes: description.accumulatorBuffer.bytes, bits: accumulatorBits)
        accumulationUnit = AccumulationUnit(description: description.macArray, level: kernels, threads: threads)
        elementwiseUnit = ElementwiseUnit(level: kernels)
    }

    /// Runs the stream to its end.
    ///
    /// - Throws: `MachineError` when the engines deadlock or a semaphore overflows. What ran before has changed the memories.
    @discardableResult
    public mutating func run(_ commands: [Command]) throws(MachineError) -> MachineRun {
        var observer = NoObserver()
        return try run(commands, observer: &observer)
    }

    @discardableResult
    public mutating func run(_ commands: [Command], observer: inout some Observer) throws(MachineError) -> MachineRun {
        var sequencer = Sequencer(commands)
        var run = MachineRun(commands)
        while let index = try sequencer.next(commands) {
            let (activity, saturatedOutputs) = execute(commands[index].operation)
            run.activity[index] = activity
            run.saturatedOutputs[commands[index].layer] += saturatedOutputs
            observer.commandEnded(index: index, command: commands[index], activity: activity, saturatedOutputs: saturatedOutputs)
            try sequencer.finish(index, commands[index])
        }
        return run
    }

    private mutating func execute(_ operation: Command.Operation) -> (activity: UnitActivity, saturatedOutputs: Int) {
        switch operation {
        case .load(let transfer):
            switch transfer.buffer {
            case .weightBuffer: return (DMAEngine.load(transfer, from: externalMemory, to: &weightBuffer), 0)
            case .activationBuffer: return (DMAEngine.load(transfer, from: externalMemory, to: &activationBuffer), 0)
            case .parameterMemory: return (DMAEngine.load(transfer, from: externalMemory, to: &parameterMemory), 0)
            }
        case .store(let transfer):
            switch transfer.buffer {
            case .weightBuffer: return (DMAEngine.store(transfer, from: weightBuffer, to: externalMemory), 0)
            case .activationBuffer: return (DMAEngine.store(transfer, from: activationBuffer, to: externalMemory), 0)
            case .parameterMemory: return (DMAEngine.store(transfer, from: parameterMemory, to: externalMemory), 0)
            }
        case .accumulate(let pass):
            return accumulationUnit.run(
                pass, context(pass.parameters), weightBuffer: weightBuffer, activationBuffer: &activationBuffer, accumulators: accumulators)
        case .elementwise(let work):
            return elementwiseUnit.run(work, work.parameters.channelBlock >= 0 ? context(work.parameters) : nil, &activationBuffer)
        }
    }

    /// The layer's parameters as they lie in parameter memory now.
    private mutating func context(_ addresses: ParameterAddresses) -> LayerContext {
        let known = contexts[addresses]
        if let known, known.stamp == parameterMemory.stamp { return known.context }
        let configuration = LayerConfiguration(parameterMemory: parameterMemory.rawBytes, at: addresses)
        let isSame = known.map { $0.context.configuration == configuration } ?? false
        let context = isSame ? known!.context : LayerContext(configuration: configuration, activationBits: activationBits)
        contexts[addresses] = (parameterMemory.stamp, context)
        return context
    }
}

/// What a run did, command by command and layer by layer.
public struct MachineRun: Equatable, Sendable {
    /// One a command, in the order of the stream.
    public internal(set) var activity: [UnitActivity]
    /// One a layer: results changed by the saturation to R bits, or that lie beyond the first or last entry of their codebook (or beyond 16 bits).
    public internal(set) var saturatedOutputs: [Int]

    init(_ commands: [Command]) {
        activity = Array(repeating: UnitActivity(), count: commands.count)
        saturatedOutputs = Array(repeating: 0, count: (commands.map(\.layer).max() ?? -1) + 1)
    }

    public var total: UnitActivity { activity.reduce(into: UnitActivity()) { $0 += $1 } }
}
