package import Schedules

/// The channels of one tile of the result.
package struct ChannelTile: Hashable {
    /// First output channel, and how many.
    package var first: Int
    package var count: Int
    /// Groups in the tile; `count / groups` channels each.
    package var groups = 1
    /// First input channel read (with groups: of the first group), unless input channels are split.
    package var firstInput = 0
    /// Concatenation: which operand; otherwise 0.
    package var operand = 0

    package var perGroup: Int { count / groups }
}

/// A layer cut into tiles.
///
///     pixel tile p = row tile x columns.count + column tile;  channel tile k;  input-channel tile c
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

    package init(_ layer: LayerGeometry, tile: Tile) {
        self.layer = layer
        self.tile = tile
        rows = layer.vertical.tiles(of: tile.outputRows)
        columns = layer.horizontal.tiles(of: tile.outputColumns)
        counts = TileCounts(layer, tile: tile, rows: rows, columns: columns)
        channelTiles = LayerTiling.channelTiles(layer, count: tile.outputChannels)
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
                return ChannelTile(first: first, count: layer.operands[index].channels, operand: index)
            }
        }
        return stride(from: 0, to: layer.outputChannels, by: count).map { first in
            let channels = min(count, layer.outputChannels - first)
            guard layer.groups > 1 else { return ChannelTile(first: first, count: channels) }
            let firstGroup = first / layer.groupOutputChannels
            return ChannelTile(
                first: first, count: channels, groups: channels / layer.groupOutputChannels,
                firstInput: firstGroup * layer.groupInputChannels)
        }
    }

    package var splitsInputChannels: Bool { inputChannelTiles.count > 1 }
    package subscript(dynamicMember count: KeyPath<TileCounts, Int>) -> Int { counts[keyPath: count] }
    package subscript(dynamicMember property: KeyPath<TileCounts, Bool>) -> Bool { counts[keyPath: property] }
    /// Bytes of operands that some tile reads, each counted once.
    package var inputBytes: Int { layer.operandBytes(positions: rows.inputDistinct * columns.inputDistinct) }
}
