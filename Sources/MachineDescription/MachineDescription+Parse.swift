public import Diagnostics
import FileFormats

extension MachineDescription {
    /// Reads a machine file's text. What follows from other fields, or is alike in most machines, may be left out
    /// (`MachineDefaults`); nothing else may be there. The ranges stand beside the fields below.
    ///
    /// - Parameter path: names the file in messages.
    /// - Throws: `MACHINE-003` to `MACHINE-010`, the first of them.
    public init(yaml text: String, path: String) throws(Diagnostic) {
        do {
            self = try Self.reading(yaml: text, path: path)
        } catch {
            throw error.first
        }
    }

    /// The same.
    ///
    /// - Throws: all that is wrong. A document that is no YAML, or has a key twice, has this one problem.
    public static func reading(yaml text: String, path: String) throws(MachineFileProblems) -> MachineDescription {
        var reader: MachineFileReader
        do {
            reader = try MachineFileReader(text, path: path, codes: .machine, blocks: MachineFileReader.machineBlocks)
        } catch {
            throw MachineFileProblems(error, path: path)
        }
        let machine = MachineDescription(&reader)
        machine.checkConsistency(&reader)
        let refusals = reader.refusals
        guard refusals.count == 0 else {
            throw MachineFileProblems(refusals.diagnostics, count: refusals.count, path: path)
        }
        return machine
    }

    private init(_ reader: inout MachineFileReader) {
        let array = MACArrayDescription(&reader)
        let weightBuffer = BufferDescription(weightsOf: array, &reader)
        let codebooks = reader.integer("codebookMux.codebooks", in: 1...256, default: MachineDefaults.codebooks)
        let lanes = reader.integer(
            "postProcessor.lanes", in: 1...65_536, default: MachineDefaults.resultLanes(array),
            from: MACArrayDescription.lanePaths)
        self.init(
            name: reader.name("name"),
            clockMegahertz: reader.megahertz("clockMegahertz", in: 1...100_000),
            macArray: array, weightBuffer: weightBuffer,
            activationBuffer: BufferDescription(activationsOf: array, &reader),
            accumulatorBuffer: AccumulatorBufferDescription(
                bytes: reader.bytes(
                    "accumulatorBuffer.bytes", in: 64...1 << 30,
                    default: MachineDefaults.accumulatorBytes(weightBytes: weightBuffer.bytes),
                    from: ["weightBuffer.bytes"])),
            parameterMemory: ParameterMemoryDescription(
                bytes: reader.bytes(
                    "parameterMemory.bytes", in: 1024...1 << 30,
                    default: MachineDefaults.parameterBytes(weightBytes: weightBuffer.bytes),
                    from: ["weightBuffer.bytes"])),
            codebookMux: CodebookMuxDescription(
                codebooks: codebooks,
                encodeLanes: reader.integer("codebookMux.encodeLanes", in: 1...65_536, default: lanes),
                programmable: reader.boolean("codebookMux.programmable", default: true)),
            postProcessor: PostProcessorDescription(lanes: lanes),
            normalization: NormalizationDescription(
                method: reader.word("normalization.method", default: .exact, otherwise: .exact),
                lanes: reader.integer("normalization.lanes", in: 1...65_536, default: lanes),
                latencyCycles: reader.integer(
                    "normalization.latencyCycles", in: 1...1024, default: MachineDefaults.normalizationLatencyCycles)),
            memory: MemoryDescription(&reader),
            entropyCoder: EntropyCoderDescription(
                symbolsPerCycle: reader.integer(
                    "entropyCoder.symbolsPerCycle", in: 1...64, default: MachineDefaults.symbolsPerCycle),
                interleave: reader.integer(
                    "entropyCoder.interleave", in: 1...16, default: MachineDefaults.interleave)),
            trellis: TrellisDescription(
                states: reader.integer("trellis.states", in: 1...16, default: MachineDefaults.states),
                samplesPerCycle: reader.integer(
                    "trellis.samplesPerCycle", in: 1...64, default: MachineDefaults.samplesPerCycle)),
            weightDecoder: reader.has("weightDecoder") ? WeightDecoderDescription(&reader) : nil)
    }
}

extension YAMLCodes {
    fileprivate static let machine = YAMLCodes(
        syntax: .machineNotYAML, unknownKey: .machineUnknownKey, missingKey: .machineMissingField,
        wrongType: .machineWrongType,
        outOfRange: .machineValueOutOfRange, unknownWord: .machineValueOutOfRange, duplicateKey: .machineDuplicateKey,
        notPlainName: .machineValueOutOfRange,
        example: "intaglio machines mid prints a whole machine file")
}

