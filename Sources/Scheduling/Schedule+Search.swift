public import Diagnostics
public import Geometry
import Graph
public import MachineDescription
public import Schedules

extension Schedule {
    /// Searches tile sizes and orders for the least estimated cycles, then the least external bytes. The same result
    /// every time.
    ///
    /// - Throws: `scheduleNotFound` where no tiling of a layer fits, with the numbers; what the machine cannot do at
    ///   all (as `verify`); the graph's shape diagnostics.
    public init(
        bestFor network: NetworkFormats, on machine: MachineDescription, height: Int, width: Int
    ) throws(Diagnostic) {
        try self.init(
            bestFor: network, NetworkGeometry(network, height: height, width: width), on: machine, height: height,
            width: width)
    }

    /// The same where the geometry is known.
    package init(
        bestFor network: NetworkFormats, _ geometry: NetworkGeometry, on machine: MachineDescription, height: Int,
        width: Int
    ) throws(Diagnostic) {
        try machine.requireCapabilities(for: network)
        var layers: [LayerSchedule] = []
        // Layers of equal geometry have equal schedules.
        var known: [LayerGeometry: LayerSchedule] = [:]
        for layer in geometry.layers {
            var anonymous = layer
            anonymous.name = ""
            anonymous.outputTensor = 0
            for index in anonymous.operands.indices { anonymous.operands[index].tensor = 0 }
            if var entry = known[anonymous] {
                entry.name = layer.name
                layers.append(entry)
                continue
            }
            var search = LayerSearch(layer, machine: machine)
            let entry = try search.run()
            known[anonymous] = entry
            layers.append(entry)
        }
        self.init(network: network.graph.name, machine: machine.name, height: height, width: width, layers: layers)
    }
}
