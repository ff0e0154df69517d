public import Diagnostics
import Graph
public import Networks
import Text

/// A network by a bundled name or from a file, with whatever forms it carries.
public struct NetworkSource: Sendable {
    /// What runs when no network is named.
    public static let defaultName = BundledNetworks.names[0]

    public let place: String
    public let file: NetworkFile
    /// The extent of the pictures or tensors that the network was made for, where it is made for one: its padding and
    /// its fully connected layers are. Networks that were imported on the way have one, and files whose first input has
    /// one.
    public let extent: Extent?

    /// Of a picture or tensor.
    public struct Extent: Hashable, Sendable {
        public var width: Int
        public var height: Int

        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// A network that was imported on the way.
    public init(place: String, imported network: QuantizedNetwork, extent: Extent) {
        self.place = place
        file = NetworkFile(quantized: network)
        self.extent = extent
    }

    /// The same in real numbers.
    public init(place: String, imported network: FloatNetwork, extent: Extent? = nil) {
        self.place = place
        file = NetworkFile(float: network)
        self.extent = extent
    }

    /// - Throws: `networkUnknown` for a name that is neither bundled nor a file; the network file's own diagnostics.
    ///
    /// - Parameter includingFloat: whether the float network is wanted too.
    public init(_ nameOrPath: String, includingFloat: Bool = true, memory: MemoryBudget = .standard) throws(Diagnostic)
    {
        self.place = nameOrPath
        if BundledNetworks.names.contains(nameOrPath) {
            self.file = try BundledNetworks.network(named: nameOrPath, includingFloat: includingFloat)
            self.extent = nil
            return
        }
        guard nameOrPath.contains("/") || nameOrPath.contains(".") else {
            throw Diagnostic(
                .networkUnknown, at: "--network", found: "'\(nameOrPath)' is neither a bundled network nor a file",
                expected: "one of \(BundledNetworks.names.joined(separator: ", ")), or the path of a network file",
                remedy: closestName(to: nameOrPath, among: BundledNetworks.names).map { "did you mean '\($0)'?" }
                    ?? "see `intaglio networks`")
        }
        let file = try NetworkFile.read(nameOrPath, includingFloat: includingFloat, memory: memory)
        let own = (file.quantized?.graph ?? file.float?.graph)?.inputs.first?.extent
        self.file = file
        self.extent = own.map { Extent(width: $0.width, height: $0.height) }
    }

    /// The integers, with the multipliers of one rate in place: enough to plan.
    ///
    /// - Throws: `networkNotQuantized`, `rateOutOfRange`.
    public func quantized(rate: Int) throws(Diagnostic) -> QuantizedNetwork { try quantizedAtAllRates().atRate(rate) }

    /// The same, proved: what runs.
    ///
    /// - Throws: as above, and what the proof throws.
    public func proven(rate: Int) throws(Diagnostic) -> ProvenNetwork { try ProvenNetwork(quantized(rate: rate)) }

    /// The integers as the file has them, proved at every rate.
    ///
    /// - Throws: `networkNotQuantized`, and what the proof throws.
    public func provenAtAllRates() throws(Diagnostic) -> ProvenNetwork { try ProvenNetwork(quantizedAtAllRates()) }

    /// The integers as the file has them.
    ///
    /// - Throws: `networkNotQuantized`.
    public func quantizedAtAllRates() throws(Diagnostic) -> QuantizedNetwork {
        guard let network = file.quantized else {
            throw Diagnostic(
                .networkNotQuantized, at: place, found: "a float network", expected: "a quantized network",
                remedy: "quantize it first: intaglio quantize \(place) --calibration DIR --output FILE")
        }
        return network
    }

    /// - Throws: `networkHasNoFloat`, `networkReferenceUnfit` where the file's integers are of other layers.
    public func float() throws(Diagnostic) -> FloatNetwork {
        guard let network = file.float else {
            throw Diagnostic(
                .networkHasNoFloat, at: place, found: "a network file without float weights",
                expected: "a file that carries them",
                remedy:
                    """
                    name a float network's file, or one that `quantize` made of it (it carries the float network \
                    along); --float goes with such files only
                    """)
        }
        if let quantized = file.quantized, !quantized.graph.isQuantization(of: network.graph) {
            throw Diagnostic(
                .networkReferenceUnfit, at: place,
                found:
                    """
                    float weights of \(network.graph.name), whose layers differ from those of the integers, \
                    \(quantized.graph.name)
                    """,
                expected: "the same inputs and layers in the same order",
                remedy: "write the file again from one network")
        }
        return network
    }
}
