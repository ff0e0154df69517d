import FixedPoint
package import MachineDescription
package import Schedules

/// What one half of each buffer must hold, for the largest tile.
package struct TileFootprint: Hashable {
    package var inputBytes: Int
    package var secondBytes: Int
    package var outputBytes: Int
    package var weightBytes: Int
    /// Partial sums: 0 where sums are not split.
    package var accumulators: Int

    package init(_ tiling: LayerTiling, array: MACArrayDescription) {
        self.init(
            tiling.layer, tile: tiling.tile, rows: tiling.rows, columns: tiling.columns,
            splits: tiling.splitsSums, array: array)
    }

    package init(
        _ layer: LayerGeometry, tile: Tile, rows: AxisTiles, columns: AxisTiles, splits: Bool,
        array: MACArrayDescription
    ) {
        let inputPixels = rows.inputLargest * columns.inputLargest
        let outputPixels = min(rows.extent, layer.vertical.output) * min(columns.extent, layer.horizontal.output)
        if layer.kind == .concatenation {
            let widest = layer.operands.reduce(0) { max($0, $1.channels) }
            inputBytes = inputPixels * roundUp(widest * layer.operands[0].bytesPerElement, to: array.inputChannelLanes)
            outputBytes = outputPixels * roundUp(widest, to: array.outputChannelLanes) * layer.outputBytesPerElement
        } else {
            let groups = layer.groups > 1 ? ceilDivide(tile.outputChannels, by: layer.groupOutputChannels) : 1
            let channels = layer.groups > 1 ? layer.groupOutputChannels : tile.outputChannels
            // Element by element an operand may have more channels than the result (pixel shuffle).
            let inputChannels =
                layer.usesArray
                ? tile.inputChannels : layer.canSplitElements ? tile.outputChannels : layer.operands[0].channels
            inputBytes =
                inputPixels * groups
                * roundUp(inputChannels * layer.operands[0].bytesPerElement, to: array.inputChannelLanes)
            outputBytes =
                outputPixels * groups * roundUp(channels, to: array.outputChannelLanes) * layer.outputBytesPerElement
        }
        let secondChannels = layer.canSplitElements ? tile.outputChannels : layer.operands.last!.channels
        secondBytes =
            layer.hasSecond
            ? (layer.operands[1].isOnePixel ? 1 : inputPixels)
                * roundUp(secondChannels * layer.operands[1].bytesPerElement, to: array.inputChannelLanes)
            : 0
        weightBytes = TileFootprint.weightBytes(layer, tile: tile, array: array)
        let positions =
            layer.joinsPhases
            ? layer.vertical.mostBlocks(of: rows.extent) * layer.horizontal.mostBlocks(of: columns.extent)
            : outputPixels
        accumulators = splits ? positions * tile.outputChannels * layer.lanesOfChannel : 0
    }

    /// Bytes of a tile's weights, lanes without a channel included; 0 where the layer has none.
    package static func weightBytes(_ layer: LayerGeometry, tile: Tile, array: MACArrayDescription) -> Int {
        guard layer.usesArray else { return 0 }
        return roundUp(tile.outputChannels * layer.lanesOfChannel, to: array.outputChannelLanes)
            * KernelTile.largestTaps(of: layer, tile) * roundUp(tile.inputChannels, to: array.inputChannelLanes)
    }
}