extension MachineFileReader {
    fileprivate static let machineBlocks = [
        Block(name: "", required: ["name", "clockMegahertz"], optional: []),
        Block(
            name: "macArray", required: ["inputChannelLanes", "outputChannelLanes", "pixelLanes"],
            optional: [
                "dataflow", "laneMapping", "mergedGroups", "phases", "kernelRow", "activationBits", "weightBits",
                "accumulatorBits", "pipelineStages", "zeroSkipping",
            ]),
        Block(name: "weightBuffer", required: ["bytes"], optional: ["banks", "bytesPerCycle", "pingPong"]),
        Block(
            name: "activationBuffer", required: ["bytes"],
            optional: ["banks", "bytesPerCycle", "pingPong", "deinterleave"]),
        Block(name: "accumulatorBuffer", required: [], optional: ["bytes"]),
        Block(name: "parameterMemory", required: [], optional: ["bytes"]),
        Block(name: "codebookMux", required: [], optional: ["codebooks", "encodeLanes", "programmable"]),
        Block(name: "postProcessor", required: [], optional: ["lanes"]),
        Block(name: "normalization", required: [], optional: ["method", "lanes", "latencyCycles"]),
        Block(
            name: "memory", required: ["busBytes", "read"],
            optional: ["alignmentBytes", "burstBytes", "duplex", "write", "efficiency"]),
        Block(name: "memory.read", required: ["latencyCycles"], optional: ["outstanding", "overheadCycles"]),
        Block(name: "memory.write", required: [], optional: ["outstanding", "latencyCycles", "overheadCycles"]),
        Block(
            name: "dma", required: ["bytesPerCycle", "latencyCycles"],
            optional: ["burstBytes", "alignmentBytes", "outstanding"]),
        Block(name: "entropyCoder", required: [], optional: ["symbolsPerCycle", "interleave"]),
        Block(name: "trellis", required: [], optional: ["states", "samplesPerCycle"]),
        Block(name: "weightDecoder", required: ["law", "symbolsPerCycle"], optional: []),
    ]
}

extension MACArrayDescription {
    /// The fields that results and buffers follow from.
    static let lanePaths = ["macArray.inputChannelLanes", "macArray.outputChannelLanes", "macArray.pixelLanes"]

    fileprivate init(_ reader: inout MachineFileReader) {
        let activationBits = reader.integer(
            "macArray.activationBits", in: 8...16, default: MachineDefaults.activationBits)
        let weightBits = reader.integer("macArray.weightBits", in: 8...12, default: MachineDefaults.weightBits)
        self.init(
            inputChannelLanes: reader.integer("macArray.inputChannelLanes", in: 1...1024),
            outputChannelLanes: reader.integer("macArray.outputChannelLanes", in: 1...1024),
            pixelLanes: reader.integer("macArray.pixelLanes", in: 1...1024),
            dataflow: reader.word("macArray.dataflow", default: .outputStationary, otherwise: .outputStationary),
            laneMapping: reader.word("macArray.laneMapping", default: .channels, otherwise: .channels),
            mergedGroups: reader.boolean("macArray.mergedGroups", default: MachineDefaults.mergedGroups),
            phases: reader.boolean("macArray.phases", default: MachineDefaults.phases),
            kernelRow: reader.boolean("macArray.kernelRow", default: MachineDefaults.kernelRow),
            activationBits: activationBits, weightBits: weightBits,
            accumulatorBits: reader.integer(
                "macArray.accumulatorBits", in: 16...60,
                default: activationBits + weightBits + MachineDefaults.guardBits,
                from: ["macArray.activationBits", "macArray.weightBits"]),
            pipelineStages: reader.integer(
                "macArray.pipelineStages", in: 1...64, default: MachineDefaults.pipelineStages),
            zeroSkipping: reader.boolean("macArray.zeroSkipping", default: false))
    }
}

extension BufferDescription {
    private static let bytesRange = 1024...1 << 30
    private static let bankRange = 1...1024
    private static let rateRange = 1...1 << 20

    fileprivate init(weightsOf array: MACArrayDescription, _ reader: inout MachineFileReader) {
        self.init(
            bytes: reader.bytes("weightBuffer.bytes", in: Self.bytesRange),
            banks: reader.integer(
                "weightBuffer.banks", in: Self.bankRange, default: array.outputChannelLanes,
                from: ["macArray.outputChannelLanes"]),
            bytesPerCycle: reader.integer(
                "weightBuffer.bytesPerCycle", in: Self.rateRange,
                default: array.inputChannelLanes * array.outputChannelLanes,
                from: ["macArray.inputChannelLanes", "macArray.outputChannelLanes"]),
            pingPong: reader.boolean("weightBuffer.pingPong", default: true))
    }

    fileprivate init(activationsOf array: MACArrayDescription, _ reader: inout MachineFileReader) {
        let banks = reader.integer(
            "activationBuffer.banks", in: Self.bankRange, default: array.pixelLanes, from: ["macArray.pixelLanes"])
        self.init(
            bytes: reader.bytes("activationBuffer.bytes", in: Self.bytesRange),
            banks: banks,
            bytesPerCycle: reader.integer(
                "activationBuffer.bytesPerCycle", in: Self.rateRange, default: banks * array.inputChannelLanes,
                from: ["macArray.inputChannelLanes", "activationBuffer.banks"]),
            pingPong: reader.boolean("activationBuffer.pingPong", default: true),
            deinterleave: reader.boolean("activationBuffer.deinterleave", default: true))
    }
}

extension WeightDecoderDescription {
    fileprivate init(_ reader: inout MachineFileReader) {
        self.init(
            law: reader.word("weightDecoder.law", default: nil, otherwise: .huffman),
            symbolsPerCycle: reader.integer("weightDecoder.symbolsPerCycle", in: 1...64))
    }
}
