public import Diagnostics
import FixedPoint
public import Geometry
public import Graph
public import MachineDescription

/// A network of which only the shapes are known: enough to plan, once formats are assumed.
public struct WeightlessNetwork: Sendable {
    public let graph: Graph
    /// J that is assumed where a tensor's format is free and the machine has room.
    let codebooks: Int
    /// Layers whose codes go through a map at the end.
    let codeMaps: Set<String>
    /// What is not among the layers because it is walked latent by latent.
    public let serialContext: SerialContext?
    /// Of the entropy model, which the machine does not compute with.
    let entropyParameters: Int
    /// What a reader should know of how the graph was made.
    public let notes: [String]
    /// Weights of layers that take a whole tensor, which do not follow from channels.
    let matrixWeights: [String: Int]
    /// Weights and biases, where they were counted; else they follow from the layers.
    let countedParameters: Int?

    public init(
        graph: Graph, codebooks: Int, codeMaps: Set<String> = [], serialContext: SerialContext? = nil,
        entropyParameters: Int = 0, notes: [String] = [], matrixWeights: [String: Int] = [:],
        countedParameters: Int? = nil
    ) {
        self.matrixWeights = matrixWeights
        self.countedParameters = countedParameters
        self.graph = graph
        self.codebooks = codebooks
        self.codeMaps = codeMaps
        self.serialContext = serialContext
        self.entropyParameters = entropyParameters
        self.notes = notes
    }

    /// What plans of these formats rest on, for people.
    public func assumptions(_ assumed: AssumedFormats) -> [String] {
        [assumed.sentence(hasLatents: !graph.latents.isEmpty)] + notes
    }

    /// Weights, biases, gammas and betas of the layers, of the serial context and of the entropy model.
    ///
    /// - Throws: what the graph's channels throw.
    public func parameterCount() throws(Diagnostic) -> Int {
        if let countedParameters { return countedParameters }
        return try formats().formats.parameterCount + (serialContext?.parameterCount ?? 0) + entropyParameters
    }

    /// Formats that fit a machine, and what they assume: fewer codebooks of the tensors that a layer reads and writes
    /// whose parameters would pass the parameter memory.
    ///
    /// - Parameter machine: nil: none that is narrow.
    /// - Throws: what the graph's channels throw; `layerChannelsExceeded`.
    public func formats(
        on machine: MachineDescription? = nil
    ) throws(Diagnostic) -> (formats: NetworkFormats, assumed: AssumedFormats) {
        var assumed = AssumedFormats(codebooks: codebooks, on: machine)
        var formats = try self.formats(assuming: assumed)
        guard let machine else { return (formats, assumed) }
        while narrow(&assumed, formats, toFit: machine.parameterHalfBytes) {
            formats = try self.formats(assuming: assumed)
        }
        return (formats, assumed)
    }

    private func formats(assuming assumed: AssumedFormats) throws(Diagnostic) -> NetworkFormats {
        try NetworkFormats(graph, assuming: assumed, codeMaps: codeMaps, matrixWeights: matrixWeights)
    }

    /// Halves the codebooks about each layer that takes too much.
    ///
    /// - Returns: whether any were halved.
    private func narrow(_ assumed: inout AssumedFormats, _ formats: NetworkFormats, toFit bytes: Int) -> Bool {
        let codebooks = Dictionary(uniqueKeysWithValues: formats.tensors.map { ($0.name, $0.codebooks) })
        let origins = graph.codeOrigins
        var narrowed = assumed.narrowed
        for (layer, storage) in zip(graph.layers, formats.layers) where storage.parameterBytes > bytes {
            for tensor in layer.inputs + [layer.name] where codebooks[tensor]! > 1 {
                narrowed[origins[tensor]!] = codebooks[tensor]! / 2
            }
        }
        defer { assumed.narrowed = narrowed }
        return narrowed != assumed.narrowed
    }
}

extension LayerStorage {
    /// Of its blocks, each from a multiple of 8.
    fileprivate var parameterBytes: Int { blocks.reduce(0) { $0 + roundUp($1.bytes, to: 8) } }
}

extension Graph {
    /// Of every tensor, the one that made its codes, where they were only moved since.
    var codeOrigins: [String: String] {
        var origins: [String: String] = [:]
        for input in inputs { origins[input.name] = input.name }
        for layer in layers {
            origins[layer.name] = layer.operator.movesElements ? origins[layer.inputs[0]] : layer.name
        }
        return origins
    }
}
