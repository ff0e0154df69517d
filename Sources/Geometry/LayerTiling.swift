import FixedPoint
package import MachineDescription
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
package struct LayerTiling: Hashable {
    package let layer: LayerGeometry
    package let tile: Tile
    package let rows: AxisTiles
    package let columns: AxisTiles
    package let channelTiles: [ChannelTile]
    /// Ranges of the input channels of one group.
    package let inputChannelTiles: [Range<Int>]

    package init(_ layer: LayerGeometry, tile: Tile) {
        self.init(
            layer, tile: tile, rows: layer.vertical.tiles(of: tile.outputRows),
            columns: layer.horizontal.tiles(of: tile.outputColumns))
    }

    /// With the tiles of both axes already counted.
    package init(_ layer: LayerGeometry, tile: Tile, rows: AxisTiles, columns: AxisTiles) {
        self.layer = layer
        self.tile = tile
        self.rows = rows
        self.columns = columns
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

    package var pixelTiles: Int { rows.count * columns.count }
    package var splitsInputChannels: Bool { inputChannelTiles.count > 1 }
    /// Whether another channel tile reads another input tile.
    package var inputFollowsChannels: Bool {
        (layer.groups > 1 && channelTiles.count > 1) || layer.kind == .concatenation
    }
    package var weightTiles: Int { layer.usesArray ? channelTiles.count * inputChannelTiles.count : 0 }
    package var inputTiles: Int { pixelTiles * (inputFollowsChannels ? channelTiles.count : inputChannelTiles.count) }
    package var outputTiles: Int { pixelTiles * channelTiles.count }
    /// Bytes of operands that some tile reads, each counted once.
    package var inputBytes: Int { layer.operandBytes(positions: rows.inputDistinct * columns.inputDistinct) }
}

extension LayerGeometry {
    /// Bytes of operands that every schedule reads: the smallest tiles leave out all that lies between strides.
    package var leastInputBytes: Int {
        operandBytes(positions: vertical.leastInputs * horizontal.leastInputs)
    }

    /// Of so many positions, the channels that the layer reads.
    fileprivate func operandBytes(positions: Int) -> Int {
        operands.reduce(0) { $0 + ($1.isOnePixel ? 1 : positions) * $1.channels * $1.bytesPerElement }
    }
}

/// What one half of each buffer must hold, for the largest tile.
package struct TileFootprint: Hashable {
    package var inputBytes: Int
    package var secondBytes: Int
    package var outputBytes: Int
    package var weightBytes: Int
    /// Partial sums: 0 where the input channels are not split.
    package var accumulators: Int

    package init(_ tiling: LayerTiling, array: MACArrayDescription) {
        self.init(
            tiling.layer, tile: tiling.tile, rows: tiling.rows, columns: tiling.columns,
            splits: tiling.splitsInputChannels, array: array)
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
            let groups = layer.groups > 1 ? tile.outputChannels / layer.groupOutputChannels : 1
            let channels = layer.groups > 1 ? layer.groupOutputChannels : tile.outputChannels
            // Element by element an operand may have more channels than the result (pixel shuffle).
            let inputChannels = layer.usesArray ? tile.inputChannels : layer.operands[0].channels
            inputBytes =
                inputPixels * groups
                * roundUp(inputChannels * layer.operands[0].bytesPerElement, to: array.inputChannelLanes)
            outputBytes =
                outputPixels * groups * roundUp(channels, to: array.outputChannelLanes) * layer.outputBytesPerElement
        }
        secondBytes =
            layer.hasSecond
            ? (layer.operands[1].isOnePixel ? 1 : inputPixels)
                * roundUp(layer.operands[1].channels * layer.operands[1].bytesPerElement, to: array.inputChannelLanes)
            : 0
        weightBytes =
            layer.usesArray
            ? roundUp(tile.outputChannels, to: array.outputChannelLanes) * layer.taps
                * roundUp(tile.inputChannels, to: array.inputChannelLanes) : 0
        accumulators = splits ? outputPixels * tile.outputChannels : 0
    }
}

extension MachineDescription {
    package var weightHalves: Int { weightBuffer.pingPong ? 2 : 1 }
    package var weightHalfBytes: Int { weightBuffer.bytes / weightHalves }
    package var activationHalves: Int { activationBuffer.pingPong ? 2 : 1 }
    /// Partial sums that the accumulator buffer holds, A bits each.
    package var accumulators: Int { accumulatorBuffer.bytes * 8 / macArray.accumulatorBits }
    /// Whole words of 8 bytes.
    package var parameterHalfBytes: Int { parameterMemory.bytes / 16 * 8 }
}
