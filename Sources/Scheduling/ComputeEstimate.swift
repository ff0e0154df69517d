import Commands
import FixedPoint
package import Geometry
package import MachineDescription
package import Schedules
import Timing

/// How long the compute engine works on a layer, in closed form over all tiles, by the rules of `CommandCost`. For the
/// search only: the timeline counts every command.
///
/// Of passes of the array it is the sum of the commands' costs, but for phases of a transposed convolution that have no
/// position in some tile, and incomplete groups, whose commands are counted whole.
///
/// Element-wise work is estimated otherwise: channels of all operands together, by the post-processor's lanes alone and
/// without the stages that rescale operands. So two operands count twice, and smaller tiles win where both are loaded.
/// By the commands' own costs the bundled networks would take 0.01 % fewer cycles on `mid` and 0.02 % more on `large`,
/// a small U-Net 0.1 % fewer on `mid`, a small ResNet 0.03 % more on `large`.
package struct ComputeEstimate {
    private let layer: LayerGeometry
    private let machine: MachineDescription
    private let verticalPhases: [AxisPhase]
    private let horizontalPhases: [AxisPhase]
    private let stepCycles: Int
    /// Cycles that finished sums take to drain, and the registers that the last ones pass.
    private let finished: (drain: Int, stages: Int)

    package init(_ layer: LayerGeometry, machine: MachineDescription) {
        self.layer = layer
        self.machine = machine
        let window = AxisPhase(offset: 0, firstTap: 0, taps: 0, inputOffset: 0)
        func phases(_ axis: AxisGeometry) -> [AxisPhase] {
            if axis.kind == .transposed, !axis.joinsPhases { return axis.phases }
            var phase = window
            phase.taps = axis.laidKernel
            return [phase]
        }
        verticalPhases = phases(layer.vertical)
        horizontalPhases = phases(layer.horizontal)
        // The phases of a transposed convolution read neighbouring columns.
        stepCycles = machine.stepCycles(stride: layer.horizontal.kind == .transposed ? 1 : layer.horizontal.stride)
        if case .normalization = layer.kind {
            finished = machine.drainCycles(by: .normalization)
        } else {
            finished = machine.drainCycles(by: .postProcessor)
        }
    }

    /// Cycles of all commands of the layer.
    package func cycles(rows: AxisTiles, columns: AxisTiles, channelTiles: Int, tile: Tile) -> Int {
        let array = machine.macArray
        let commands = rows.count * columns.count * channelTiles
        guard layer.usesArray else { return elementwise(commands: commands) }
        let channelGroups =
            layer.groups > 1
            ? layer.outputLaneGroups(lanes: array.outputChannelLanes)
            : channelGroups(tile, channelTiles: channelTiles, lanes: array.outputChannelLanes)
        if tile.namesTaps, layer.canSplitTaps {
            let groups =
                layer.vertical.output * laneGroups(columns, horizontalPhases[0], lanes: array.pixelLanes)
                * channelGroups
            let taps = KernelTile.tiles(of: layer, tile).map(\.taps)
            return passes(groups: groups, commands: commands, taps: taps, inputTile: tile.inputChannels)
        }
        var cycles = 0
        for vertical in verticalPhases {
            let rowPositions = laneGroups(rows, vertical, lanes: 1)
            for horizontal in horizontalPhases {
                let groups = rowPositions * laneGroups(columns, horizontal, lanes: array.pixelLanes) * channelGroups
                cycles += passes(
                    groups: groups, commands: commands, taps: [vertical.taps * horizontal.taps],
                    inputTile: tile.inputChannels)
            }
        }
        return cycles
    }

    /// Groups of lanes over all channel tiles.
    private func channelGroups(_ tile: Tile, channelTiles: Int, lanes: Int) -> Int {
        let last = layer.outputChannels - (channelTiles - 1) * tile.outputChannels
        return (channelTiles - 1) * ceilDivide(tile.outputChannels * layer.lanesOfChannel, by: lanes)
            + ceilDivide(last * layer.lanesOfChannel, by: lanes)
    }

    private func elementwise(commands: Int) -> Int {
        let channels = layer.operands[0].channels * layer.operands.count
        return layer.elementPositions * ceilDivide(channels, by: machine.postProcessor.lanes) + commands
            * (CommandCost.fillCycles + CommandCost.operandStages + finished.stages)
    }

    /// Cycles of all passes over the input-channel and kernel tiles, of one phase.
    ///
    /// - Parameter kernelTiles: taps of each.
    private func passes(groups: Int, commands: Int, taps kernelTiles: [Int], inputTile: Int) -> Int {
        let array = machine.macArray
        let inputTiles = ceilDivide(layer.groupInputChannels, by: inputTile)
        let lastInput = layer.groupInputChannels - (inputTiles - 1) * inputTile
        func pass(_ channels: Int, _ taps: Int, isLast: Bool) -> Int {
            let steps = max(1, taps * ceilDivide(channels, by: array.inputChannelLanes)) * stepCycles
            let (drained, stages) = isLast ? finished : (drain: array.pixelLanes, stages: 0)
            let interval = max(steps, drained)
            let fill = CommandCost.fillCycles + array.pipelineStages
            return groups * interval + commands * (steps - interval + drained + stages + fill)
        }
        var cycles = 0
        for (index, taps) in kernelTiles.enumerated() {
            if inputTiles > 1 { cycles += (inputTiles - 1) * pass(inputTile, taps, isLast: false) }
            cycles += pass(lastInput, taps, isLast: index == kernelTiles.count - 1)
        }
        return cycles
    }

    /// Groups of so many pixel lanes over all tiles of an axis; blocks where phases share the output lanes.
    private func laneGroups(_ tiles: AxisTiles, _ phase: AxisPhase, lanes: Int) -> Int {
        func groups(_ extent: Int) -> Int {
            let axis = tiles.axis
            return ceilDivide(
                axis.joinsPhases ? axis.mostBlocks(of: extent) : axis.positions(of: phase, in: extent), by: lanes)
        }
        return (tiles.count - 1) * groups(tiles.extent) + groups(tiles.axis.output - (tiles.count - 1) * tiles.extent)
    }
}
