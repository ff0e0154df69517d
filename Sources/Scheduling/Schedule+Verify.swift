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
    /// ascending order, most by themselves; of those that stay on chip in which order they go, by the first layer.
    package func verified(
        network: NetworkFormats, geometry: NetworkGeometry, machine: MachineDescription
    ) throws(Diagnostic) -> (
        layers: [(tiling: LayerTiling, schedule: LayerSchedule)], groups: [Range<Int>],
        resident: [Int: ResidentGroup]
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
        let inGroups = Set(groups.flatMap(\.layers))
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
                inRowGroup: inRowGroups.contains(entry.name),
                isResident: inGroups.contains(entry.name) && entry.buffers.weights.count == 1)
            verified.append((tiling, entry))
        }
        let verifier = GroupVerifier(network: network, layers: verified, machine: machine)
        let ranges = try verifier.ranges(groups)
        var resident: [Int: ResidentGroup] = [:]
        for range in ranges where range.count > 1 {
            let first = network.graph.layers[range.lowerBound].name
            guard let group = groups.first(where: { $0.layers.first == first }) else { continue }
            if !group.ringRows.isEmpty {
                resident[range.lowerBound] = try verifier.rowGroup(
                    range, ringRows: group.ringRows, inputRows: group.inputRows)
            } else if machine.weightHalves > 1,
                range.contains(where: { verified[$0].schedule.buffers.weights.count == 1 })
            {
                resident[range.lowerBound] = try verifier.tileGroup(range)
            }
        }
        return (verified, ranges, resident)
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
