public import Diagnostics
public import Geometry
import Graph
public import MachineDescription
public import Schedules

extension Schedule {
    /// Searches lanes, tile sizes and orders for the least estimated cycles, then the least external bytes. The same
    /// result every time.
    ///
    /// - Parameters:
    ///   - lanes: for every layer that can have them and fits with them; nil for those that are quicker.
    ///   - fuse: whether layers may run together in groups.
    /// - Throws: `scheduleNotFound` where no tiling of a layer fits, with the numbers; what the machine cannot do at
    ///   all (as `verify`); the graph's shape diagnostics.
    public init(
        bestFor network: NetworkFormats, on machine: MachineDescription, height: Int, width: Int, lanes: Lanes? = nil,
        fuse: Fusion = .on
    ) throws(Diagnostic) {
        try self.init(
            bestFor: network, NetworkGeometry(network, height: height, width: width), on: machine, height: height,
            width: width, lanes: lanes, fuse: fuse)
    }

    /// The same where the geometry is known.
    package init(
        bestFor network: NetworkFormats, _ geometry: NetworkGeometry, on machine: MachineDescription, height: Int,
        width: Int, lanes: Lanes? = nil, fuse: Fusion = .on
    ) throws(Diagnostic) {
        try machine.requireCapabilities(for: network)
        var searched: [SearchedSchedule] = []
        // Layers of equal geometry have equal schedules.
        var known: [[LayerSearch.Mapping]: SearchedSchedule] = [:]
        var mappings: [[LayerSearch.Mapping]] = []
        for (layer, storage) in zip(geometry.layers, network.layers) {
            let plain = LayerSearch.Mapping(layer, storage, machine)
            // Groups to merge, phases or rows of a kernel to join: no layer has two of them.
            let others = [Lanes.mergedGroups, .phases, .kernelRow].filter { (lanes ?? $0) == $0 }
                .compactMap { try? machine.geometry(of: layer, storage, lanes: $0) }
                .filter { lanes != nil || $0.kernelRow == nil || machine.gainsByKernelRow($0, of: layer) }
                .map { LayerSearch.Mapping($0, storage, machine) }
            // What it may become tells layers apart whose lanes can be used otherwise and others.
            let key = ([plain] + others).map(\.anonymous)
            mappings.append(key)
            if var entry = known[key] {
                entry.schedule.name = layer.name
                searched.append(entry)
                continue
            }
            // Lanes that are asked for are left where nothing fits with them.
            let entry: SearchedSchedule
            if lanes != nil, let asked = others.isEmpty ? nil : try? LayerSearch.best(of: others, machine: machine) {
                entry = asked
            } else {
                entry = try LayerSearch.best(of: lanes == nil ? [plain] + others : [plain], machine: machine)
            }
            known[key] = entry
            searched.append(entry)
        }
        let candidates = fuse == .off ? [] : GroupCandidates(network, geometry, mappings, lanes, machine).all
        let chosen = LayerChain(searched, candidates).cheapest()
        self.init(
            network: network.graph.name, machine: machine.name, height: height, width: width, layers: chosen.layers,
            groups: chosen.groups)
    }

    fileprivate typealias SearchedSchedule = (cost: ScheduleCost, schedule: LayerSchedule)
}

/// Whether a search may let layers run together.
public enum Fusion: String, CaseIterable, Sendable { case on, off }

extension LayerSearch.Mapping {
    /// What decides a layer's schedule: all but its name and the tensors' places.
    fileprivate var anonymous: LayerSearch.Mapping {
        var mapping = self
        mapping.layer.name = ""
        mapping.layer.outputTensor = 0
        for index in mapping.layer.operands.indices { mapping.layer.operands[index].tensor = 0 }
        return mapping
    }
}
