package import Geometry
package import MachineDescription
package import Schedules

extension Schedule {
    /// The schedule with layers that advance together by given rows, not verified.
    ///
    /// - Parameters:
    ///   - range: indices of the layers, of which none is in a group yet.
    ///   - lanes: for each of them.
    ///   - rows: by which each advances, 1...output height.
    ///   - spareRingRows: rows that the ring of each but the last holds beside those that it must; 0 on.
    ///   - loadsRows: whether the first layer's operands are loaded into a ring where they can be, or tile by tile.
    ///   - streamsWeights: whether weights are loaded by tiles of few channels, again for each step.
    ///   - network: that the schedule is for.
    ///   - geometry: of the network, of the schedule's size.
    /// - Returns: nil where a layer cannot have its lanes, or the group does not fit the machine.
    package func grouping(
        _ range: Range<Int>, lanes: [Lanes], rows: [Int], spareRingRows: [Int], loadsRows: Bool,
        streamsWeights: Bool = false, of network: NetworkFormats,
        _ geometry: NetworkGeometry, on machine: MachineDescription
    ) -> Schedule? {
        precondition([lanes.count, rows.count, spareRingRows.count + 1].allSatisfy { $0 == range.count })
        var members: [RowGroupSearch.Member] = []
        let stored = LayerGroup.stored(range, in: network.graph)
        for (index, lanes) in zip(range, lanes) {
            let storage = network.layers[index]
            guard let layer = try? machine.geometry(of: geometry.layers[index], storage, lanes: lanes) else {
                return nil
            }
            members.append(
                RowGroupSearch.Member(
                    layer: layer, parameterBytes: ParameterFootprint(storage, of: layer).wholeBytes,
                    parameterBlocks: storage.blocks.count, isStored: stored.contains(index - range.lowerBound)))
        }
        guard
            let found = RowGroupSearch.given(
                rows, spareRingRows: spareRingRows, loadsRows: loadsRows, streamsWeights: streamsWeights, of: members,
                machine: machine)
        else { return nil }
        var grouped = self
        for entry in found.layers {
            guard let index = grouped.layers.firstIndex(where: { $0.name == entry.name }) else { return nil }
            grouped.layers[index] = entry
        }
        grouped.groups.append(
            LayerGroup(layers: found.layers.map(\.name), ringRows: found.ringRows, inputRows: found.inputRows))
        return grouped
    }
}
