import Commands
import FixedPoint
import Geometry
import Graph
import MachineDescription
import Tensors

/// Addresses in external memory.
///
///     | weight tiles, layer by layer | parameter blocks, each distinct one once
///     | graph inputs | results, layer by layer | results that stay on chip, for simulations
///
/// All are aligned; tensors begin with a burst, so that pieces of rows that are whole bursts are no more of them.
struct ExternalLayout {
    private(set) var parameterRegions: [ParameterRegion] = []
    /// In the order of `NetworkGeometry.tensors`.
    private(set) var tensors: [TensorRegion] = []
    /// Of each layer's weight tiles: address of tile k x passes + pass.
    private(set) var weightAddresses: [[Int]] = []
    /// Of each layer's sets of blocks, in the order of `ParameterPlan`.
    private(set) var blockAddresses: [[[Int]]] = []
    private(set) var bytes = 0

    private let alignment: Int

    /// - Parameter rings: indices of the tensors that stay on chip.
    init(
        geometry: NetworkGeometry, tilings: [LayerTiling], parameters: ParameterPlan, rings: Set<Int>,
        machine: MachineDescription
    ) {
        alignment = machine.memory.alignmentBytes
        for (index, tiling) in tilings.enumerated() { weightAddresses.append(placeWeights(tiling, layer: index)) }
        // By the blocks' contents.
        var known: [Int: Int] = [:]
        for (index, layer) in parameters.layers.enumerated() {
            blockAddresses.append(
                layer.sets.map { set in
                    set.blocks.map { placed in
                        let (block, isSlice) = (placed.block, placed.block.kind == .channelBlock && set.slice != nil)
                        if !isSlice, let address = known[block.content] { return address }
                        let address = place(
                            block.bytes, .block(block.kind, layer: index, channels: isSlice ? set.slice : nil))
                        if !isSlice { known[block.content] = address }
                        return address
                    }
                })
        }
        let burst = max(alignment, machine.memory.burstBytes)
        var regions: [Int: TensorRegion] = [:]
        for (index, tensor) in geometry.tensors.enumerated().filter({ !rings.contains($0.offset) })
            + geometry.tensors.enumerated().filter({ rings.contains($0.offset) })
        {
            bytes = roundUp(bytes, to: burst)
            let pitch = roundUp(tensor.shape.width * tensor.shape.channels * tensor.bytesPerElement, to: alignment)
            let region = TensorRegion(
                address: bytes, height: tensor.shape.height, width: tensor.shape.width, channels: tensor.shape.channels,
                bytesPerElement: tensor.bytesPerElement, rowPitchBytes: pitch)
            regions[index] = region
            bytes += region.regionBytes
        }
        tensors = geometry.tensors.indices.map { regions[$0]! }
    }

    private mutating func placeWeights(_ tiling: LayerTiling, layer: Int) -> [Int] {
        guard tiling.layer.usesArray else { return [] }
        var addresses: [Int] = []
        for channels in tiling.channelTiles {
            for inputChannels in tiling.inputChannelTiles {
                for kernel in tiling.kernelTiles {
                    let lanes = tiling.layer.lanesOfChannel
                    let tile = WeightTile(
                        layer: layer,
                        outputChannels: channels.first * lanes..<(channels.first + channels.count) * lanes,
                        inputChannels: inputChannels, kernelRows: kernel.rows, kernelColumns: kernel.columns)
                    addresses.append(
                        place(tile.outputChannels.count * kernel.taps * inputChannels.count, .weights(tile)))
                }
            }
        }
        return addresses
    }

    private mutating func place(_ count: Int, _ content: ParameterRegion.Content) -> Int {
        let address = bytes
        parameterRegions.append(ParameterRegion(address: address, bytes: count, content: content))
        bytes = roundUp(address + count, to: alignment)
        return address
    }
}
