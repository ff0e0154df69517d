/// One accelerator: capabilities and capacities only. Nothing here changes a bit of a result; a network that needs more
/// than a machine has is refused.
public struct MachineDescription: Hashable, Sendable {
    public var name: String
    public var clockMegahertz: Double
    public var macArray: MACArrayDescription
    public var weightBuffer: BufferDescription
    public var activationBuffer: BufferDescription
    public var accumulatorBuffer: AccumulatorBufferDescription
    public var parameterMemory: ParameterMemoryDescription
    public var codebookMux: CodebookMuxDescription
    public var postProcessor: PostProcessorDescription
    public var normalization: NormalizationDescription
    /// The external memory and the bus to it.
    public var memory: MemoryDescription
    public var entropyCoder: EntropyCoderDescription
    public var trellis: TrellisDescription
    /// In front of the weight buffer; nil: weights are loaded as they are.
    public var weightDecoder: WeightDecoderDescription?

    public init(
        name: String, clockMegahertz: Double, macArray: MACArrayDescription, weightBuffer: BufferDescription,
        activationBuffer: BufferDescription,
        accumulatorBuffer: AccumulatorBufferDescription, parameterMemory: ParameterMemoryDescription,
        codebookMux: CodebookMuxDescription,
        postProcessor: PostProcessorDescription, normalization: NormalizationDescription, memory: MemoryDescription,
        entropyCoder: EntropyCoderDescription = EntropyCoderDescription(symbolsPerCycle: 1, interleave: 4),
        trellis: TrellisDescription = TrellisDescription(states: 8, samplesPerCycle: 1),
        weightDecoder: WeightDecoderDescription? = nil
    ) {
        self.name = name
        self.clockMegahertz = clockMegahertz
        self.macArray = macArray
        self.weightBuffer = weightBuffer
        self.activationBuffer = activationBuffer
        self.accumulatorBuffer = accumulatorBuffer
        self.parameterMemory = parameterMemory
        self.codebookMux = codebookMux
        self.postProcessor = postProcessor
        self.normalization = normalization
        self.memory = memory
        self.entropyCoder = entropyCoder
        self.trellis = trellis
        self.weightDecoder = weightDecoder
    }

    /// Weight, activation and accumulator buffer and parameter memory together.
    public var sramBytes: Int {
        weightBuffer.bytes + activationBuffer.bytes + accumulatorBuffer.bytes + parameterMemory.bytes
    }

    /// Whether coded weights or skipped zeros are estimated beside the simulated cycles.
    public var estimatesWeightCoding: Bool { weightDecoder != nil || macArray.zeroSkipping }
}

/// C0 x K0 x P0 multipliers: every cycle one step multiplies C0 input channels of P0 pixels with C0 x K0 weights.
public struct MACArrayDescription: Hashable, Sendable {
    /// C0.
    public var inputChannelLanes: Int
    /// K0.
    public var outputChannelLanes: Int
    /// P0: consecutive pixels of one output row.
    public var pixelLanes: Int
    public var dataflow: Dataflow
    public var laneMapping: LaneMapping
    /// Whether schedules may let several groups of a grouped convolution share the C0 input lanes.
    public var mergedGroups: Bool
    /// Whether schedules may let the phases of a transposed convolution share the K0 output lanes.
    public var phases: Bool
    /// Whether schedules may let the C0 input lanes run over rows of a kernel.
    public var kernelRow: Bool
    /// Largest V, W and A.
    public var activationBits: Int
    public var weightBits: Int
    public var accumulatorBits: Int
    /// Registers between the operands and the accumulator.
    public var pipelineStages: Int
    /// Whether steps whose weights are all zero are left out. No RTL has it: only `estimatedCycles` know of it.
    public var zeroSkipping: Bool

    /// What stays in the array while the operands change.
    public enum Dataflow: String, CaseIterable, Hashable, Sendable {
        /// The partial sums of K0 channels of P0 pixels.
        case outputStationary
    }

    /// What the C0 input lanes hold.
    public enum LaneMapping: String, CaseIterable, Hashable, Sendable {
        /// C0 input channels of one tap.
        case channels
        /// Taps times channels, so that layers with few channels fill the lanes. (Not built yet: refused by name.)
        case tapsAndChannels
    }

    public init(
        inputChannelLanes: Int, outputChannelLanes: Int, pixelLanes: Int, dataflow: Dataflow = .outputStationary,
        laneMapping: LaneMapping = .channels, mergedGroups: Bool = true, phases: Bool = true, kernelRow: Bool = true,
        activationBits: Int, weightBits: Int, accumulatorBits: Int, pipelineStages: Int, zeroSkipping: Bool = false
    ) {
        self.inputChannelLanes = inputChannelLanes
        self.outputChannelLanes = outputChannelLanes
        self.pixelLanes = pixelLanes
        self.dataflow = dataflow
        self.laneMapping = laneMapping
        self.mergedGroups = mergedGroups
        self.phases = phases
        self.kernelRow = kernelRow
        self.activationBits = activationBits
        self.weightBits = weightBits
        self.accumulatorBits = accumulatorBits
        self.pipelineStages = pipelineStages
        self.zeroSkipping = zeroSkipping
    }

