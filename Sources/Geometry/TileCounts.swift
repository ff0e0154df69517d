import FixedPoint
package import Schedules

/// How many tiles a tiling has, without listing them.
package struct TileCounts: Hashable {
    package let pixelTiles: Int
    package let channelTiles: Int
    package let inputChannelTiles: Int
    package let kernelTiles: Int
    /// Tiles of weights; 0 where the layer has none.
    package let weightTiles: Int
    /// Whether another channel tile reads another input tile.
    package let inputFollowsChannels: Bool

    package init(_ layer: LayerGeometry, tile: Tile, rows: AxisTiles, columns: AxisTiles) {
        pixelTiles = rows.count * columns.count
        channelTiles = layer.channelTileCount(of: tile.outputChannels)
        inputChannelTiles = layer.usesArray ? ceilDivide(layer.groupInputChannels, by: tile.inputChannels) : 1
        kernelTiles = KernelTile.count(of: layer, tile)
        weightTiles = layer.usesArray ? channelTiles * inputChannelTiles * kernelTiles : 0
        inputFollowsChannels =
            ((layer.groups > 1 || layer.canSplitElements) && channelTiles > 1) || layer.kind == .concatenation
    }

    /// Passes over a tile of the result: each has weights of its own.
    package var passes: Int { inputChannelTiles * kernelTiles }
    package var inputTiles: Int { pixelTiles * (inputFollowsChannels ? channelTiles : inputChannelTiles) }
    package var outputTiles: Int { pixelTiles * channelTiles }
}
