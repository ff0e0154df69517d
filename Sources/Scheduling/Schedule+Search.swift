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
        var known: [SearchedLayer: LayerSchedule] = [:]
        for (layer, storage) in zip(geometry.layers, network.layers) {
            let merged = lanes == .channels ? nil : try? machine.geometry(of: layer, storage, lanes: .mergedGroups)
            // What it may become tells layers apart whose groups can be merged and others.
            var anonymous = merged ?? layer
            anonymous.name = ""
            anonymous.outputTensor = 0
            for index in anonymous.operands.indices { anonymous.operands[index].tensor = 0 }
            let key = SearchedLayer(anonymous, storage, machine)
            if var entry = known[key] {
                entry.name = layer.name
                layers.append(entry)
                continue
            }
            let entry: LayerSchedule
            // Lanes that are asked for are left where nothing fits with them.
            let parameters = key.parameters
            if lanes == .mergedGroups, let merged,
                let asked = try? LayerSearch.best(of: [merged], parameters: parameters, machine: machine)
            {
                entry = asked
            } else {
                let others = lanes == nil ? merged.map { [$0] } ?? [] : []
                entry = try LayerSearch.best(of: [layer] + others, parameters: parameters, machine: machine)
            }
            known[key] = entry
            layers.append(entry)
        }
        self.init(network: network.graph.name, machine: machine.name, height: height, width: width, layers: layers)
    }
}

/// What decides a layer's schedule.
private struct SearchedLayer: Hashable {
    let geometry: LayerGeometry
    /// Nil where all parameters fit half of the parameter memory.
    let parameters: ParameterFootprint?

    init(_ geometry: LayerGeometry, _ storage: LayerStorage, _ machine: MachineDescription) {
        self.geometry = geometry
        let footprint = ParameterFootprint(storage, of: geometry)
        parameters = footprint.isWhole(halfBytes: machine.parameterHalfBytes) ? nil : footprint
    }
}
