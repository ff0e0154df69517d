import FixedPoint
package import MachineDescription

/// The lanes `mergedGroups` of a grouped convolution: m groups run as one, whose weights are the m groups' own along
/// the diagonal and 0 elsewhere.
///
///     input channels     | group 0 | group 1 | group 2 |      m = 3, C / G = 2, K / G = 1
///     output channel 0   |  w  w   |  0  0   |  0  0   |
///                    1   |  0  0   |  w  w   |  0  0   |
///                    2   |  0  0   |  0  0   |  w  w   |
package struct GroupMerging: Hashable, Sendable {
    /// m, at least 2.
    package let count: Int
    /// Whether the last merged group, where it has fewer groups than the others, needs a channel tile of its own: the
    /// channels of the merged groups before it do not fill whole words, so they lie in chunks of another size.
    package let partIsApart: Bool
}

extension LayerGeometry {
    /// How many groups fit the input lanes together: max(1, floor(C0 G / C)), at most G; 1 for layers without groups.
    package func mergeableGroups(on array: MACArrayDescription) -> Int {
        guard kind == .convolution, groups > 1 else { return 1 }
        return min(groups, max(1, array.inputChannelLanes / (inputChannels / groups)))
    }

    /// The layer with merged groups; nil where no two groups fit the lanes.
    package func mergingGroups(on array: MACArrayDescription) -> LayerGeometry? {
        let count = mergeableGroups(on: array)
        guard count > 1 else { return nil }
        let inputs = inputChannels / groups * count
        let outputs = outputChannels / groups * count
        var layer = self
        layer.merging = GroupMerging(
            count: count,
            partIsApart: groups % count != 0
                && (inputs % array.inputChannelLanes != 0 || outputs % array.outputChannelLanes != 0))
        return layer
    }

    /// m: how many of the network's groups run as one group.
    package var mergedGroups: Int { merging?.count ?? 1 }
    /// Groups that the MAC array runs, the last perhaps of fewer channels: ceil(G / m).
    package var arrayGroups: Int { ceilDivide(groups, by: mergedGroups) }

    /// Groups of K0 output lanes that one position takes, over all groups.
    package func outputLaneGroups(lanes: Int) -> Int {
        let last = outputChannels - (arrayGroups - 1) * groupOutputChannels
        return (arrayGroups - 1) * ceilDivide(groupOutputChannels, by: lanes) + ceilDivide(last, by: lanes)
    }

    /// Weight codes as they lie in external memory: with merged groups each output channel has a code for every input
    /// channel of its merged group, m times the network's; where phases share the lanes, each lane has one for every
    /// tap of the blocks' window.
    package var laidWeightBytes: Int {
        joinsPhases ? outputChannels * lanesOfChannel * laidTaps * inputChannels : weightBytes * mergedGroups
    }

    /// How many channel tiles of `count` output channels (the last may have fewer) there are.
    package func channelTileCount(of count: Int) -> Int {
        if kind == .concatenation { return operands.count }
        let tiles = ceilDivide(outputChannels, by: count)
        guard partIsApart else { return tiles }
        // The last tile is cut in two unless it is that part alone.
        return tiles + ((outputChannels - partOutputChannels) % count == 0 ? 0 : 1)
    }

    package var partIsApart: Bool { merging?.partIsApart ?? false }
    /// Output channels of the last merged group where it has fewer than the others, otherwise 0.
    var partOutputChannels: Int { outputChannels % groupOutputChannels }
}
