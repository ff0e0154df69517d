public import Commands
public import Kernels
public import MachineDescription
public import Threads

/// The accelerator: executes a command stream on real bytes. It knows no graph, only commands, as silicon does; the
/// layer that a command names affects no bit, saturated results are counted by it.
///
///     external memory <──> DMA <──> weight buffer, activation buffer, parameter memory
///                                   ──> MAC array, codebook-mux, post-processor, normalization unit
///
/// V and A are the network's (they affect bits); the description gives capacities and lanes (they affect none).
/// Results are the same for every number of threads and every kernel level: threads share the work of commands that
/// touch nothing in common.
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
    private let team: ThreadTeam
    private var batch: CommandBatch
    private var contexts: [ParameterAddresses: (stamp: UInt64, context: LayerContext)] = [:]
    private var lastContext: (addresses: ParameterAddresses, stamp: UInt64, context: LayerContext)?

    /// - Parameters:
    ///   - activationBits: V, 2...16, at most the description's.
    ///   - accumulatorBits: A, at most the description's.
    ///   - team: shares the work.
    public init(
        description: MachineDescription, externalMemory: ExternalMemory, activationBits: Int, accumulatorBits: Int,
        team: ThreadTeam = ThreadTeam(threads: 1), kernels: KernelLevel = .chosen
    ) {
        precondition((2...16).contains(activationBits), "V is \(activationBits), not 2...16")
        precondition(kernels <= .best, "this processor does not run \(kernels) kernels")
        self.description = description
        self.externalMemory = externalMemory
        self.activationBits = activationBits
        weightBuffer = OnChipBuffer(name: .weightBuffer, bytes: description.weightBuffer.bytes)
        activationBuffer = OnChipBuffer(name: .activationBuffer, bytes: description.activationBuffer.bytes)
        parameterMemory = OnChipBuffer(name: .parameterMemory, bytes: description.parameterMemory.bytes)
        accumulators = AccumulatorBuffer(bytes: description.accumulatorBuffer.bytes, bits: accumulatorBits)
        accumulationUnit = AccumulationUnit(description: description.macArray, level: kernels, team: team)
        self.team = team
        batch = CommandBatch(team: team)
    }

    /// Runs the stream to its end; each observer sees each command.
    ///
    /// - Parameter probes: by ascending index of a compute command: a store that shows what lies in the activation
    ///   buffer once that command has ended. It is none of the machine's work and counts nowhere.
    /// - Throws: `MachineError` when the engines deadlock or a semaphore overflows. What ran before has changed the
    ///   memories.
    @discardableResult
    public mutating func run(
        _ commands: [Command], probes: [(command: Int, transfer: Transfer)] = [], observers: [any Observer] = []
    ) throws(MachineError) -> MachineRun {
        var sequencer = Sequencer(commands)
        var probesLeft = probes[...]
        var run = MachineRun(commands)
        batch.beginCounts(channels: run.counters)
        do {
            while let index = try sequencer.next(commands) {
                prepare(index, commands, &run, observers)
                while let probe = probesLeft.first, probe.command == index {
                    runBatch(commands, &run, observers)
                    _ = DMAEngine(storing: probe.transfer, from: activationBuffer, to: externalMemory)?.run()
                    probesLeft.removeFirst()
                }
                try sequencer.finish(index, signals: commands[index].signals)
            }
        } catch {
            runBatch(commands, &run, observers)
            throw error
        }
        runBatch(commands, &run, observers)
        run.setChannels(batch.channelCount)
        return run
    }

    /// Adds a command to the batch, which runs first where the command touches what is in it.
    private mutating func prepare(
        _ index: Int, _ commands: [Command], _ run: inout MachineRun, _ observers: [any Observer]
    ) {
        var footprint: CommandFootprint?
        if team.threads == 1 {
            runBatch(commands, &run, observers)
        } else {
            let touched = CommandFootprint(commands[index].operation)
            if batch.isFull || batch.meets(touched) || replacesTileInUse(commands[index].operation) {
                runBatch(commands, &run, observers)
            }
            footprint = touched
        }
        switch commands[index].operation {
        case .load(let transfer):
            switch transfer.buffer {
            case .weightBuffer:
                batch.add(
                    index, footprint, transfer: DMAEngine(loading: transfer, from: externalMemory, to: &weightBuffer))
            case .activationBuffer:
                batch.add(
                    index, footprint,
                    transfer: DMAEngine(loading: transfer, from: externalMemory, to: &activationBuffer))
            case .parameterMemory:
                batch.add(
                    index, footprint, transfer: DMAEngine(loading: transfer, from: externalMemory, to: &parameterMemory)
                )
            }
        case .store(let transfer):
            switch transfer.buffer {
            case .weightBuffer:
                batch.add(
                    index, footprint, transfer: DMAEngine(storing: transfer, from: weightBuffer, to: externalMemory))
            case .activationBuffer:
                batch.add(
                    index, footprint, transfer: DMAEngine(storing: transfer, from: activationBuffer, to: externalMemory)
                )
            case .parameterMemory:
                batch.add(
                    index, footprint, transfer: DMAEngine(storing: transfer, from: parameterMemory, to: externalMemory))
            }
        case .accumulate(let pass):
            let accumulation = accumulationUnit.prepare(
                pass, context(pass.parameters), weightBuffer: weightBuffer, activationBuffer: &activationBuffer,
                accumulators: accumulators,
                owners: &batch.owners)
            batch.add(
                index, footprint, accumulation: accumulation,
                firstCounter: run.firstCounter(layer: commands[index].layer))
        case .elementwise(let work):
            let context = work.parameters.channelBlock >= 0 ? context(work.parameters) : nil
            batch.add(
                index, footprint,
                elementwise: ElementwiseUnit(work, context, &activationBuffer, level: accumulationUnit.array.level),
                firstCounter: run.firstCounter(layer: commands[index].layer))
        }
    }

    /// Only where no load of parameters is pending.
    private mutating func replacesTileInUse(_ operation: Command.Operation) -> Bool {
        guard batch.readsTile, case .accumulate(let pass) = operation else { return false }
        return accumulationUnit.replacesTile(pass, context(pass.parameters), activationBuffer)
    }

    private mutating func runBatch(_ commands: [Command], _ run: inout MachineRun, _ observers: [any Observer]) {
        batch.run { result in
            run.activity[result.index] = result.activity
            run.saturatedOutputs[commands[result.index].layer] += result.saturatedOutputs
            for observer in observers {
                observer.commandEnded(
                    index: result.index, command: commands[result.index], activity: result.activity,
                    saturatedOutputs: result.saturatedOutputs)
            }
        }
    }

    /// The layer's parameters as they lie in parameter memory now: no load of a pending batch writes there.
    private mutating func context(_ addresses: ParameterAddresses) -> LayerContext {
        let stamp = parameterMemory.stamp
        if let lastContext, lastContext.stamp == stamp, lastContext.addresses == addresses {
            return lastContext.context
        }
        let known = contexts[addresses]
        let context: LayerContext
        if let known, known.stamp == stamp {
            context = known.context
        } else {
            let configuration = LayerConfiguration(parameterMemory: parameterMemory.rawBytes, at: addresses)
            let isSame = known.map { $0.context.configuration == configuration } ?? false
            context =
                isSame
                ? known!.context
                : LayerContext(
                    configuration: configuration, activationBits: activationBits, level: accumulationUnit.array.level)
        }
        contexts[addresses] = (stamp, context)
        lastContext = (addresses, stamp, context)
        return context
    }
}