    public var macs: Int { inputChannelLanes * outputChannelLanes * pixelLanes }
}

/// A software-managed on-chip memory.
public struct BufferDescription: Hashable, Sendable {
    /// Capacity, both ping-pong halves together.
    public var bytes: Int
    public var banks: Int
    /// Bytes it delivers to the MAC array a cycle.
    public var bytesPerCycle: Int
    /// Two halves, so that the DMA fills one while the array reads the other.
    public var pingPong: Bool
    /// Of the activation buffer only. With it the load spreads the pixels of a strided layer so that the columns of one
    /// step lie in different banks: bank = (x div stride) mod banks instead of x mod banks.
    public var deinterleave: Bool

    /// Bytes that one tile may take: half the capacity with ping-pong.
    public var tileBytes: Int { pingPong ? bytes / 2 : bytes }

    public init(bytes: Int, banks: Int, bytesPerCycle: Int, pingPong: Bool, deinterleave: Bool = false) {
        self.bytes = bytes
        self.banks = banks
        self.bytesPerCycle = bytesPerCycle
        self.pingPong = pingPong
        self.deinterleave = deinterleave
    }
}

/// Where partial sums wait when a schedule splits the input channels.
public struct AccumulatorBufferDescription: Hashable, Sendable {
    public var bytes: Int

    public init(bytes: Int) { self.bytes = bytes }
}

/// Codebook tables, biases, multipliers and the rest of a layer's configuration, in two halves: one layer's is loaded
/// while the one before still runs.
public struct ParameterMemoryDescription: Hashable, Sendable {
    /// Both halves together.
    public var bytes: Int

    public init(bytes: Int) { self.bytes = bytes }
}

public struct CodebookMuxDescription: Hashable, Sendable {
    /// Largest J.
    public var codebooks: Int
    /// Codes encoded a cycle.
    public var encodeLanes: Int
    /// Whether entries are loaded (otherwise only memory-free laws run).
    public var programmable: Bool

    public init(codebooks: Int, encodeLanes: Int, programmable: Bool) {
        self.codebooks = codebooks
        self.encodeLanes = encodeLanes
        self.programmable = programmable
    }
}

public struct PostProcessorDescription: Hashable, Sendable {
    /// Accumulators requantized a cycle.
    public var lanes: Int

    public init(lanes: Int) { self.lanes = lanes }
}

public struct NormalizationDescription: Hashable, Sendable {
    /// `exact` computes the correctly rounded result; `table` the second function, of segments that the network file
    /// has.
    public enum Method: String, CaseIterable, Hashable, Sendable { case exact, table }

    public var method: Method
    /// Results a cycle.
    public var lanes: Int
    /// Cycles from operand to result.
    public var latencyCycles: Int

    public init(method: Method, lanes: Int, latencyCycles: Int) {
        self.method = method
        self.lanes = lanes
        self.latencyCycles = latencyCycles
    }
}

/// Beside the array: symbols to bits and back.
public struct EntropyCoderDescription: Hashable, Sendable {
    public var symbolsPerCycle: Int
    /// States in flight: the largest number of lanes that a network's streams may have.
    public var interleave: Int

    public init(symbolsPerCycle: Int, interleave: Int) {
        self.symbolsPerCycle = symbolsPerCycle
        self.interleave = interleave
    }
}

/// Beside the array: dependent quantization.
public struct TrellisDescription: Hashable, Sendable {
    /// Add-compare-select units: the most states of a trellis.
    public var states: Int
    public var samplesPerCycle: Int

    public init(states: Int, samplesPerCycle: Int) {
        self.states = states
        self.samplesPerCycle = samplesPerCycle
    }
}

/// Between the DMA and the weight buffer: coded weights to codes. No RTL has it: only `estimatedCycles` know of it.
public struct WeightDecoderDescription: Hashable, Sendable {
    /// How weight codes are coded in external memory.
    public enum Law: String, CaseIterable, Hashable, Sendable {
        /// A canonical prefix code a layer, each tile by itself in whole bytes.
        case huffman
    }

    public var law: Law
    /// Weight codes decoded a cycle.
    public var symbolsPerCycle: Int

    public init(law: Law, symbolsPerCycle: Int) {
        self.law = law
        self.symbolsPerCycle = symbolsPerCycle
    }
}
