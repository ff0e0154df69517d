import Commands
package import Diagnostics
import FixedPoint
package import MachineDescription
package import Networks
package import Schedules
import Text

/// What the parameter blocks of a layer take in a half of the parameter memory, and how they are split where they do
/// not fit.
package struct ParameterFootprint: Hashable, Sendable {
    /// Blocks begin at multiples of this, in the parameter memory.
    static let alignment = 8

    /// All blocks but the channel block, aligned.
    private let tableBytes: Int
    /// The channel block, without the records of channels.
    private var headerBytes: Int
    private let inputChannels: Int
    private let outputChannels: Int
    /// Result records of one channel, and bytes of one: a lane of each phase has its own, with a placement.
    private let lanesOfChannel: Int
    private let resultRecordBytes: Int
    /// Channels of the first operand: fewer than `inputChannels` where lanes run over kernel rows.
    private let networkInputChannels: Int
    /// Operands whose channels have records, and whether those of the result have some: 16-bit integers need none.
    private let operandRecords: Int
    private let hasResultRecords: Bool
    /// Whether a channel tile reads the input channels of its groups alone, or its own.
    private let isGrouped: Bool
    /// Whether the layer has channel tiles at all.
    private let canSplit: Bool

    package enum Split {
        case none, byChannelTile, byInputChannelTile
    }

    package init(_ storage: LayerStorage, of layer: LayerGeometry) {
        var (tables, header) = (0, 0)
        for block in storage.blocks {
            if block.kind == .channelBlock {
                header = block.bytes
            } else {
                tables += roundUp(block.bytes, to: Self.alignment)
            }
        }
        canSplit = layer.usesArray || layer.canSplitElements
        isGrouped = layer.groups > 1 || layer.canSplitElements
        operandRecords = layer.operands.count { $0.bytesPerElement == 1 }
        // What is added has no multipliers.
        hasResultRecords = layer.outputBytesPerElement == 1 || layer.kind != .elementwise(.add)
        (inputChannels, outputChannels) = (layer.inputChannels, layer.outputChannels)
        lanesOfChannel = layer.lanesOfChannel
        resultRecordBytes =
            ChannelBlock.resultRecordBytes + (layer.joinsPhases ? ChannelBlock.placementBytes : 0)
        networkInputChannels = layer.inputChannels / layer.kernelRowTaps
        tableBytes = tables
        headerBytes = header
        if canSplit { headerBytes -= networkRecordBytes }
    }

    /// Of the records of all channels as the network has them: one for each channel, without placements.
    var networkRecordBytes: Int {
        operandRecords * networkInputChannels * ChannelBlock.operandRecordBytes
            + (hasResultRecords ? outputChannels * ChannelBlock.resultRecordBytes : 0)
    }

    /// Of the records of so many channels of each operand, and of the result.
    func recordBytes(inputs: Int, outputs: Int) -> Int {
        operandRecords * inputs * ChannelBlock.operandRecordBytes
            + (hasResultRecords ? outputs * lanesOfChannel * resultRecordBytes : 0)
    }

    /// Bytes of the blocks with the records of so many channels.
    private func bytes(inputs: Int, outputs: Int) -> Int {
        let records = canSplit ? recordBytes(inputs: inputs, outputs: outputs) : 0
        return tableBytes + roundUp(headerBytes + records, to: Self.alignment)
    }

    /// Of all channels.
    package var wholeBytes: Int { bytes(inputs: inputChannels, outputs: outputChannels) }

    /// Of one set, as a tile splits them.
    package func bytes(_ tile: Tile, _ split: Split) -> Int {
        let outputs = min(tile.outputChannels, outputChannels)
        switch split {
        case .none: return wholeBytes
        case .byChannelTile:
            let inputs = isGrouped ? ceilDivide(outputs * inputChannels, by: outputChannels) : inputChannels
            return bytes(inputs: inputs, outputs: outputs)
        case .byInputChannelTile: return bytes(inputs: min(tile.inputChannels, inputChannels), outputs: outputs)
        }
    }

    /// Whether the blocks of all channels fit half of the memory, and the header counts the channels.
    package func isWhole(halfBytes: Int) -> Bool {
        wholeBytes <= halfBytes
            && (!canSplit || max(inputChannels, outputChannels * lanesOfChannel) <= ChannelBlock.mostRecords)
    }

    /// How the blocks are split so that a set fits half of the memory; nil where none does.
    package func split(of tile: Tile, halfBytes: Int) -> Split? {
        if isWhole(halfBytes: halfBytes) { return Split.none }
        guard canSplit, tile.outputChannels * lanesOfChannel <= ChannelBlock.mostRecords else { return nil }
        if isGrouped || inputChannels <= ChannelBlock.mostRecords, bytes(tile, .byChannelTile) <= halfBytes {
            return .byChannelTile
        }
        return !isGrouped && tile.inputChannels <= ChannelBlock.mostRecords
            && bytes(tile, .byInputChannelTile) <= halfBytes ? .byInputChannelTile : nil
    }

    /// How many sets tiles need, which must fit, and bytes of one.
    package func sets(of tile: Tile, _ counts: TileCounts, halfBytes: Int) -> (sets: Int, bytes: Int) {
        let split = split(of: tile, halfBytes: halfBytes)!
        let sets =
            switch split {
            case .none: 1
            case .byChannelTile: counts.channelTiles
            case .byInputChannelTile: counts.channelTiles * counts.inputChannelTiles
            }
        return (sets, bytes(tile, split))
    }

    /// The most input channels of a tile of so many output channels, multiples of a unit, whose records fit by
    /// input-channel tile; 0 where none fit or nothing is split so.
    package func mostInputChannels(outputChannels: Int, unit: Int, halfBytes: Int) -> Int {
        guard canSplit, !isGrouped, operandRecords > 0 else { return 0 }
        let rest = halfBytes - bytes(inputs: 0, outputs: outputChannels)
        let most = rest / (operandRecords * ChannelBlock.operandRecordBytes) / unit * unit
        return max(0, min(most, inputChannels))
    }

    /// The most output channels of a tile of so many input channels, multiples of a unit; 0 where none fit.
    package func mostOutputChannels(inputChannels: Int, unit: Int, halfBytes: Int) -> Int {
        var (low, high) = (0, ceilDivide(outputChannels, by: unit))
        while low < high {
            let middle = (low + high + 1) / 2
            let tile = Tile(
                outputRows: 1, outputColumns: 1, outputChannels: min(middle * unit, outputChannels),
                inputChannels: inputChannels)
            if split(of: tile, halfBytes: halfBytes) != nil { low = middle } else { high = middle - 1 }
        }
        return min(low * unit, outputChannels)
    }

    package func overflow(of layer: LayerGeometry, _ tile: Tile, machine: MachineDescription) -> Diagnostic {
        let bytes = canSplit ? self.bytes(tile, isGrouped ? .byChannelTile : .byInputChannelTile) : wholeBytes
        let channels = isGrouped ? "outputChannels" : "outputChannels or inputChannels"
        let smaller = canSplit ? "make the tile's \(channels) smaller, " : ""
        return Diagnostic(
            .scheduleParameterMemoryOverflow, at: "layer \(layer.name)",
            found: "parameters \(canSplit ? "of a tile's channels " : "")need \(bytes.grouped) bytes",
            expected: "parameterMemory half holds \(machine.parameterHalfBytes.grouped)",
            remedy:
                """
                give machine \(machine.name) a parameterMemory of at least \((2 * bytes).grouped) bytes, choose \
                another machine, \(smaller)or quantize with fewer codebooks
                """)
    }
}
