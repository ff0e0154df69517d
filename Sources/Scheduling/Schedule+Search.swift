public import Diagnostics
public import Geometry
import Graph
public import MachineDescription
public import Schedules

extension Schedule {
    /// Searches lanes, tile sizes and orders for the least estimated cycles, then the least external bytes. The same
    /// result every time.
    ///
    /// - Parameter lanes: for every layer that can have them and fits with them; nil for those that are quicker.
    /// - Throws: `scheduleNotFound` where no tiling of a layer fits, with the numbers; what the machine cannot do at
    ///   all (as `verify`); the graph's shape diagnostics.
    public init(
        bestFor network: NetworkFormats, on machine: MachineDescription, height: Int, width: Int, lanes: Lanes? = nil
    ) throws(Diagnostic) {
        try self.init(
            bestFor: network, NetworkGeometry(network, height: height, width: width), on: machine, height: height,
            width: width, lanes: lanes)
    }

    /// The same where the geometry is known.
    package init(
        bestFor network: NetworkFormats, _ geometry: NetworkGeometry, on machine: MachineDescription, height: Int,
        width: Int, lanes: Lanes? = nil
    ) throws(Diagnostic) {
        try machine.requireCapabilities(for: network)
        var layers: [LayerSchedule] = []
        // Layers of equal geometry have equal schedules.
        var known: [LayerGeometry: LayerSchedule] = [:]
        for (layer, storage) in zip(geometry.layers, network.layers) {
            let merged = lanes == .channels ? nil : try? machine.geometry(of: layer, storage, lanes: .mergedGroups)
            // What it may become tells layers apart whose groups can be merged and others.
            var anonymous = merged ?? layer
            anonymous.name = ""
            anonymous.outputTensor = 0
            for index in anonymous.operands.indices { anonymous.operands[index].tensor = 0 }
            if var entry = known[anonymous] {
                entry.name = layer.name
                layers.append(entry)
                continue
            }
            let entry: LayerSchedule
            // Lanes that are asked for are left where nothing fits with them.
            if lanes == .mergedGroups, let merged, let asked = try? LayerSearch.best(of: [merged], machine: machine) {
                entry = asked
            } else {
                let others = lanes == nil ? merged.map { [$0] } ?? [] : []
                entry = try LayerSearch.best(of: [layer] + others, machine: machine)
            }
            known[anonymous] = entry
            layers.append(entry)
        }
        self.init(network: network.graph.name, machine: machine.name, height: height, width: width, layers: layers)
    }
}
