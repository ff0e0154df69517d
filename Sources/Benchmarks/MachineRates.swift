import Commands
import FixedPoint
import Machine
import MachineDescription
import Threads

/// Whole commands of bls2017 on tiles of the machine `mid`: what a run of the network costs, decoding and drains
/// included.
struct MachineRates {
    struct Shape {
        var name: String
        var channels: Int
        var outputs: Int
        var side: Int
        var stride: Int
        var tapStep = 1
        var form: NormalizationConfiguration.Form?
    }

    static let shapes = [
        Shape(name: "9x9 stride 4, 3 -> 128", channels: 3, outputs: 128, side: 9, stride: 4),
        Shape(name: "5x5 stride 2, 128 -> 128", channels: 128, outputs: 128, side: 5, stride: 2),
        Shape(name: "phase 3x3 of 5x5, 128 -> 128", channels: 128, outputs: 128, side: 3, stride: 1, tapStep: -1),
        Shape(name: "phase 2x2 of 9x9, 128 -> 3", channels: 128, outputs: 3, side: 2, stride: 1, tapStep: -1),
        Shape(name: "GDN1, 128", channels: 128, outputs: 128, side: 1, stride: 1, form: .gdn1),
        Shape(name: "IGDN1, 128", channels: 128, outputs: 128, side: 1, stride: 1, form: .igdn1),
        Shape(name: "GDN, 128", channels: 128, outputs: 128, side: 1, stride: 1, form: .gdn),
        Shape(name: "IGDN, 128", channels: 128, outputs: 128, side: 1, stride: 1, form: .igdn),
    ]

    static func report(_ shape: Shape) {
        let (cpu, wall) = time(shape, threads: 1)
        let (_, wallOfTwo) = time(shape, threads: 2)
        let outputs = 32 * 32 * shape.outputs
        let macs = outputs * shape.side * shape.side * shape.channels
        print(
            """
            \(shape.name): \(billions(Double(macs) / cpu)) GMAC per CPU second, \
            \(oneDecimal(cpu * 1e9 / Double(outputs))) ns an output,
            """,
            "2 threads \(oneDecimal(wall / wallOfTwo)) times as fast")
    }

