/// A network without its weights: enough to plan, count and draw.
///
///     image ──> layer ──> layer ──┬──> layer ──> picture
///                                 └──> layer (any directed acyclic graph;
///                                             layers stand in an order in which inputs come first)
public struct Graph: Hashable, Sendable {
    public var name: String
    public var inputs: [GraphInput]
    /// In execution order: every input of a layer is a graph input or an earlier layer.
    public var layers: [Layer]
    /// The tensors that the network is run for; the first is the reconstructed picture where there is one.
    public var outputs: [String]
    /// A picture's height and width are padded to a multiple of this and cropped back.
    public var sizeMultiple: Int
    /// Layers whose output is the latent: entropy coding takes place there, and the float network rounds them to
    /// integers.
    public var latents: [String]

    public init(
        name: String, inputs: [GraphInput], layers: [Layer], outputs: [String], sizeMultiple: Int = 1,
        latents: [String] = []
    ) {
        self.name = name
        self.inputs = inputs
        self.layers = layers
        self.outputs = outputs
        self.sizeMultiple = sizeMultiple
        self.latents = latents
    }

    /// The tensors that are entropy coded: symbols of latents first, then the latents that are coded as they are.
    public var codedTensors: [String] {
        let symbols = layers.filter { if case .quantizeLatent = $0.operator { true } else { false } }.map(\.name)
        return symbols + latents.filter { !symbols.contains($0) }
    }

    public subscript(layer name: String) -> Layer? { layers.first { $0.name == name } }
}

/// A tensor that comes from outside.
public struct GraphInput: Hashable, Sendable {
    public var name: String
    public var channels: Int
    /// Rows and columns, where they are not those that the whole is run at.
    public var extent: Extent?

    public init(name: String, channels: Int, extent: Extent? = nil) {
        self.name = name
        self.channels = channels
        self.extent = extent
    }

    /// Rows and columns of a tensor.
    public struct Extent: Hashable, Sendable {
        public var height: Int
        public var width: Int

        public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
    }
}
