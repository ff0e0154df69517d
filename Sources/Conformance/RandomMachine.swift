import FixedPoint
public import MachineDescription
import Random

extension MachineDescription {
    /// A small machine such as nobody would build: lanes, banks, widths, halves and channels to memory are drawn from
    /// the seed. Its buffers hold every seeded layer case.
    ///
    ///     C0 1...16, K0 1...12, P0 1...5     V 8...16, W 8...12, A from one product to 44 bits
    ///     banks 1...P0, weights of a step in 1...4 reads, one half or two, spread columns or not
    ///     result lanes from 1 to twice a group's results, J 1...16, one or two buses of 1...32 bytes
    public static func random(seed: UInt64) -> MachineDescription {
        var random = SeededGenerator(seed: seed &* 2_000_003 &+ 17)
        let array = random.macArray()
        let results = array.outputChannelLanes * array.pixelLanes
        return MachineDescription(
            name: "random-\(seed)", clockMegahertz: Double(random.integer(50...1000)), macArray: array,
            weightBuffer: random.weightBuffer(array),
            activationBuffer: random.activationBuffer(array),
            accumulatorBuffer: AccumulatorBufferDescription(bytes: 1 << random.integer(14...16)),
            parameterMemory: ParameterMemoryDescription(bytes: 1 << random.integer(17...18)),
            codebookMux: CodebookMuxDescription(
                codebooks: random.integer(1...16), encodeLanes: random.integer(1...2 * results),
                programmable: random.integer(0...3) > 0),
            postProcessor: PostProcessorDescription(lanes: random.integer(1...2 * results)),
            normalization: NormalizationDescription(
                method: random.once(in: 3) ? .table : .exact, lanes: random.integer(1...2 * results),
                latencyCycles: random.integer(4...40)),
            memory: random.memory())
    }
}

extension SeededGenerator {
    fileprivate mutating func macArray() -> MACArrayDescription {
        let (activationBits, weightBits) = (integer(8...16), integer(8...12))
        return MACArrayDescription(
            inputChannelLanes: integer(1...16), outputChannelLanes: integer(1...12), pixelLanes: integer(1...5),
            activationBits: activationBits, weightBits: weightBits,
            accumulatorBits: integer(activationBits + weightBits...44), pipelineStages: integer(4...8))
    }

    /// A tile holds the least that the largest of each kind of layer can be cut to: 81 taps of one step's channels; 81
    /// taps of a group of 10 to 9 channels; all 40 channels of a normalization, or 16 positions of 24 channels, for K0
    /// outputs.
    fileprivate mutating func weightBuffer(_ array: MACArrayDescription) -> BufferDescription {
        let (banks, pingPong) = (integer(1...8), once(in: 2))
        let stepBytes = array.inputChannelLanes * array.outputChannelLanes
        let unit = banks * (pingPong ? 2 : 1)
        func steps(_ channels: Int, lanes: Int) -> Int { ceilDivide(channels, by: lanes) }
        let groupSteps = 81 * steps(10, lanes: array.inputChannelLanes) * steps(9, lanes: array.outputChannelLanes)
        let mostSteps = max(
            groupSteps, steps(40, lanes: array.inputChannelLanes), 16 * steps(24, lanes: array.inputChannelLanes))
        let least = max(1024, mostSteps * stepBytes * (pingPong ? 2 : 1) * integer(1...3))
        let reads = integer(1...4)
        return BufferDescription(
            bytes: roundUp(least, to: unit), banks: banks,
            bytesPerCycle: max(1, ceilDivide(stepBytes, by: reads * banks)) * banks, pingPong: pingPong)
    }

    fileprivate mutating func memory() -> MemoryDescription {
        let bus = 1 << integer(0...5)
        func direction() -> MemoryDirection {
            MemoryDirection(
                outstanding: integer(1...24), latencyCycles: integer(1...120),
                overheadCycles: once(in: 2) ? 0 : integer(1...9))
        }
        let (burst, alignment) = (bus << integer(0...4), bus << integer(0...3))
        let cycles = once(in: 2) ? 1 : integer(2...64)
        return MemoryDescription(
            busBytes: bus, alignmentBytes: alignment, burstBytes: burst, duplex: once(in: 2) ? .full : .half,
            read: direction(), write: direction(),
            efficiency: MemoryEfficiency(beats: integer(1...cycles), cycles: cycles))
    }

    fileprivate mutating func activationBuffer(_ array: MACArrayDescription) -> BufferDescription {
        let (banks, pingPong) = (integer(1...array.pixelLanes), once(in: 2))
        let unit = banks * array.inputChannelLanes * (pingPong ? 2 : 1)
        let least = 1 << integer(16...18)
        return BufferDescription(
            bytes: roundUp(least, to: unit), banks: banks, bytesPerCycle: banks * array.inputChannelLanes,
            pingPong: pingPong, deinterleave: once(in: 2))
    }
}
