import FixedPoint
import Geometry
import MachineDescription
import Schedules

/// The transfers of a tiling: of one pass over all input tiles, all weights once, all results.
struct TrafficEstimate {
    private let counts: TileCounts
    /// Of one pass over all input tiles, of all weights and sets of parameters once, of all results.
    let input: TransferEstimate
    let weights: TransferEstimate
    let output: TransferEstimate
    /// The first tile of input, which compute waits for, and the last of output, which the next layer waits for.
    let firstInput: TransferEstimate
    let lastOutput: TransferEstimate

    /// - Parameters:
    ///   - parameters: sets of parameter blocks, loaded as the weight tiles are, and bytes of one; none where they are
    ///     loaded once, before the layer.
    ///   - inputRows: that all tiles load together; nil where each loads all that it reads.
    ///   - loaded: for each operand whether it is loaded at all; nil for all.
    init(
        _ layer: LayerGeometry, tile: Tile, rows: AxisTiles, columns: AxisTiles, counts: TileCounts,
        parameters: (sets: Int, bytes: Int), inputRows: Int? = nil, loaded isLoaded: [Bool]? = nil,
        machine: MachineDescription
    ) {
        let inputRows = inputRows ?? rows.inputTotal
        let memory = machine.memory
        self.counts = counts
        let loaded = layer.loadedColumns(columns)
        var input = TransferEstimate()
        for (index, operand) in layer.operands.enumerated() where isLoaded?[index] ?? true {
            // Channels of one run, and into how many parts they are cut.
            let parts =
                layer.kind == .concatenation
                ? 1 : (counts.inputFollowsChannels ? counts.channelTiles : counts.inputChannelTiles)
            input += TrafficEstimate.rectangles(
                .read, tiles: counts.pixelTiles, rows: operand.isOnePixel ? rows.count : inputRows,
                columns: operand.isOnePixel ? columns.count : loaded.inputTotal, columnTiles: columns.count,
                channels: ceilDivide(operand.channels, by: parts), parts: parts, tensorChannels: operand.tensorChannels,
                bytesPerElement: operand.bytesPerElement,
                memory: memory)
        }
        if layer.kernelRow != nil, isLoaded?[0] ?? true {
            input.hold(
                windowWords: inputRows * layer.horizontal.output
                    * ceilDivide(layer.inputChannels, by: machine.macArray.inputChannelLanes), memory: memory)
        }
        self.input = input
        output = TrafficEstimate.rectangles(
            .write, tiles: counts.pixelTiles, rows: layer.vertical.output, columns: layer.horizontal.output,
            columnTiles: columns.count,
            channels: ceilDivide(layer.outputChannels, by: counts.channelTiles), parts: counts.channelTiles,
            tensorChannels: layer.outputChannels,
            bytesPerElement: layer.outputBytesPerElement, memory: memory)
        var weights =
            counts.weightTiles == 0
            ? TransferEstimate()
            : TransferEstimate(
                .read, count: counts.weightTiles, runs: 1,
                runBytes: ceilDivide(layer.laidWeightBytes, by: counts.weightTiles),
                unit: memory.burstBytes, memory: memory)
        if parameters.sets > 0 {
            weights += TransferEstimate(
                .read, count: parameters.sets, runs: 1, runBytes: parameters.bytes, unit: memory.burstBytes,
                memory: memory)
        }
        self.weights = weights
        firstInput = input.part(of: counts.inputTiles)
        lastOutput = output.part(of: counts.outputTiles)
    }

    /// Rectangles of a tensor: whole rows where all channels take part, otherwise a run for each pixel.
    private static func rectangles(
        _ access: MemoryAccess, tiles: Int, rows: Int, columns: Int, columnTiles: Int, channels: Int, parts: Int,
        tensorChannels: Int,
        bytesPerElement: Int, memory: MemoryDescription
    ) -> TransferEstimate {
        let pixelBytes = tensorChannels * bytesPerElement
        let whole = parts == 1 && channels == tensorChannels
        let estimate =
            whole
            ? TransferEstimate(
                access, runs: rows * columnTiles, runBytes: ceilDivide(columns * pixelBytes, by: columnTiles),
                unit: columnTiles == 1 ? memory.alignmentBytes : pixelBytes, memory: memory)
            : TransferEstimate(
                access, runs: rows * columns * parts, runBytes: channels * bytesPerElement,
                unit: parts == 1 ? pixelBytes : channels * bytesPerElement, memory: memory)
        return estimate.inTransfers(tiles * parts)
    }

    func total(_ order: LoopOrder, inputHalves: Int, weightHalves: Int) -> TransferEstimate {
        let inputPasses: Int
        let weightPasses: Int
        switch order {
        case .pixelsOuter:
            inputPasses = counts.inputChannelTiles <= inputHalves ? 1 : counts.channelTiles
            weightPasses = counts.weightTiles <= weightHalves ? 1 : counts.pixelTiles
        case .channelsOuter:
            inputPasses = counts.inputTiles <= inputHalves ? 1 : counts.channelTiles
            weightPasses = counts.passes <= weightHalves ? 1 : counts.pixelTiles
        }
        var total = input.times(counts.inputFollowsChannels ? 1 : inputPasses)
        total += weights.times(weightPasses)
        total += output
        return total
    }
}
