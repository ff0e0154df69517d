import Schedules
public import Scheduling
import Text

extension SearchExplanation {
    /// Tables of at most 100 columns: each layer's lanes, the groups that were taken, and of each of the others what
    /// would have saved most.
    ///
    /// - Parameter simulatedCycles: of the schedule that won.
    public func text(simulatedCycles: Int) -> String {
        """
        Each layer by itself, the best tiles for each use of the lanes; * is taken, - gave way to its group
        \(layerTable)
        Layers together: * is taken; "alone" are the same layers by themselves
        \(groupTable)
        Taken: \(estimatedCycles.grouped) estimated cycles, \(estimatedDRAMBytes.grouped) DRAM bytes; alone: \
        \(aloneCycles.grouped), \(aloneDRAMBytes.grouped). Of all ways
        through the layers the one of fewest estimated cycles; of those that take at most 0.5 % more the one
        of fewest bytes. The timeline counts \(simulatedCycles.grouped) cycles.

        """
    }

    private var layerTable: String {
        var table = FittedTable([
            FittedTable.Column("layer", isLeft: true, shortest: 12, keepsEnd: true),
            FittedTable.Column("lanes", isLeft: true), FittedTable.Column("", isLeft: true),
            FittedTable.Column("cycles"), FittedTable.Column("DRAM bytes"),
        ])
        for layer in layers {
            for (index, mapping) in layer.mappings.enumerated() {
                let mark = index > 0 ? "" : layer.group == nil ? "*" : "-"
                table.append([
                    index == 0 ? layer.name : "", mapping.lanes.rawValue, mark, mapping.estimatedCycles.grouped,
                    mapping.estimatedDRAMBytes.grouped,
                ])
            }
        }
        return table.text(width: Self.columns)
    }

    private var groupTable: String {
        guard !groups.isEmpty else { return "none fits\n" }
        // Of those that were not taken the ones that save most, in their order.
        let others = groups.indices.filter { !groups[$0].isTaken }
            .sorted { (saving($1), $0) < (saving($0), $1) }.prefix(10)
        var table = FittedTable([
            FittedTable.Column("from", isLeft: true, shortest: 8, keepsEnd: true),
            FittedTable.Column("to", isLeft: true, shortest: 8, keepsEnd: true),
            FittedTable.Column("form", isLeft: true), FittedTable.Column("", isLeft: true),
            FittedTable.Column("cycles"), FittedTable.Column("alone"), FittedTable.Column("DRAM bytes"),
            FittedTable.Column("alone"),
        ])
        for index in groups.indices where groups[index].isTaken || others.contains(index) {
            let group = groups[index]
            table.append([
                group.layers[0], group.layers[group.layers.count - 1], group.form.rawValue, group.isTaken ? "*" : "",
                group.estimatedCycles.grouped, group.aloneCycles.grouped, group.estimatedDRAMBytes.grouped,
                group.aloneDRAMBytes.grouped,
            ])
        }
        let left = groups.count(where: { !$0.isTaken }) - others.count
        return table.text(width: Self.columns) + (left > 0 ? "and \(left) more that fit and save less\n" : "")
    }

    private static let columns = 100

    private func saving(_ index: Int) -> Int { groups[index].aloneCycles - groups[index].estimatedCycles }
}
