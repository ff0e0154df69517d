import MachineDescription
import TestSupport

/// The three machines of the design, and small ones for small layers.
enum TestMachines {
    static func machine(
        _ name: String, lanes: (Int, Int, Int), bits: (Int, Int, Int), weightBytes: Int, activationBytes: Int,
        accumulatorBytes: Int, dma: (Int, Int),
        megahertz: Double, pingPong: Bool = true, parameterBytes: Int = 128 << 10
    ) -> MachineDescription {
        let (c0, k0, p0) = lanes
        return MachineDescription(
            name: name, clockMegahertz: megahertz,
            macArray: MACArrayDescription(
                inputChannelLanes: c0, outputChannelLanes: k0, pixelLanes: p0, activationBits: bits.0,
                weightBits: bits.1, accumulatorBits: bits.2,
                pipelineStages: 4),
            weightBuffer: BufferDescription(bytes: weightBytes, banks: 1, bytesPerCycle: c0 * k0, pingPong: pingPong),
            activationBuffer: BufferDescription(
                bytes: activationBytes, banks: p0, bytesPerCycle: c0 * p0, pingPong: pingPong),
            accumulatorBuffer: AccumulatorBufferDescription(bytes: accumulatorBytes),
            parameterMemory: ParameterMemoryDescription(bytes: parameterBytes),
            codebookMux: CodebookMuxDescription(codebooks: 8, encodeLanes: k0, programmable: true),
            postProcessor: PostProcessorDescription(lanes: k0),
            normalization: NormalizationDescription(method: .exact, lanes: k0, latencyCycles: 16),
            memory: MemoryDescription(
                busBytes: dma.0, latencyCycles: dma.1, burstBytes: 64, alignmentBytes: 64, outstanding: 4))
    }

    static let small = machine(
        "small", lanes: (8, 8, 4), bits: (12, 12, 32), weightBytes: 128 << 10, activationBytes: 128 << 10,
        accumulatorBytes: 32 << 10, dma: (4, 60), megahertz: 200)
    static let mid = machine(
        "mid", lanes: (16, 16, 4), bits: (16, 12, 36), weightBytes: 256 << 10, activationBytes: 512 << 10,
        accumulatorBytes: 64 << 10, dma: (16, 100),
        megahertz: 400)
    static let large = machine(
        "large", lanes: (16, 32, 8), bits: (16, 12, 40), weightBytes: 512 << 10, activationBytes: 2 << 20,
        accumulatorBytes: 128 << 10, dma: (32, 100),
        megahertz: 800)

    /// Few lanes, so that small layers are ragged too.
    static func tiny(
        weightBytes: Int = 1 << 16, activationBytes: Int = 1 << 18, accumulatorBytes: Int = 1 << 14,
        pingPong: Bool = true
    ) -> MachineDescription {
        machine(
            "tiny", lanes: (4, 4, 2), bits: (16, 12, 40), weightBytes: weightBytes, activationBytes: activationBytes,
            accumulatorBytes: accumulatorBytes, dma: (4, 10),
            megahertz: 100, pingPong: pingPong)
    }
}
