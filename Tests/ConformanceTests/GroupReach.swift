import Geometry
import Graph
import Networks
import Schedules
import Simulation

/// What groups that advance by rows reached in a number of cases: each field counts cases.
struct GroupReach {
    var groups = 0
    /// Four layers or more.
    var long = 0
    /// Rows begin again at the start of a ring.
    var wraps = 0
    var transposed = 0
    /// A sum of two results of the group that are not the same.
    var skips = 0
    var pooling = 0
    var normalizations = 0
    /// First layers whose lanes run over kernel rows, and last ones that join their phases.
    var kernelRows = 0
    var phases = 0

    mutating func add(_ plan: SimulationPlan) {
        let byRows = plan.schedule.groups.filter { !$0.ringRows.isEmpty }
        guard !byRows.isEmpty else { return }
        groups += 1
        let graph = plan.network.graph
        let members = byRows.flatMap(\.layers).compactMap { graph[layer: $0] }
        let entries = plan.schedule.layers.filter { entry in members.contains { $0.name == entry.name } }
        func count(_ field: WritableKeyPath<GroupReach, Int>, _ isReached: Bool) {
            if isReached { self[keyPath: field] += 1 }
        }
        count(\.long, byRows.contains { $0.layers.count > 3 })
        count(
            \.wraps,
            byRows.contains { group in
                zip(group.layers, group.ringRows).contains { name, rows in
                    plan.geometry.layers.contains { $0.name == name && $0.vertical.output > rows }
                }
            })
        let names = Set(members.map(\.operator.name))
        count(\.transposed, names.contains("transposedConvolution"))
        count(\.skips, names.contains("add"))
        count(\.pooling, names.contains("maxPooling"))
        count(\.normalizations, members.contains { if case .normalization = $0.operator { true } else { false } })
        count(\.kernelRows, entries.contains { $0.lanes == .kernelRow })
        count(\.phases, entries.contains { $0.lanes == .phases })
    }
}
