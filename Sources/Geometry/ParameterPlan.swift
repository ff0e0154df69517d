package import Commands
package import Diagnostics
import FixedPoint
package import Graph
package import MachineDescription
package import Networks
import Text

/// The parameter blocks of every layer, and where they lie in a half of the parameter memory.
///
/// A layer whose blocks fit half of it has one set of them, loaded once. Others have a set for each channel tile, with
/// the tile's records alone; where all input channels are too many for that, for each channel and input-channel tile.
package struct ParameterPlan {
    package struct PlacedBlock {
        package var block: BlockStorage
        /// From the half's first byte.
        package var offset: Int
    }

    /// What is loaded together.
    package struct BlockSet {
        package var blocks: [PlacedBlock] = []
        /// Which channels' records the channel block holds; nil for all.
        package var slice: ChannelSlice?
        /// Bytes taken in the half.
        package var bytes = 0

        /// Addresses of the blocks in a half that begins at `base`.
        package func addresses(base: Int) -> ParameterAddresses {
            var addresses = ParameterAddresses()
            for block in blocks { addresses[block.block.kind] = base + block.offset }
            return addresses
        }
    }

    package struct LayerBlocks {
        package var sets: [BlockSet]
        /// Sets of one channel tile: 1, or one for each input-channel tile.
        package var setsOfChannelTile: Int

        /// Index of the set that a pass over these tiles needs.
        package func set(channelTile: Int, inputChannelTile: Int) -> Int {
            guard sets.count > 1 else { return 0 }
            return setsOfChannelTile == 1 ? channelTile : channelTile * setsOfChannelTile + inputChannelTile
        }

        /// Of the largest set.
        package var bytes: Int { sets.reduce(0) { max($0, $1.bytes) } }
    }

    /// One for each layer.
    package private(set) var layers: [LayerBlocks] = []

    /// - Parameter tilings: one for each layer.
    /// - Throws: `scheduleParameterMemoryOverflow`.
    package init(
        _ formats: NetworkFormats, tilings: [LayerTiling], machine: MachineDescription
    ) throws(Diagnostic) {
        for (tiling, storage) in zip(tilings, formats.layers) {
            let footprint = ParameterFootprint(storage, of: tiling.layer)
            layers.append(LayerBlocks(storage, footprint, tiling, try footprint.split(of: tiling, on: machine)))
        }
    }

    /// The same checks without the sets, which may be many.
    ///
    /// - Returns: blocks that each pass may load, layer by layer: none where they are loaded once.
    /// - Throws: `scheduleParameterMemoryOverflow`.
    @discardableResult
    package static func requireFit(
        _ formats: NetworkFormats, tilings: [LayerTiling], machine: MachineDescription
    ) throws(Diagnostic) -> [Int] {
        var blocks: [Int] = []
        for (tiling, storage) in zip(tilings, formats.layers) {
            let split = try ParameterFootprint(storage, of: tiling.layer).split(of: tiling, on: machine)
            blocks.append(split == .none ? 0 : storage.blocks.count)
        }
        return blocks
    }
}

extension ParameterFootprint {
    fileprivate func split(of tiling: LayerTiling, on machine: MachineDescription) throws(Diagnostic) -> Split {
        guard let split = split(of: tiling.tile, halfBytes: machine.parameterHalfBytes) else {
            throw overflow(of: tiling.layer, tiling.tile, machine: machine)
        }
        return split
    }
}

extension ParameterPlan.LayerBlocks {
    fileprivate init(
        _ storage: LayerStorage, _ footprint: ParameterFootprint, _ tiling: LayerTiling,
        _ split: ParameterFootprint.Split
    ) {
        let layer = tiling.layer
        func set(_ slice: ChannelSlice?) -> ParameterPlan.BlockSet {
            var set = ParameterPlan.BlockSet(slice: slice)
            for block in storage.blocks {
                var bytes = block.bytes
                if let slice, block.kind == .channelBlock {
                    bytes -= footprint.networkRecordBytes
                    bytes += footprint.recordBytes(
                        inputs: slice.inputs.count, outputs: slice.outputs.count / layer.lanesOfChannel)
                }
                set.blocks.append(
                    ParameterPlan.PlacedBlock(
                        block: BlockStorage(kind: block.kind, bytes: bytes, content: block.content), offset: set.bytes))
                set.bytes += roundUp(bytes, to: ParameterFootprint.alignment)
            }
            return set
        }
        func slice(_ channels: ChannelTile, inputs: Range<Int>) -> ChannelSlice {
            // Result records are those of lanes.
            let lanes = layer.lanesOfChannel
            return ChannelSlice(
                inputs: inputs, outputs: channels.first * lanes..<(channels.first + channels.count) * lanes)
        }
        setsOfChannelTile = 1
        switch split {
        case .none:
            // No other layer has these lanes' records.
            let whole = ChannelSlice(
                inputs: 0..<layer.inputChannels, outputs: 0..<layer.outputChannels * layer.lanesOfChannel)
            sets = [set(layer.joinsPhases || layer.kernelRow != nil ? whole : nil)]
        case .byChannelTile:
            sets = tiling.channelTiles.map { channels in
                let inputs =
                    layer.groups > 1 || layer.canSplitElements
                    ? channels.firstInput..<channels.firstInput + channels.inputs : 0..<layer.inputChannels
                return set(slice(channels, inputs: inputs))
            }
        case .byInputChannelTile:
            setsOfChannelTile = tiling.inputChannelTiles.count
            sets = tiling.channelTiles.flatMap { channels in
                tiling.inputChannelTiles.map { set(slice(channels, inputs: $0)) }
            }
        }
    }
}

extension ParameterAddresses {
    fileprivate subscript(kind: ParameterBlock.Kind) -> Int {
        get {
            switch kind {
            case .decodeTable: decodeTable
            case .secondDecodeTable: secondDecodeTable
            case .weightTable: weightTable
            case .encodeTable: encodeTable
            case .channelBlock: channelBlock
            }
        }
        set {
            switch kind {
            case .decodeTable: decodeTable = newValue
            case .secondDecodeTable: secondDecodeTable = newValue
            case .weightTable: weightTable = newValue
            case .encodeTable: encodeTable = newValue
            case .channelBlock: channelBlock = newValue
            }
        }
    }
}
