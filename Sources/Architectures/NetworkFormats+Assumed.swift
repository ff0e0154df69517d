import Commands
public import Diagnostics
import FixedPoint
public import Geometry
public import Graph
import MachineDescription
import Networks
import Quantization
import Text

extension NetworkFormats {
    /// The formats that `quantize` would give a network, as far as they follow from its graph.
    ///
    ///     picture, output picture, latents of 8 bits       codes, one codebook
    ///     latents, symbols, reconstructions, their means   16-bit integers
    ///     what only moves elements                         the format of what it moves
    ///     everything else                                  codes, J codebooks
    ///
    /// Sizes of parameter blocks are those of blocks of these kinds; no table is taken to equal another tensor's.
    ///
    /// - Parameters:
    ///   - codeMaps: layers whose codes go through a map at the end.
    ///   - matrixWeights: weights of fully connected layers, which depend on the picture's extent.
    /// - Throws: what `Graph.channels()` throws, `layerChannelsExceeded`, `graphUnsupportedOperator` for a fully
    ///   connected layer whose weights nobody counted.
    public init(
        _ graph: Graph, assuming assumed: AssumedFormats, codeMaps: Set<String> = [],
        matrixWeights: [String: Int] = [:]
    ) throws(Diagnostic) {
        let channels = try graph.channels()
        let formats = FormatsByPlace(graph, assumed, channels: channels)
        let names = graph.inputs.map(\.name) + graph.layers.map(\.name)
        for name in names where channels[name]! > TensorStorage.mostChannels {
            throw Diagnostic(
                .layerChannelsExceeded, at: "tensor \(name)", found: "\(channels[name]!.grouped) channels",
                expected: "at most \(TensorStorage.mostChannels.grouped)",
                remedy: "give the network fewer channels")
        }
        var blocks = LayerBlocks(
            formats: formats, channels: channels, assumed: assumed, codeMaps: codeMaps, matrixWeights: matrixWeights)
        var layers: [LayerStorage] = []
        for layer in graph.layers { layers.append(try blocks.storage(of: layer)) }
        self.init(
            graph: graph, widths: assumed.widths,
            tensors: names.map { name in
                let codebooks = formats.codebooks[name]!
                return TensorStorage(
                    name: name, channels: channels[name]!, bytesPerElement: codebooks == 0 ? 2 : 1,
                    codebooks: codebooks)
            }, layers: layers)
    }
}

/// J of every tensor, 0 for 16-bit integers, and whose tables it has.
private struct FormatsByPlace {
    private(set) var codebooks: [String: Int] = [:]
    /// The tensor that made the codes, where they were only moved since.
    let origins: [String: String]

    init(_ graph: Graph, _ assumed: AssumedFormats, channels: [String: Int]) {
        origins = graph.codeOrigins
        var wide: Set<String> = []
        for layer in graph.layers {
            switch layer.operator {
            case .quantizeLatent, .reconstructLatent: wide.formUnion(layer.inputs + [layer.name])
            default: break
            }
        }
        for input in graph.inputs { codebooks[input.name] = 1 }
        for layer in graph.layers {
            let name = layer.name
            if wide.contains(name) {
                codebooks[name] = 0
            } else if layer.operator.movesElements {
                codebooks[name] = codebooks[layer.inputs[0]]
            } else {
                let isPicture = graph.outputs.first == name && channels[name] == graph.inputs[0].channels
                codebooks[name] =
                    graph.latents.contains(name) || isPicture ? 1 : assumed.narrowed[name] ?? assumed.codebooks
            }
        }
    }
}

/// Parameter blocks of assumed formats: their sizes are those of blocks filled with zeros.
private struct LayerBlocks {
    let formats: FormatsByPlace
    let channels: [String: Int]
    let assumed: AssumedFormats
    let codeMaps: Set<String>
    let matrixWeights: [String: Int]
    private var contents: [String: Int] = [:]

    init(
        formats: FormatsByPlace, channels: [String: Int], assumed: AssumedFormats, codeMaps: Set<String>,
        matrixWeights: [String: Int]
    ) {
        (self.formats, self.channels, self.assumed, self.codeMaps) = (formats, channels, assumed, codeMaps)
        self.matrixWeights = matrixWeights
    }

    mutating func storage(of layer: Layer) throws(Diagnostic) -> LayerStorage {
        let (inputs, outputs) = (channels[layer.inputs[0]]!, channels[layer.name]!)
        let weights = try weightCount(layer, inputs: inputs, outputs: outputs)
        let blocks = configuration(layer, inputs: inputs, outputs: outputs).blocks.map { block in
            let name = content(block.kind, of: layer)
            let number = contents[name, default: contents.count]
            contents[name] = number
            return BlockStorage(kind: block.kind, bytes: block.bytes.count, content: number)
        }
        let isNormalization = if case .normalization = layer.operator { true } else { false }
        return LayerStorage(
            weights: weights, biases: weights > 0 ? outputs : 0, tabledLaw: nil, hasZeroWeight: weights > 0,
            normalization: isNormalization ? assumed.normalization : nil, blocks: blocks)
    }

