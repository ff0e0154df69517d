package import Commands
import FixedPoint
package import MachineDescription
import Schedules

/// The output lanes of a transposed convolution whose phases share them, and where their results lie in an output tile.
///
///     lane order    channel tile after channel tile; of a tile [phase row][phase column][channel]
///     offset        (phase row x tile columns + phase column) x pixel pitch + channel of the tile x bytes,
///                   from the first pixel of the lane's block
///
/// All tiles of a layer have the same columns, so that a lane has one offset.
package struct PhaseLanes: Hashable, Sendable {
    package let strideY: Int
    package let strideX: Int
    /// Channels of each channel tile.
    package let channelTiles: [Range<Int>]
    private let tileColumns: Int
    private let outputChannelLanes: Int
    private let bytesPerElement: Int

    /// Nil where the lanes hold channels alone.
    package init?(_ tiling: LayerTiling, array: MACArrayDescription) {
        guard tiling.layer.joinsPhases else { return nil }
        (strideY, strideX) = (tiling.layer.vertical.stride, tiling.layer.horizontal.stride)
        channelTiles = tiling.channelTiles.map { $0.first..<$0.first + $0.count }
        tileColumns = min(tiling.tile.outputColumns, tiling.layer.horizontal.output)
        outputChannelLanes = array.outputChannelLanes
        bytesPerElement = tiling.layer.outputBytesPerElement
    }

    /// Of every lane, in the lanes' order.
    var placements: [ResultPlacement] {
        channelTiles.flatMap { channels in
            let pitch = roundUp(channels.count, to: outputChannelLanes) * bytesPerElement
            return (0..<strideY * strideX).flatMap { phase in
                let (row, column) = (phase / strideX, phase % strideX)
                return channels.map { channel in
                    ResultPlacement(
                        offset: (row * tileColumns + column) * pitch + (channel - channels.lowerBound)
                            * bytesPerElement,
                        phaseRow: row, phaseColumn: column, channel: channel)
                }
            }
        }
    }
}

extension LayerConfiguration {
    /// The configuration with a result record and a placement for each lane; itself where lanes hold channels alone.
    package func joiningPhases(_ lanes: PhaseLanes?) -> LayerConfiguration {
        guard let lanes, case .postProcessing(var post) = drain else { return self }
        var joined = self
        joined.placements = lanes.placements
        let channels = joined.placements.map(\.channel)
        func spread<Element>(_ elements: [Element]) -> [Element] {
            elements.isEmpty ? [] : channels.map { elements[$0] }
        }
        (joined.output.selects, joined.output.offsets) = (spread(output.selects), spread(output.offsets))
        post.bias = spread(post.bias)
        post.multipliers = spread(post.multipliers)
        post.multipliersNegative = spread(post.multipliersNegative)
        joined.drain = .postProcessing(post)
        return joined
    }
}
