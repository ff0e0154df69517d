public import FixedPoint
public import Graph

/// A network in integers: every value that affects a bit of its run.
public struct QuantizedNetwork: Hashable, Sendable {
    public var graph: Graph
    /// Of every graph input and every layer's output, by name.
    public var formats: [String: TensorFormat]
    /// Of every layer, by name.
    public var parameters: [String: LayerParameters]
    public var widths: DatapathWidths
    /// Variable rate: for some layers, a set of positive multipliers for each rate (outer index: rate). Empty for
    /// networks of one rate.
    public var rateMultipliers: [String: [[QuantizedMultiplier]]]
    /// The entropy tables, where the network was prepared to encode and decode.
    public var codec: CodecParameters?
    /// Of layers with weights, by name; none where nobody counted. They affect no bit: only what plans say of coded
    /// weights and skipped zeros.
    public var weightStatistics: [String: WeightStatistics]
    /// What the host computes in front of the network and behind it, in this order.
    public var host: [HostOperator]

    public init(
        graph: Graph, formats: [String: TensorFormat], parameters: [String: LayerParameters], widths: DatapathWidths,
        rateMultipliers: [String: [[QuantizedMultiplier]]] = [:], codec: CodecParameters? = nil,
        weightStatistics: [String: WeightStatistics] = [:], host: [HostOperator] = []
    ) {
        self.graph = graph
        self.formats = formats
        self.parameters = parameters
        self.widths = widths
        self.rateMultipliers = rateMultipliers
        self.codec = codec
        self.weightStatistics = weightStatistics
        self.host = host
    }
}

/// The widths in bits, all signed, that a network's bits depend on. A machine must offer at least these.
public struct DatapathWidths: Hashable, Sendable {
    /// V: decoded activations, the MAC operand.
    public var activationBits: Int
    /// W: decoded weights.
    public var weightBits: Int
    /// A: accumulator.
    public var accumulatorBits: Int
    public var overflow: OverflowRule

    public init(activationBits: Int, weightBits: Int, accumulatorBits: Int, overflow: OverflowRule = .proven) {
        self.activationBits = activationBits
        self.weightBits = weightBits
        self.accumulatorBits = accumulatorBits
        self.overflow = overflow
    }
}