    private func weightCount(_ layer: Layer, inputs: Int, outputs: Int) throws(Diagnostic) -> Int {
        if let count = layer.weightCount(inputChannels: inputs) { return count }
        switch layer.operator {
        case .normalization: return outputs * outputs
        case .fullyConnected:
            if let count = matrixWeights[layer.name] { return count }
            throw Diagnostic(
                .graphUnsupportedOperator, at: "layer \(layer.name)", found: "a fully connected layer without weights",
                expected: "layers whose weights can be counted without a picture's extent",
                remedy: "write it as a convolution")
        default: return 0
        }
    }

    private func configuration(_ layer: Layer, inputs: Int, outputs: Int) -> LayerConfiguration {
        let drain: DrainConfiguration
        var weightEntries: [Int16]?
        switch layer.operator {
        case .convolution, .transposedConvolution, .fullyConnected:
            weightEntries = Array(repeating: 0, count: 256)
            drain = postProcessing(outputs, hasBias: true)
        case .normalization(let form):
            weightEntries = Array(repeating: 0, count: 256)
            drain = normalization(form, outputs)
        case .requantize, .multiply, .twoStageAdd: drain = postProcessing(outputs, hasBias: false)
        case .add:
            drain = .addition(
                AdditionConfiguration(
                    mantissaA: 0, mantissaB: 0, exponent: 0, rounding: .single, resultBits: 32, clipLow: 0, clipHigh: 0)
            )
        case .concatenation, .pixelShuffle, .maxPooling, .pad, .nearestResize, .quantizeLatent, .reconstructLatent:
            return LayerConfiguration(
                input: OperandConfiguration(entries: [], selects: [], offsets: []),
                output: ResultConfiguration(thresholds: [], limits: [], selects: [], offsets: []), drain: .none)
        }
        return LayerConfiguration(
            input: operand(layer.inputs[0]), second: layer.inputs.count == 2 ? operand(layer.inputs[1]) : nil,
            output: result(layer.name), weightEntries: weightEntries, drain: drain)
    }

    private func operand(_ name: String) -> OperandConfiguration {
        let (codebooks, count) = (formats.codebooks[name]!, formats.codebooks[name]! == 0 ? 0 : channels[name]!)
        return OperandConfiguration(
            entries: Array(repeating: Array(repeating: 0, count: 256), count: codebooks),
            selects: Array(repeating: 0, count: count), offsets: Array(repeating: 0, count: count))
    }

    private func result(_ name: String) -> ResultConfiguration {
        let (codebooks, count) = (formats.codebooks[name]!, formats.codebooks[name]! == 0 ? 0 : channels[name]!)
        return ResultConfiguration(
            thresholds: Array(repeating: Array(repeating: 0, count: 255), count: codebooks),
            limits: Array(repeating: CodebookLimits(lowest: 0, highest: 0), count: codebooks),
            selects: Array(repeating: 0, count: count), offsets: Array(repeating: 0, count: count),
            codeMap: codeMaps.contains(name) ? Array(repeating: 0, count: 256) : nil)
    }

    private func postProcessing(_ channels: Int, hasBias: Bool) -> DrainConfiguration {
        let multipliers = Array(repeating: QuantizedMultiplier(mantissa: 0, exponent: 0), count: channels)
        return .postProcessing(
            PostProcessingConfiguration(
                bias: hasBias ? Array(repeating: 0, count: channels) : [], multipliers: multipliers,
                multipliersNegative: multipliers, rounding: .single, resultBits: 32, clipLow: 0, clipHigh: 0))
    }

    private func normalization(_ form: NormalizationForm, _ channels: Int) -> DrainConfiguration {
        let widths = NormalizationTable.Widths.standard
        let segments = form == .igdn1 ? 0 : 1 << widths.indexBits
        let table = NormalizationTable(
            indexBits: form == .igdn1 ? 0 : widths.indexBits, offsetBits: 0, baseBits: widths.baseBits, slopeBits: 0,
            slopeShift: 0, bases: Array(repeating: 0, count: segments), slopes: Array(repeating: 0, count: segments))
        return .normalization(
            NormalizationConfiguration(
                form: .gdn, operandShifts: Array(repeating: 0, count: channels),
                beta: Array(repeating: 0, count: channels), scaleMantissas: Array(repeating: 0, count: channels),
                scaleShifts: Array(repeating: 0, count: channels), table: assumed.normalization == .table ? table : nil,
                resultBits: 32, clipLow: 0, clipHigh: 0))
    }

    /// What a block holds: blocks of one content lie in external memory once.
    private func content(_ kind: ParameterBlock.Kind, of layer: Layer) -> String {
        switch kind {
        case .decodeTable: "decode \(formats.origins[layer.inputs[0]]!)"
        case .secondDecodeTable: "decode \(formats.origins[layer.inputs[1]]!)"
        case .weightTable: if case .normalization = layer.operator { "gamma" } else { "weights" }
        case .encodeTable: "encode \(layer.name)"
        case .channelBlock: layer.operator.movesElements || layer.isOfLatents ? "copy" : "channels \(layer.name)"
        }
    }
}

extension Layer {
    fileprivate var isOfLatents: Bool {
        switch self.operator {
        case .quantizeLatent, .reconstructLatent: true
        default: false
        }
    }
}
