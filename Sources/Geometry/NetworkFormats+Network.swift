import Commands
public import Diagnostics
import Graph
import MachineDescription
public import Networks
import Quantization
import Text

extension NetworkFormats {
    /// The formats and counts of a quantized network.
    ///
    /// - Throws: what `Graph.channels()` throws; `layerParametersMismatch` where a tensor has no format or one for
    ///   another number of channels, and where parameters are missing or of another kind; `layerChannelsExceeded`;
    ///   `layerFormatNotExecutable` for codebook entries beyond 16 bits.
    public init(_ network: QuantizedNetwork) throws(Diagnostic) {
        let channels = try network.graph.channels()
        var tensors: [TensorStorage] = []
        for name in network.graph.inputs.map(\.name) + network.graph.layers.map(\.name) {
            tensors.append(try TensorStorage(name, network.formats[name], channels: channels[name]!))
        }
        var contents: [[UInt8]: Int] = [:]
        var layers: [LayerStorage] = []
        for (layer, result) in zip(network.graph.layers, tensors.dropFirst(network.graph.inputs.count)) {
            let configuration = try LayerConfiguration(layer, in: network, outputChannels: result.channels)
            let blocks = configuration.blocks.map { block in
                let content = contents[block.bytes, default: contents.count]
                contents[block.bytes] = content
                return BlockStorage(kind: block.kind, bytes: block.bytes.count, content: content)
            }
            layers.append(LayerStorage(network.parameters[layer.name], blocks: blocks))
        }
        self.init(graph: network.graph, widths: network.widths, tensors: tensors, layers: layers)
    }
}

extension TensorStorage {
    /// Channels that a tensor may have.
    package static let mostChannels = 1 << 16

    fileprivate init(_ name: String, _ format: TensorFormat?, channels: Int) throws(Diagnostic) {
        guard channels <= Self.mostChannels else {
            throw Diagnostic(
                .layerChannelsExceeded, at: "tensor \(name)", found: "\(channels.grouped) channels",
                expected: "at most \(Self.mostChannels.grouped)",
                remedy:
                    """
                    split the tensor: layers with parts of the channels each, whose results are added or \
                    concatenated; or fold channels into rows and columns
                    """
            )
        }
        func mismatch(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .layerParametersMismatch, at: "tensor \(name)", found: found, expected: expected,
                remedy: "quantize the network again")
        }
        switch format {
        case nil: throw mismatch("no format", "codes or 16-bit integers")
        case .codes(let set) where set.channels != channels:
            throw mismatch("a codebook set of \(set.channels) channels", "\(channels) channels")
        case .codes(let set):
            self.init(name: name, channels: channels, bytesPerElement: 1, codebooks: set.codebooks.count)
        case .integers16: self.init(name: name, channels: channels, bytesPerElement: 2, codebooks: 0)
        }
    }
}

extension LayerStorage {
    fileprivate init(_ parameters: LayerParameters?, blocks: [BlockStorage]) {
        var biases = 0
        var normalization: NormalizationDescription.Method?
        switch parameters {
        case .accumulation(let accumulation): biases = accumulation.bias.count
        case .normalization(let parameters):
            biases = parameters.beta.count
            normalization = parameters.table == nil ? .exact : .table
        case .requantization, .addition, .twoStageAddition, .some(.none), nil: break
        }
        let weights = parameters?.weights
        self.init(
            weights: weights?.codes.count ?? 0, biases: biases,
            tabledLaw: weights.flatMap { $0.decoder.isMemoryFree ? nil : $0.decoder.law },
            hasZeroWeight: weights?.decoder.zeroCode != nil, normalization: normalization, blocks: blocks)
    }
}
