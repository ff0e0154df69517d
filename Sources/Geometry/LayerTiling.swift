package import Schedules

/// The channels of one tile of the result.
package struct ChannelTile: Hashable {
    /// First output channel, and how many.
    package var first: Int
    package var count: Int
    /// Whole groups in the tile, `perGroup` output channels each, of `inputsPerGroup` input channels.
    package var groups = 1
    package var perGroup: Int
    package var inputsPerGroup: Int
    /// Channels of one more, incomplete group: with merged groups, of those that are left.
    package var partOutputs = 0
    package var partInputs = 0
    /// First input channel read (with groups: of the first group), unless input channels are split.
    package var firstInput = 0
    /// Concatenation: which operand; otherwise 0.
    package var operand = 0

    /// Input channels of all groups.
    package var inputs: Int { groups * inputsPerGroup + partInputs }
    /// Channels that are moved as one chunk. In front of an incomplete group the others fill whole words, so that all
    /// are one chunk.
    package var inputChunk: Int { partInputs > 0 ? inputs : inputsPerGroup }
    package var outputChunk: Int { partOutputs > 0 ? count : perGroup }
}

/// A layer cut into tiles.
///
///     pixel tile p = row tile x columns.count + column tile;  channel tile k;
///     pass of a tile = input-channel tile c x kernelTiles.count + kernel tile
@dynamicMemberLookup
package struct LayerTiling: Hashable {
    package let layer: LayerGeometry
    package let tile: Tile
    package let rows: AxisTiles
    package let columns: AxisTiles
    /// How many tiles there are of each kind; its members are the tiling's too.
    package let counts: TileCounts
    package let channelTiles: [ChannelTile]
    /// Ranges of the input channels of one group.
    package let inputChannelTiles: [Range<Int>]
    package let kernelTiles: [KernelTile]

    package init(_ layer: LayerGeometry, tile: Tile) {
        self.layer = layer
        self.tile = tile
        rows = layer.vertical.tiles(of: tile.outputRows)
        columns = layer.horizontal.tiles(of: tile.outputColumns)
        counts = TileCounts(layer, tile: tile, rows: rows, columns: columns)
        channelTiles = LayerTiling.channelTiles(layer, count: tile.outputChannels)
        kernelTiles = KernelTile.tiles(of: layer, tile)
        let channels = layer.groupInputChannels
        inputChannelTiles =
            layer.usesArray
            ? stride(from: 0, to: channels, by: tile.inputChannels).map { $0..<min($0 + tile.inputChannels, channels) }
            : [0..<channels]
    }

    private static func channelTiles(_ layer: LayerGeometry, count: Int) -> [ChannelTile] {
        if layer.kind == .concatenation {
            var first = 0
            return layer.operands.indices.map { index in
                defer { first += layer.operands[index].channels }
                let channels = layer.operands[index].channels
                return ChannelTile(
                    first: first, count: channels, perGroup: channels, inputsPerGroup: channels, operand: index)
            }
        }
        let starts = stride(from: 0, to: layer.outputChannels, by: count)
        guard layer.groups > 1 else {
            return starts.map { first in
                let channels = min(count, layer.outputChannels - first)
                return ChannelTile(
                    first: first, count: channels, perGroup: channels,
                    inputsPerGroup: layer.canSplitElements ? channels : layer.inputChannels,
                    firstInput: layer.canSplitElements ? first : 0)
            }
        }
        return starts.flatMap { first in
            let channels = min(count, layer.outputChannels - first)
            let part = layer.partIsApart ? channels % layer.groupOutputChannels : 0
            return [(first, channels - part), (first + channels - part, part)].filter { $0.1 > 0 }
                .map { ChannelTile(groupsOf: layer, first: $0, count: $1) }
        }
    }

    /// Whether sums wait in the accumulator buffer.
    package var splitsSums: Bool { counts.passes > 1 }
    package subscript(dynamicMember count: KeyPath<TileCounts, Int>) -> Int { counts[keyPath: count] }
    package subscript(dynamicMember property: KeyPath<TileCounts, Bool>) -> Bool { counts[keyPath: property] }
    /// Bytes of operands that some tile reads, each counted once.
    ///
    /// - Parameter onChip: tensors that are not loaded.
    package func inputBytes(onChip: Set<Int> = []) -> Int {
        layer.operandBytes(
            positions: rows.inputDistinct * layer.loadedColumns(columns).inputDistinct, onChip: onChip)
    }
}

extension ChannelTile {
    /// Of a layer with groups.
    fileprivate init(groupsOf layer: LayerGeometry, first: Int, count: Int) {
        // Channels are counted by the network's groups, of which a merged group may have fewer.
        let (outputs, inputs) = (layer.outputChannels / layer.groups, layer.inputChannels / layer.groups)
        let perGroup = min(count, layer.groupOutputChannels)
        let part = count % perGroup
        self.init(
            first: first, count: count, groups: count / perGroup, perGroup: perGroup,
            inputsPerGroup: perGroup / outputs * inputs, partOutputs: part, partInputs: part / outputs * inputs,
            firstInput: first / outputs * inputs)
    }
}
