import Commands
import FixedPoint
import Kernels
import Machine
import MachineDescription
import TestSupport
import Threads

/// A machine with one command on it: buffer images go in by plain transfers, the activation buffer comes back by one.
struct TestBench {
    static let activationBytes = 96 << 10
    static let weightBytes = 64 << 10
    static let parameterBytes = 64 << 10

    var description = TestBench.description
    var configuration: LayerConfiguration
    var weights: [UInt8]
    var activations: [UInt8]
    var activationBits = 16
    var threads = 1
    var kernels = KernelLevel.best

    static let description = MachineDescription(
        name: "bench", clockMegahertz: 100,
        macArray: MACArrayDescription(
            inputChannelLanes: 4, outputChannelLanes: 8, pixelLanes: 3, activationBits: 16, weightBits: 12,
            accumulatorBits: 40, pipelineStages: 2),
        weightBuffer: BufferDescription(bytes: weightBytes, banks: 1, bytesPerCycle: 32, pingPong: true),
        activationBuffer: BufferDescription(bytes: activationBytes, banks: 4, bytesPerCycle: 16, pingPong: true),
        accumulatorBuffer: AccumulatorBufferDescription(bytes: 64 << 10),
        parameterMemory: ParameterMemoryDescription(bytes: parameterBytes),
        codebookMux: CodebookMuxDescription(codebooks: 8, encodeLanes: 8, programmable: true),
        postProcessor: PostProcessorDescription(lanes: 8),
        normalization: NormalizationDescription(method: .exact, lanes: 8, latencyCycles: 4),
        memory: MemoryDescription(busBytes: 8, latencyCycles: 10, burstBytes: 64, alignmentBytes: 16, outstanding: 2))

    struct Outcome: Equatable {
        var activations: [UInt8]
        var activity: [UnitActivity]
        var saturatedOutputs: Int
        var saturatedOutputsByChannel: [Int]
    }

    /// Runs the operations one after the other; `place` receives the addresses of the parameter blocks.
    func run(_ operations: (ParameterAddresses) -> [Command.Operation]) throws -> Outcome {
        var image: [UInt8] = []
        var addresses = ParameterAddresses()
        for block in configuration.blocks {
            switch block.kind {
            case .decodeTable: addresses.decodeTable = image.count
            case .secondDecodeTable: addresses.secondDecodeTable = image.count
            case .weightTable: addresses.weightTable = image.count
            case .encodeTable: addresses.encodeTable = image.count
            case .channelBlock: addresses.channelBlock = image.count
            }
            image += block.bytes
        }
        let parameterBytes = image.count
        image += weights
        let activationAddress = image.count
        image += activations
        let resultAddress = image.count
        let memory = try ExternalMemory(bytes: resultAddress + activations.count)
        memory.write(image, at: 0)
        var machine = Machine(
            description: description, externalMemory: memory, activationBits: activationBits, accumulatorBits: 40,
            team: ThreadTeam(threads: threads), kernels: kernels)
        var commands = [
            Self.command(.load(Self.flat(0, parameterBytes, .parameterMemory))),
            Self.command(.load(Self.flat(parameterBytes, weights.count, .weightBuffer))),
            Self.command(
                .load(Self.flat(activationAddress, activations.count, .activationBuffer)), signals: .inputFull(0)),
        ]
        let work = operations(addresses)
        for (index, operation) in work.enumerated() {
            commands.append(
                Self.command(
                    operation, waits: index == 0 ? .inputFull(0) : [],
                    signals: index == work.count - 1 ? .outputFull(0) : []))
        }
        commands.append(
            Self.command(.store(Self.flat(resultAddress, activations.count, .activationBuffer)), waits: .outputFull(0)))
        let run = try machine.run(commands)
        return Outcome(
            activations: memory.read(at: resultAddress, count: activations.count),
            activity: Array(run.activity[3..<3 + work.count]),
            saturatedOutputs: run.saturatedOutputs[0], saturatedOutputsByChannel: run.saturatedOutputsByChannel[0])
    }

    static func command(_ operation: Command.Operation, waits: SemaphoreSet = [], signals: SemaphoreSet = []) -> Command
    {
        Command(layer: 0, waits: waits, signals: signals, operation: operation)
    }

    /// `count` bytes at `address` to or from the beginning of a buffer.
    static func flat(_ address: Int, _ count: Int, _ buffer: BufferName) -> Transfer {
        Transfer(
            externalAddress: address, rows: 1, rowPitchBytes: 0, rowBytes: count, buffer: buffer, bufferAddress: 0,
            chunkBytes: max(count, 1), chunkPitchBytes: max(count, 1))
    }
}