/// What a run did, command by command and layer by layer.
public struct MachineRun: Equatable, Sendable {
    /// One a command, in the order of the stream.
    public internal(set) var activity: [UnitActivity]
    /// One a layer: results changed by the saturation to R bits, or that lie beyond the first or last entry of their
    /// codebook (or beyond 16 bits).
    public internal(set) var saturatedOutputs: [Int]
    /// One a layer: the same by channel, up to the last channel that a command computes; no channel where commands only
    /// copy.
    public private(set) var saturatedOutputsByChannel: [[Int]]

    init(_ commands: [Command]) {
        activity = Array(repeating: UnitActivity(), count: commands.count)
        var channels = Array(repeating: 0, count: (commands.map(\.layer).max() ?? -1) + 1)
        for command in commands { channels[command.layer] = max(channels[command.layer], command.operation.channelEnd) }
        saturatedOutputs = Array(repeating: 0, count: channels.count)
        saturatedOutputsByChannel = channels.map { Array(repeating: 0, count: $0) }
        firstCounters = channels.reduce(into: [0]) { $0.append($0.last! + $1) }
    }

    /// Place of each layer's channel 0 among the counters of all channels; after the last how many there are.
    private let firstCounters: [Int]

    var counters: Int { firstCounters.last! }

    func firstCounter(layer: Int) -> Int { firstCounters[layer] }

    /// - Parameter count: the value of a counter.
    mutating func setChannels(_ count: (Int) -> Int) {
        for layer in saturatedOutputsByChannel.indices {
            for channel in saturatedOutputsByChannel[layer].indices {
                saturatedOutputsByChannel[layer][channel] = count(firstCounters[layer] + channel)
            }
        }
    }

    public var total: UnitActivity { activity.reduce(into: UnitActivity()) { $0 += $1 } }
}

extension Command.Operation {
    /// The channel after the last one whose results may saturate; 0 where none may.
    fileprivate var channelEnd: Int {
        switch self {
        case .load, .store: return 0
        case .accumulate(let pass) where pass.joinsPhases:
            return (pass.firstOutputChannel + pass.lanes) / pass.lanesOfChannel
        case .accumulate(let pass): return pass.lanes > 0 ? pass.outputChannelSet.index(pass.lanes - 1) + 1 : 0
        case .elementwise(let work): return work.function == .copy ? 0 : work.firstChannel + work.channels
        }
    }
}
