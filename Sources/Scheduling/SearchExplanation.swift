public import Diagnostics
public import Geometry
public import MachineDescription
public import Schedules

/// What a search tried and why the winner won, all in its own estimates: a timeline counts every burst and command,
/// the search does not.
///
/// Of all ways through the layers, each by itself or in one of the groups that fit, it takes the one of fewest cycles;
/// of those that take at most half a percent more the one that moves fewest bytes.
public struct SearchExplanation: Hashable, Encodable, Sendable {
    /// One use of the MAC array's lanes, with the best tiles for it.
    public struct Mapping: Hashable, Encodable, Sendable {
        public var lanes: Lanes
        public var estimatedCycles: Int
        public var estimatedDRAMBytes: Int
    }

    public struct Layer: Hashable, Encodable, Sendable {
        public var name: String
        /// Of the layer by itself, the best first; mappings with which nothing fits are absent.
        public var mappings: [Mapping]
        /// Number of its group, from 1; absent where it runs by itself.
        public var group: Int?
    }

    public struct Group: Hashable, Encodable, Sendable {
        public enum Form: String, Encodable, Sendable { case tileByTile, byRows, byRowsStreamed }

        public var layers: [String]
        public var form: Form
        public var estimatedCycles: Int
        public var estimatedDRAMBytes: Int
        /// Of the same layers, each by itself.
        public var aloneCycles: Int
        public var aloneDRAMBytes: Int
        public var isTaken: Bool
    }

    public var layers: [Layer]
    /// All that fit, in the order of their first layers, shorter ones first.
    public var groups: [Group]
    /// Sums of what was taken.
    public var estimatedCycles: Int
    public var estimatedDRAMBytes: Int
    /// Sums of all layers, each by itself.
    public var aloneCycles: Int
    public var aloneDRAMBytes: Int

    /// Searches again, as `Schedule` does.
    ///
    /// - Parameters:
    ///   - height, width: of the network's input.
    ///   - fuse: whether layers may run together in groups.
    /// - Throws: as that.
    public init(
        of network: NetworkFormats, on machine: MachineDescription, height: Int, width: Int, fuse: Fusion = .on
    ) throws(Diagnostic) {
        let geometry = try NetworkGeometry(network, height: height, width: width)
        let search = try NetworkSearch(network, geometry, on: machine, lanes: nil, fuse: fuse)
        let taken = LayerChain(search.alone, search.groups).cheapest().groups
        var numbers: [String: Int] = [:]
        for (index, group) in taken.enumerated() { for name in group.layers { numbers[name] = index + 1 } }
        layers = zip(geometry.layers, search.mappings).map { layer, mappings in
            let found = mappings.compactMap { mapping in
                (try? LayerSearch.best(of: [mapping], machine: machine)).map { (mapping.layer.lanes, $0.cost) }
            }
            return Layer(
                name: layer.name,
                mappings: found.sorted { $0.1 < $1.1 }.map {
                    Mapping(lanes: $0.0, estimatedCycles: $0.1.cycles, estimatedDRAMBytes: $0.1.bytes)
                }, group: numbers[layer.name])
        }
        groups = search.groups.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }.map { candidate in
            let alone = search.alone[candidate.range].map(\.cost)
            let isStreamed = candidate.layers.contains { $0.buffers.weights.count > 1 }
            return Group(
                layers: candidate.layers.map(\.name),
                form: candidate.ringRows.isEmpty ? .tileByTile : isStreamed ? .byRowsStreamed : .byRows,
                estimatedCycles: candidate.cost.cycles, estimatedDRAMBytes: candidate.cost.bytes,
                aloneCycles: alone.reduce(0) { $0 + $1.cycles }, aloneDRAMBytes: alone.reduce(0) { $0 + $1.bytes },
                isTaken: taken.contains(candidate.group))
        }
        let single = zip(search.alone, layers).filter { $0.1.group == nil }.map(\.0.cost)
        let together = groups.filter(\.isTaken)
        estimatedCycles = single.reduce(0) { $0 + $1.cycles } + together.reduce(0) { $0 + $1.estimatedCycles }
        estimatedDRAMBytes = single.reduce(0) { $0 + $1.bytes } + together.reduce(0) { $0 + $1.estimatedDRAMBytes }
        aloneCycles = search.alone.reduce(0) { $0 + $1.cost.cycles }
        aloneDRAMBytes = search.alone.reduce(0) { $0 + $1.cost.bytes }
    }
}
