import Diagnostics
import Geometry
import MachineDescription
import Schedules

/// What a search finds on its way: the best of every lane mapping of every layer, and the groups that fit.
struct NetworkSearch {
    typealias Searched = (cost: ScheduleCost, schedule: LayerSchedule)

    /// Of each layer by itself.
    private(set) var alone: [Searched] = []
    /// As each layer may use the lanes: with channels, then otherwise where it can.
    private(set) var mappings: [[LayerSearch.Mapping]] = []
    private(set) var groups: [GroupCandidate] = []

    /// - Throws: as the search of `Schedule`.
    init(
        _ network: NetworkFormats, _ geometry: NetworkGeometry, on machine: MachineDescription, lanes: Lanes?,
        fuse: Fusion
    ) throws(Diagnostic) {
        try machine.requireCapabilities(for: network)
        // Layers of equal geometry have equal schedules.
        var known: [[LayerSearch.Mapping]: Searched] = [:]
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
                alone.append(entry)
                continue
            }
            // Lanes that are asked for are left where nothing fits with them.
            let entry: Searched
            if lanes != nil, let asked = others.isEmpty ? nil : try? LayerSearch.best(of: others, machine: machine) {
                entry = asked
            } else {
                entry = try LayerSearch.best(of: lanes == nil ? [plain] + others : [plain], machine: machine)
            }
            known[key] = entry
            alone.append(entry)
        }
        groups = fuse == .off ? [] : GroupCandidates(network, geometry, mappings, lanes, machine).all
    }
}

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
