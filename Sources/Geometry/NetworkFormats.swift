public import Commands
public import FixedPoint
public import Graph
public import MachineDescription
public import Networks

/// What planning takes of a network: its graph, how each tensor is stored, and what the parameters of each layer take.
/// No weight, no bias and no entry of a table, but for whether weights can be 0: networks that differ in those alone
/// have the same schedule, commands, cycles and memory map.
///
///     QuantizedNetwork ──> NetworkFormats ──> geometry, schedule, commands, cycles
///            └── proof ──> ProvenNetwork ──> everything that executes
public struct NetworkFormats: Hashable, Sendable {
    public let graph: Graph
    public let widths: DatapathWidths
    /// Graph inputs, then every layer's result, in the graph's order: what indices of tensors count.
    public let tensors: [TensorStorage]
    /// In the graph's order: what indices of layers count.
    public let layers: [LayerStorage]

    package init(graph: Graph, widths: DatapathWidths, tensors: [TensorStorage], layers: [LayerStorage]) {
        self.graph = graph
        self.widths = widths
        self.tensors = tensors
        self.layers = layers
    }

    /// Parameters as they were before quantization: weights, biases, gamma, beta.
    public var parameterCount: Int { layers.reduce(0) { $0 + $1.weights + $1.biases } }
    /// At four bytes each.
    public var float32Bytes: Int { 4 * parameterCount }
}

/// How one tensor is stored.
public struct TensorStorage: Hashable, Sendable {
    public let name: String
    public let channels: Int
    /// 1: codes; 2: 16-bit integers.
    public let bytesPerElement: Int
    /// J; 0 for 16-bit integers.
    public let codebooks: Int

    package init(name: String, channels: Int, bytesPerElement: Int, codebooks: Int) {
        self.name = name
        self.channels = channels
        self.bytesPerElement = bytesPerElement
        self.codebooks = codebooks
    }
}

/// What one layer brings along, in counts.
public struct LayerStorage: Hashable, Sendable {
    /// Weight or gamma codes.
    public let weights: Int
    /// Biases or betas.
    public let biases: Int
    /// The law of weights that only a programmable codebook-mux decodes, in words; nil for memory-free laws and for
    /// layers without weights.
    public let tabledLaw: String?
    /// Whether some weight code decodes to 0.
    public let hasZeroWeight: Bool
    /// The unit that a normalization needs; nil for other layers.
    public let normalization: NormalizationDescription.Method?
    /// What is loaded before the layer, in the order of `ParameterBlock.Kind`.
    public let blocks: [BlockStorage]

    package init(
        weights: Int, biases: Int, tabledLaw: String?, hasZeroWeight: Bool,
        normalization: NormalizationDescription.Method?, blocks: [BlockStorage]
    ) {
        self.weights = weights
        self.biases = biases
        self.tabledLaw = tabledLaw
        self.hasZeroWeight = hasZeroWeight
        self.normalization = normalization
        self.blocks = blocks
    }
}

/// One block of parameters, without its bytes.
public struct BlockStorage: Hashable, Sendable {
    public let kind: ParameterBlock.Kind
    public let bytes: Int
    /// Blocks of one number have the same bytes and lie in external memory once. Numbers count from 0 in the order of
    /// first use.
    public let content: Int

    package init(kind: ParameterBlock.Kind, bytes: Int, content: Int) {
        self.kind = kind
        self.bytes = bytes
        self.content = content
    }
}
