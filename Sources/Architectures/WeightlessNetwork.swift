public import Diagnostics
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

    public init(
        graph: Graph, codebooks: Int, codeMaps: Set<String> = [], serialContext: SerialContext? = nil,
        entropyParameters: Int = 0, notes: [String] = []
    ) {
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
        try formats().formats.parameterCount + (serialContext?.parameterCount ?? 0) + entropyParameters
    }

    /// Formats that fit a machine, and what they assume: as many codebooks as its parameter memory has room for beside
    /// every layer's other parameters.
    ///
    /// - Parameter machine: nil: none that is narrow.
    /// - Throws: what the graph's channels throw; `layerChannelsExceeded`.
    public func formats(
        on machine: MachineDescription? = nil
    ) throws(Diagnostic) -> (formats: NetworkFormats, assumed: AssumedFormats) {
        var assumed = AssumedFormats(codebooks: codebooks, on: machine)
        var formats = try NetworkFormats(graph, assuming: assumed, codeMaps: codeMaps)
        guard let machine else { return (formats, assumed) }
        while assumed.codebooks > 1, !formats.fits(machine) {
            assumed.codebooks /= 2
            formats = try NetworkFormats(graph, assuming: assumed, codeMaps: codeMaps)
        }
        return (formats, assumed)
    }
}

extension NetworkFormats {
    fileprivate func fits(_ machine: MachineDescription) -> Bool { (try? ParameterPlan(self, machine: machine)) != nil }
}
