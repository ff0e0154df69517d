import Commands
import FixedPoint
import Geometry
import MachineDescription
import Schedules
import Timing

/// How long the compute engine works on a layer, in closed form over all tiles. For the search only: the timeline
/// counts every command.
struct ComputeEstimate {
    private let layer: LayerGeometry
    private let machine: MachineDescription
    private let verticalPhases: [AxisPhase]
    private let horizontalPhases: [AxisPhase]
    private let stepCycles: Int
    private let drain: Int
    private let overhead: Int
    /// From the post-processor or the normalization unit to the buffer.
    private let resultStages: Int

    init(_ layer: LayerGeometry, machine: MachineDescription) {
        self.layer = layer
        self.machine = machine
        let array = machine.macArray
        let window = AxisPhase(offset: 0, firstTap: 0, taps: 0, inputOffset: 0)
        func phases(_ axis: AxisGeometry) -> [AxisPhase] {
            if axis.kind == .transposed { return axis.phases }
            var phase = window
            phase.taps = axis.kernel
            return [phase]
        }
        verticalPhases = phases(layer.vertical)
        horizontalPhases = phases(layer.horizontal)
        let weightCycles = ceilDivide(
            array.inputChannelLanes * array.outputChannelLanes, by: machine.weightBuffer.bytesPerCycle)
        stepCycles = max(1, weightCycles, ceilDivide(array.pixelLanes, by: machine.activationBuffer.banks))
        let results = array.outputChannelLanes * array.pixelLanes
        var drain = max(
            ceilDivide(results, by: machine.postProcessor.lanes),
            ceilDivide(results, by: machine.codebookMux.encodeLanes))
        var resultStages = CommandCost.postProcessorStages + CommandCost.encoderStages
        if case .normalization = layer.kind {
            drain = max(drain, ceilDivide(results, by: machine.normalization.lanes))
            resultStages = machine.normalization.latencyCycles + CommandCost.encoderStages
        }
        self.resultStages = resultStages
        overhead = CommandCost.fillCycles + array.pipelineStages
        self.drain = drain
    }

    /// Cycles of all commands of the layer.
    func cycles(rows: AxisTiles, columns: AxisTiles, channelTiles: Int, tile: Tile) -> Int {
        let array = machine.macArray
        guard layer.usesArray else {
            let groups =
                layer.elementPositions
                * ceilDivide(layer.operands[0].channels * layer.operands.count, by: machine.postProcessor.lanes)
            return groups + rows.count * columns.count * channelTiles
                * (CommandCost.fillCycles + CommandCost.operandStages + resultStages)
        }
        let channelGroups: Int
        if layer.groups > 1 {
            channelGroups = layer.outputLaneGroups(lanes: array.outputChannelLanes)
        } else {
            let last = layer.outputChannels - (channelTiles - 1) * tile.outputChannels
            channelGroups =
                (channelTiles - 1) * ceilDivide(tile.outputChannels, by: array.outputChannelLanes)
                + ceilDivide(last, by: array.outputChannelLanes)
        }
        let commands = rows.count * columns.count * channelTiles
        if tile.splitsTaps {
            let groups =
                layer.vertical.output * laneGroups(columns, horizontalPhases[0], lanes: array.pixelLanes)
                * channelGroups
            let taps = KernelTile.tiles(of: layer, tile).map(\.taps)
            return passes(groups: groups, commands: commands, taps: taps, inputTile: tile.inputChannels)
        }
        var cycles = 0
        for vertical in verticalPhases {
            let rowPositions = positions(rows, vertical)
            for horizontal in horizontalPhases {
                let groups = rowPositions * laneGroups(columns, horizontal, lanes: array.pixelLanes) * channelGroups
                cycles += passes(
                    groups: groups, commands: commands, taps: [vertical.taps * horizontal.taps],
                    inputTile: tile.inputChannels)
            }
        }
        return cycles
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
            let drained = isLast ? drain : array.pixelLanes
            let interval = max(steps, drained)
            return groups * interval + commands * (steps - interval + drained + overhead + (isLast ? resultStages : 0))
        }
        var cycles = 0
        for (index, taps) in kernelTiles.enumerated() {
            if inputTiles > 1 { cycles += (inputTiles - 1) * pass(inputTile, taps, isLast: false) }
            cycles += pass(lastInput, taps, isLast: index == kernelTiles.count - 1)
        }
        return cycles
    }

    private func positions(_ tiles: AxisTiles, _ phase: AxisPhase) -> Int {
        tiles.axis.kind == .transposed
            ? ceilDivide(max(tiles.axis.output - phase.offset, 0), by: tiles.axis.stride) : tiles.axis.output
    }

    /// Groups of pixel lanes over all column tiles.
    private func laneGroups(_ tiles: AxisTiles, _ phase: AxisPhase, lanes: Int) -> Int {
        func groups(_ extent: Int) -> Int {
            let positions =
                tiles.axis.kind == .transposed
                ? ceilDivide(max(extent - phase.offset, 0), by: tiles.axis.stride) : extent
            return ceilDivide(positions, by: lanes)
        }
        return (tiles.count - 1) * groups(tiles.extent) + groups(tiles.axis.output - (tiles.count - 1) * tiles.extent)
    }
}
