import FixedPoint
package import MachineDescription
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
                    first: first, count: channels, perGroup: channels, inputsPerGroup: layer.inputChannels)
            }
        }
        return starts.flatMap { first in
            let channels = min(count, layer.outputChannels - first)
            let part = layer.partIsApart ? channels % layer.groupOutputChannels : 0
            return [(first, channels - part), (first + channels - part, part)].filter { $0.1 > 0 }
                .map { ChannelTile(groupsOf: layer, first: $0, count: $1) }
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
            let groups = layer.groups > 1 ? ceilDivide(tile.outputChannels, by: layer.groupOutputChannels) : 1
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
