public import Diagnostics
public import Geometry
import Graph
public import MachineDescription
public import Schedules
import Text

extension Schedule {
    /// Refuses what cannot run, with numbers.
    ///
    /// - Throws: every diagnostic of the SCHEDULE area from 008 to 026 and from 034 on, and the graph's.
    public func verify(network: NetworkFormats, machine: MachineDescription) throws(Diagnostic) {
        let geometry = try NetworkGeometry(network, height: height, width: width)
        let tilings = try verified(network: network, geometry: geometry, machine: machine).layers.map(\.tiling)
        try ParameterPlan.requireFit(network, tilings: tilings, machine: machine)
    }

    /// The layers' tilings, in the graph's order, and their entries in the schedule; the layers that run together, in
    /// ascending order, most by themselves; of those that advance by rows how they do, by the first layer.
    package func verified(
        network: NetworkFormats, geometry: NetworkGeometry, machine: MachineDescription
    ) throws(Diagnostic) -> (
        layers: [(tiling: LayerTiling, schedule: LayerSchedule)], groups: [Range<Int>], rowGroups: [Int: RowGroup]
    ) {
        try requireFor(network: network, machine: machine)
        try machine.requireCapabilities(for: network)
        let known = geometry.layers.map(\.name)
        var entries: [String: LayerSchedule] = [:]
        for layer in layers {
            guard known.contains(layer.name) else {
                throw Diagnostic(
                    .scheduleUnknownLayer, at: "layer \(layer.name)",
                    found: "a layer that network '\(network.graph.name)' does not have",
                    expected: "the \(known.count) layers of the network",
                    remedy: closestName(to: layer.name, among: known).map { "did you mean '\($0)'?" } ?? "remove it")
            }
            guard entries.updateValue(layer, forKey: layer.name) == nil else {
                throw Diagnostic(
                    .scheduleDuplicateName, at: "layer \(layer.name)", found: "the layer a second time",
                    expected: "each layer once",
                    remedy: "remove one of the two")
            }
        }
        let inRowGroups = Set(groups.filter { !$0.ringRows.isEmpty }.flatMap(\.layers))
        var verified: [(tiling: LayerTiling, schedule: LayerSchedule)] = []
        for (plain, storage) in zip(geometry.layers, network.layers) {
            guard let entry = entries[plain.name] else {
                throw Diagnostic(
                    .scheduleMissingLayer, at: "layer \(plain.name)", found: "no schedule for it",
                    expected: "every layer listed", remedy: "add the layer")
            }
            let layer = try machine.geometry(of: plain, storage, lanes: entry.lanes)
            try LayerVerifier(layer: layer, tile: entry.tile, machine: machine).verifyTile()
            let tiling = LayerTiling(layer, tile: entry.tile)
            try LayerVerifier(layer: layer, tile: entry.tile, machine: machine).verify(
                entry.buffers, footprint: TileFootprint(tiling, array: machine.macArray),
                inRowGroup: inRowGroups.contains(entry.name))
            verified.append((tiling, entry))
        }
        let verifier = GroupVerifier(network: network, layers: verified, machine: machine)
        let ranges = try verifier.ranges(groups)
        var rowGroups: [Int: RowGroup] = [:]
        for range in ranges {
            let first = network.graph.layers[range.lowerBound].name
            guard let group = groups.first(where: { $0.layers.first == first }), !group.ringRows.isEmpty else {
                continue
            }
            rowGroups[range.lowerBound] = try verifier.rowGroup(range, ringRows: group.ringRows)
        }
        return (verified, ranges, rowGroups)
    }

    private func requireFor(network: NetworkFormats, machine: MachineDescription) throws(Diagnostic) {
        for (what, found, expected) in [
            ("network", self.network, network.graph.name), ("machine", self.machine, machine.name),
        ] where found != expected {
            throw Diagnostic(
                .scheduleForAnotherRun, at: "schedule", found: "\(what) '\(found)'", expected: "'\(expected)'",
                remedy:
                    """
                    use the schedule with that \(what), or write one for this run: intaglio schedule, with its \
                    --network, --machine and --size
                    """
            )
        }
    }
}
