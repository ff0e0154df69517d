/// How one network runs on one machine for one picture size: for every layer its tiles, their order and where they lie
/// on chip.
///
/// The search makes it, lowering turns it into commands; the machine never sees it. A person can read and edit the text
/// (`description`, `init(yaml:path:)`); parsing what was printed gives an equal schedule.
public struct Schedule: Hashable, Encodable, Sendable {
    /// Name of the graph.
    public var network: String
    /// Name of the machine.
    public var machine: String
    /// Extent of the graph inputs in pixels, padding to the network's multiple included.
    public var height: Int
    public var width: Int
    /// One for each layer of the graph, in the graph's order.
    public var layers: [LayerSchedule]
    /// Layers that run together, tile by tile or by rows.
    public var groups: [LayerGroup]

    public init(
        network: String, machine: String, height: Int, width: Int, layers: [LayerSchedule], groups: [LayerGroup] = []
    ) {
        self.network = network
        self.machine = machine
        self.height = height
        self.width = width
        self.layers = layers
        self.groups = groups
    }

    public subscript(layer name: String) -> LayerSchedule? { layers.first { $0.name == name } }
}
