import Schedules

/// All ways through the layers of a network, each by itself or in one of the groups.
struct LayerChain {
    typealias Layer = (cost: ScheduleCost, schedule: LayerSchedule)

    /// One of the cheapest ways through the first layers.
    private struct Way {
        var cost: ScheduleCost
        /// The group that ends it; nil for a layer by itself.
        var group: GroupCandidate?
        /// Index among the ways to what is before that.
        var before = 0
    }

    private let layers: [Layer]
    /// By the layer behind the group.
    private let groups: [Int: [GroupCandidate]]

    init(_ layers: [Layer], _ groups: [GroupCandidate]) {
        self.layers = layers
        self.groups = Dictionary(grouping: groups, by: \.range.upperBound)
    }

    /// For so many thousandths of the cycles a way with fewer bytes is taken.
    private static let toleratedThousandths = 5

    /// Fewest cycles; of the ways that take at most half a percent more the one of fewest bytes.
    func cheapest() -> (layers: [LayerSchedule], groups: [LayerGroup]) {
        let least = leastCycles()
        let tolerated = least[layers.count] * LayerChain.toleratedThousandths / 1000
        var ways: [[Way]] = [[Way(cost: ScheduleCost(cycles: 0, bytes: 0))]]
        for count in 1..<layers.count + 1 {
            var found = ways[count - 1].indices.map { index in
                Way(cost: ways[count - 1][index].cost + layers[count - 1].cost, group: nil, before: index)
            }
            for group in groups[count] ?? [] {
                let before = ways[group.range.lowerBound]
                found += before.indices.map { Way(cost: before[$0].cost + group.cost, group: group, before: $0) }
            }
            // Fewer bytes for each cycle more, within what is tolerated.
            found.sort { $0.cost < $1.cost }
            var kept: [Way] = []
            for way in found where way.cost.cycles <= least[count] + tolerated {
                if kept.last.map({ way.cost.bytes < $0.cost.bytes }) ?? true { kept.append(way) }
            }
            ways.append(kept)
        }
        return chosen(ways)
    }

    /// Of the first n layers.
    private func leastCycles() -> [Int] {
        var least = [0]
        for (index, layer) in layers.enumerated() {
            let grouped = (groups[index + 1] ?? []).map { least[$0.range.lowerBound] + $0.cost.cycles }
            least.append(min(least[index] + layer.cost.cycles, grouped.min() ?? .max))
        }
        return least
    }

    /// The last of the ways, which has the fewest bytes.
    private func chosen(_ ways: [[Way]]) -> (layers: [LayerSchedule], groups: [LayerGroup]) {
        var (schedules, found): ([LayerSchedule], [LayerGroup]) = ([], [])
        var count = layers.count
        var index = ways[count].count - 1
        while count > 0 {
            let way = ways[count][index]
            if let group = way.group {
                schedules = group.layers + schedules
                found.insert(group.group, at: 0)
                count = group.range.lowerBound
            } else {
                count -= 1
                schedules.insert(layers[count].schedule, at: 0)
            }
            index = way.before
        }
        return (schedules, found)
    }
}