    /// Seconds of one command of 32 x 32 positions; the input is loaded anew each time, so that it is decoded anew.
    private static func time(_ shape: Shape, threads: Int) -> (cpu: Double, wall: Double) {
        let extent = 31 * shape.stride + shape.side
        let inputBytes = extent * extent * shape.channels
        let taps = shape.side * shape.side
        let configuration = configuration(shape)
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
        let weightBytes = shape.outputs * taps * shape.channels
        image += (0..<max(weightBytes, inputBytes)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        // A few MiB, which this program has.
        let memory = try! ExternalMemory(contents: image)
        var machine = Machine(
            description: description, externalMemory: memory, activationBits: 12, accumulatorBits: 36,
            team: ThreadTeam(threads: threads))
        var pass = Accumulation()
        (pass.rows, pass.columns, pass.tapRows, pass.tapColumns) = (32, 32, shape.side, shape.side)
        (pass.inputStrideY, pass.inputStrideX, pass.tapStepY, pass.tapStepX) = (
            shape.stride, shape.stride, shape.tapStep, shape.tapStep
        )
        (pass.inputOffsetY, pass.inputOffsetX) = shape.tapStep < 0 ? (shape.side - 1, shape.side - 1) : (0, 0)
        (pass.inputHeight, pass.inputWidth, pass.tileRows, pass.tileColumns) = (extent, extent, extent, extent)
        (pass.inputChannels, pass.layerGroupInputChannels, pass.inputPixelPitchBytes) = (
            shape.channels, shape.channels, shape.channels
        )
        (pass.outputChannels, pass.layerGroupOutputChannels, pass.outputPixelPitchBytes) = (
            shape.outputs, shape.outputs, shape.outputs
        )
        (pass.weightTapPitchBytes, pass.outputTileColumns, pass.outputAddress) = (shape.channels, 32, inputBytes)
        pass.parameters = addresses
        if let form = shape.form {
            pass.drain = .normalization
            pass.operand = form == .gdn || form == .igdn ? .square : .magnitude
        }
        let load = command(.load(flat(parameterBytes, inputBytes, .activationBuffer)))
        let setUp = [
            command(.load(flat(0, parameterBytes, .parameterMemory))),
            command(.load(flat(parameterBytes, weightBytes, .weightBuffer))),
        ]
        _ = try! machine.run(setUp + [load])
        _ = try! machine.run([command(.accumulate(pass))])
        let repetitions = 20
        let commands = [load, command(.accumulate(pass))]
        var cpu = 0.0
        let wall = wallSeconds { cpu = cpuSeconds { for _ in 0..<repetitions { _ = try! machine.run(commands) } } }
        return (cpu / Double(repetitions), wall / Double(repetitions))
    }

    private static func configuration(_ shape: Shape) -> LayerConfiguration {
        let entries = (0..<256).map { Int16(($0 - 128) * 15) }
        let thresholds = zip(entries, entries.dropFirst()).map { (Int32($0) + Int32($1) + 1) >> 1 }
        let zeros = [Int32](repeating: 0, count: shape.outputs)
        let multiplier = QuantizedMultiplier(mantissa: 1_500_000_000, exponent: -12)
        let multipliers = Array(repeating: multiplier, count: shape.outputs)
        let drain: DrainConfiguration =
            if let form = shape.form {
                .normalization(
                    NormalizationConfiguration(
                        form: form, operandShifts: Array(repeating: 11, count: shape.channels),
                        beta: Array(repeating: 1000, count: shape.outputs),
                        scaleMantissas: Array(repeating: 12_345_678, count: shape.outputs),
                        scaleShifts: Array(
                            repeating: [.gdn: 13, .igdn: 34, .gdn1: 3, .igdn1: 45][form]!, count: shape.outputs),
                        resultBits: 32, clipLow: .min,
                        clipHigh: .max))
            } else {
                .postProcessing(
                    PostProcessingConfiguration(
                        bias: zeros.map { Int64($0) }, multipliers: multipliers, multipliersNegative: multipliers,
                        rounding: .single, resultBits: 32,
                        clipLow: .min, clipHigh: .max))
            }
        return LayerConfiguration(
            input: OperandConfiguration(
                entries: [entries], selects: Array(repeating: 0, count: shape.channels),
                offsets: Array(repeating: 0, count: shape.channels)),
            output: ResultConfiguration(
                thresholds: [thresholds],
                limits: [CodebookLimits(lowest: Int32(entries[0]), highest: Int32(entries[255]))],
                selects: zeros.map { UInt8($0) }, offsets: zeros),
            weightEntries: (0..<256).map { shape.form == nil ? Int16($0 - 128) : Int16($0) }, drain: drain)
    }

    private static func command(_ operation: Command.Operation) -> Command {
        Command(layer: 0, waits: [], signals: [], operation: operation)
    }

    private static func flat(_ address: Int, _ count: Int, _ buffer: BufferName) -> Transfer {
        Transfer(
            externalAddress: address, rows: 1, rowPitchBytes: 0, rowBytes: count, buffer: buffer, bufferAddress: 0,
            chunkBytes: count, chunkPitchBytes: count)
    }

    /// Lanes of `mid`, with buffers that hold a whole tile.
    private static let description = MachineDescription(
        name: "benchmark", clockMegahertz: 400,
        macArray: MACArrayDescription(
            inputChannelLanes: 16, outputChannelLanes: 16, pixelLanes: 4, activationBits: 16, weightBits: 12,
            accumulatorBits: 36, pipelineStages: 4),
        weightBuffer: BufferDescription(bytes: 1 << 20, banks: 1, bytesPerCycle: 256, pingPong: true),
        activationBuffer: BufferDescription(bytes: 4 << 20, banks: 4, bytesPerCycle: 64, pingPong: true),
        accumulatorBuffer: AccumulatorBufferDescription(bytes: 64 << 10),
        parameterMemory: ParameterMemoryDescription(bytes: 64 << 10),
        codebookMux: CodebookMuxDescription(codebooks: 8, encodeLanes: 16, programmable: true),
        postProcessor: PostProcessorDescription(lanes: 16),
        normalization: NormalizationDescription(method: .exact, lanes: 16, latencyCycles: 20),
        memory: MemoryDescription(
            busBytes: 16, alignmentBytes: 64, burstBytes: 64, read: MemoryDirection(outstanding: 4, latencyCycles: 100),
            write: MemoryDirection(outstanding: 4, latencyCycles: 50)))
}
