import Commands
import Geometry
import Graph
import MachineDescription
import Networks
import Schedules

/// Layers that could run together, and what that would cost.
struct GroupCandidate {
    /// Indices in the graph.
    var range: Range<Int>
    var cost: ScheduleCost
    var layers: [LayerSchedule]
    /// Empty where the group goes tile by tile.
    var ringRows: [Int] = []
    var inputRows: [Int] = []

    /// As a schedule names it.
    var group: LayerGroup { LayerGroup(layers: layers.map(\.name), ringRows: ringRows, inputRows: inputRows) }
}

/// All groups of a network that fit a machine.
struct GroupCandidates {
    private let graph: Graph
    private let layers: [LayerGeometry]
    private let storages: [LayerStorage]
    /// Of each layer, as the lanes may take it.
    private let mappings: [[LayerSearch.Mapping]]
    /// Those that are asked for.
    private let lanes: Lanes?
    private let machine: MachineDescription
    private(set) var all: [GroupCandidate] = []

    init(
        _ network: NetworkFormats, _ geometry: NetworkGeometry, _ mappings: [[LayerSearch.Mapping]], _ lanes: Lanes?,
        _ machine: MachineDescription
    ) {
        (graph, layers, storages) = (network.graph, geometry.layers, network.layers)
        (self.mappings, self.lanes, self.machine) = (mappings, lanes, machine)
        findPairs()
        findRowGroups()
    }

    // MARK: - Tile by tile

    private mutating func findPairs() {
        var known: [[[LayerSearch.Mapping]]: GroupCandidate?] = [:]
        for index in layers.indices.dropLast() {
            let (first, second) = (layers[index], layers[index + 1])
            guard first.canWriteRing, second.canReadRing, LayerGroup.obstacle(in: graph, between: index) == nil,
                // Sets of parameters by channel tile would come anew for each pixel tile.
                (mappings[index] + mappings[index + 1]).allSatisfy({ $0.parameters == nil })
            else { continue }
            let pair = [mappings[index], mappings[index + 1]]
            if known[pair] == nil {
                let firsts = mappings[index].map(\.layer)
                let asked = firsts.filter { $0.lanes == lanes }
                let found = GroupSearch.best(of: asked.isEmpty ? firsts : asked, second, machine: machine)
                known[pair] = .some(
                    found.map { GroupCandidate(range: 0..<0, cost: $0.cost, layers: $0.layers) })
            }
            guard var group = known[pair]! else { continue }
            group.range = index..<index + 2
            (group.layers[0].name, group.layers[1].name) = (first.name, second.name)
            all.append(group)
        }
    }

    // MARK: - By rows

    private mutating func findRowGroups() {
        for start in layers.indices {
            var end = start + 2
            // Longer groups need more room: where one does not fit, none that begins here does.
            while end <= min(start + SemaphoreSet.mostResident, layers.count), isChain(start, end - 1),
                let group = rowGroup(start..<end)
            {
                all.append(group)
                end += 1
            }
        }
    }

    /// Whether the layer before `index` may write a ring and the layer `index` may read one of the group's.
    private func isChain(_ start: Int, _ index: Int) -> Bool {
        let results = (start..<index).map { layers[$0].outputTensor }
        let (before, layer, array) = (inner(index - 1), inner(index), machine.macArray)
        return LayerGroup.rowObstacle(to: before, isFirst: index - 1 == start, isLast: false, array) == nil
            && LayerGroup.rowObstacle(to: layer, isFirst: false, isLast: true, array) == nil
            && layer.operands.contains { results.contains($0.tensor) }
            && (mappings[index - 1] + mappings[index]).allSatisfy { $0.parameters == nil }
    }

    private func rowGroup(_ range: Range<Int>) -> GroupCandidate? {
        var best: GroupCandidate?
        let stored = LayerGroup.stored(range, in: graph)
        for first in variants(range.lowerBound, .kernelRow) {
            for last in variants(range.upperBound - 1, .phases) {
                let members = range.map { index in
                    let layer =
                        index == range.lowerBound
                        ? named(index, first) : index == range.upperBound - 1 ? named(index, last) : inner(index)
                    return RowGroupSearch.Member(
                        layer: layer,
                        parameterBytes: ParameterFootprint(storages[index], of: layer).wholeBytes,
                        parameterBlocks: storages[index].blocks.count,
                        isStored: stored.contains(index - range.lowerBound))
                }
                guard
                    let found = RowGroupSearch.best(of: members, machine: machine)
                        ?? RowGroupSearch.whole(of: members, machine: machine),
                    best.map({ found.cost < $0.cost }) ?? true
                else { continue }
                best = GroupCandidate(
                    range: range, cost: found.cost, layers: found.layers, ringRows: found.ringRows,
                    inputRows: found.inputRows)
            }
        }
        return best
    }

    /// A layer with channels on the lanes, and as those lanes take it where they can.
    private func variants(_ index: Int, _ other: Lanes) -> [LayerGeometry] {
        let all = mappings[index].map(\.layer)
        let asked = all.filter { $0.lanes == other && (lanes ?? other) == other }
        return lanes == other && !asked.isEmpty ? asked : [inner(index)] + asked
    }

    /// A layer as one that reads a ring and writes one uses the lanes: groups merged where they can be.
    private func inner(_ index: Int) -> LayerGeometry {
        let merged = mappings[index].first { $0.layer.lanes == .mergedGroups }
        return merged.map { named(index, $0.layer) } ?? layers[index]
    }

    /// Mappings have no names.
    private func named(_ index: Int, _ mapping: LayerGeometry) -> LayerGeometry {
        var layer = mapping
        layer.name = layers[index].name
        (layer.operands, layer.outputTensor) = (layers[index].operands, layers[index].outputTensor)
        return layer
    }
}
