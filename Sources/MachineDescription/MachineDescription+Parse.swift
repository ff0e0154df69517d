public import Diagnostics
import FileFormats

extension MachineDescription {
    /// Reads a machine file's text. Every field must be there and nothing else; the ranges stand beside the fields
    /// below.
    ///
    /// - Parameter path: names the file in messages.
    /// - Throws: `MACHINE-003` to `MACHINE-010`.
    public init(yaml text: String, path: String) throws(Diagnostic) {
        let top = try YAMLFields(
            document: text, path: path, codes: .machine,
            keys: [
                "name", "clockMegahertz", "macArray", "weightBuffer", "activationBuffer", "accumulatorBuffer",
                "parameterMemory", "codebookMux",
                "postProcessor", "normalization", "dma", "entropyCoder", "trellis",
            ], optional: ["weightDecoder"])
        let entropyCoder = try top.mapping("entropyCoder", keys: ["symbolsPerCycle", "interleave"])
        let trellis = try top.mapping("trellis", keys: ["states", "samplesPerCycle"])
        let accumulatorBuffer = try top.mapping("accumulatorBuffer", keys: ["bytes"])
        let parameterMemory = try top.mapping("parameterMemory", keys: ["bytes"])
        let postProcessor = try top.mapping("postProcessor", keys: ["lanes"])
        self.init(
            name: try top.name("name"),
            clockMegahertz: try top.number("clockMegahertz", in: 1...100_000),
            macArray: try MACArrayDescription(top),
            weightBuffer: try BufferDescription(top, "weightBuffer", deinterleaves: false),
            activationBuffer: try BufferDescription(top, "activationBuffer", deinterleaves: true),
            accumulatorBuffer: AccumulatorBufferDescription(
                bytes: try accumulatorBuffer.integer("bytes", in: 64...1 << 30)),
            parameterMemory: ParameterMemoryDescription(
                bytes: try parameterMemory.integer("bytes", in: 1024...1 << 30)),
            codebookMux: try CodebookMuxDescription(top),
            postProcessor: PostProcessorDescription(lanes: try postProcessor.integer("lanes", in: 1...65_536)),
            normalization: try NormalizationDescription(top),
            dma: try DMADescription(top),
            entropyCoder: EntropyCoderDescription(
                symbolsPerCycle: try entropyCoder.integer("symbolsPerCycle", in: 1...64),
                interleave: try entropyCoder.integer("interleave", in: 1...16)),
            trellis: TrellisDescription(
                states: try trellis.integer("states", in: 1...16),
                samplesPerCycle: try trellis.integer("samplesPerCycle", in: 1...64)),
            weightDecoder: top.has("weightDecoder") ? try WeightDecoderDescription(top) : nil)
        try checkConsistency(top)
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

extension MACArrayDescription {
    fileprivate init(_ top: YAMLFields) throws(Diagnostic) {
        let fields = try top.mapping(
            "macArray",
            keys: [
                "inputChannelLanes", "outputChannelLanes", "pixelLanes", "dataflow", "laneMapping", "activationBits",
                "weightBits", "accumulatorBits",
                "pipelineStages",
            ], optional: ["zeroSkipping"])
        self.init(
            inputChannelLanes: try fields.integer("inputChannelLanes", in: 1...1024),
            outputChannelLanes: try fields.integer("outputChannelLanes", in: 1...1024),
            pixelLanes: try fields.integer("pixelLanes", in: 1...1024),
            dataflow: try fields.word("dataflow", as: Dataflow.self),
            laneMapping: try fields.word("laneMapping", as: LaneMapping.self),
            activationBits: try fields.integer("activationBits", in: 8...16),
            weightBits: try fields.integer("weightBits", in: 8...12),
            accumulatorBits: try fields.integer("accumulatorBits", in: 16...60),
            pipelineStages: try fields.integer("pipelineStages", in: 1...64),
            zeroSkipping: fields.has("zeroSkipping") ? try fields.boolean("zeroSkipping") : false)
        guard laneMapping == .channels else {
            throw Diagnostic(
                .machineNotBuiltYet, at: fields.place(of: "laneMapping"),
                found: "macArray.laneMapping is tapsAndChannels, which is not built yet",
                expected: "channels", remedy: "use laneMapping: channels")
        }
    }
}

extension BufferDescription {
    fileprivate init(_ top: YAMLFields, _ name: String, deinterleaves: Bool) throws(Diagnostic) {
        let fields = try top.mapping(
            name, keys: ["bytes", "banks", "bytesPerCycle", "pingPong"] + (deinterleaves ? ["deinterleave"] : []))
        self.init(
            bytes: try fields.integer("bytes", in: 1024...1 << 30),
            banks: try fields.integer("banks", in: 1...1024),
            bytesPerCycle: try fields.integer("bytesPerCycle", in: 1...1 << 20),
            pingPong: try fields.boolean("pingPong"),
            deinterleave: deinterleaves ? try fields.boolean("deinterleave") : false)
    }
}

extension CodebookMuxDescription {
    fileprivate init(_ top: YAMLFields) throws(Diagnostic) {
        let fields = try top.mapping("codebookMux", keys: ["codebooks", "encodeLanes", "programmable"])
        self.init(
            codebooks: try fields.integer("codebooks", in: 1...256),
            encodeLanes: try fields.integer("encodeLanes", in: 1...65_536),
            programmable: try fields.boolean("programmable"))
    }
}

extension NormalizationDescription {
    fileprivate init(_ top: YAMLFields) throws(Diagnostic) {
        let fields = try top.mapping("normalization", keys: ["method", "lanes", "latencyCycles"])
        self.init(
            method: try fields.word("method", as: Method.self),
            lanes: try fields.integer("lanes", in: 1...65_536),
            latencyCycles: try fields.integer("latencyCycles", in: 1...1024))
    }
}

extension WeightDecoderDescription {
    fileprivate init(_ top: YAMLFields) throws(Diagnostic) {
        let fields = try top.mapping("weightDecoder", keys: ["law", "symbolsPerCycle"])
        self.init(
            law: try fields.word("law", as: Law.self),
            symbolsPerCycle: try fields.integer("symbolsPerCycle", in: 1...64))
    }
}

extension DMADescription {
    fileprivate init(_ top: YAMLFields) throws(Diagnostic) {
        let fields = try top.mapping(
            "dma", keys: ["bytesPerCycle", "latencyCycles", "burstBytes", "alignmentBytes", "outstanding"])
        self.init(
            bytesPerCycle: try fields.integer("bytesPerCycle", in: 1...4096),
            latencyCycles: try fields.integer("latencyCycles", in: 1...65_536),
            burstBytes: try fields.integer("burstBytes", in: 1...DMADescription.longestBurstBytes),
            alignmentBytes: try fields.integer("alignmentBytes", in: 1...65_536),
            outstanding: try fields.integer("outstanding", in: 1...DMADescription.mostOutstanding))
    }
}
