import Commands
import FixedPoint
import Geometry
import MachineDescription
import Schedules

/// Appends the commands of layer after layer, and keeps account of the buffers' halves, which run on from layer to
/// layer.
///
///     loads of step s:   [weights, if in no half]  [input, if in no half]
///                        [the next weights, if in no half: they overlap with this step]
///     compute of step s: one accumulation (a transposed convolution: one each phase; before an incomplete
///                        merged group: one for the whole groups) or one element-wise command
///     store:             after the last input-channel tile
struct CommandBuilder<Sink: CommandSink> {
    private(set) var commands: Sink
    private let inputLanes: Int
    private let outputLanes: Int
    private let tensors: [TensorRegion]
    private var weights = HalfRotation()
    private var inputs = HalfRotation()
    private var nextOutputHalf = 0

    init(into sink: Sink, array: MACArrayDescription, tensors: [TensorRegion], capacity: Int) {
        commands = sink
        self.tensors = tensors
        inputLanes = array.inputChannelLanes
        outputLanes = array.outputChannelLanes
        commands.reserveCapacity(capacity)
    }

    // MARK: - Layer

    /// Loads each block into the layer's half of the parameter memory. Blocks: external address, address, bytes.
    mutating func loadParameters(_ layer: LayerLowering, blocks: [(externalAddress: Int, address: Int, bytes: Int)]) {
        let half = layer.index % 2
        for (index, block) in blocks.enumerated() {
            let transfer = Transfer(
                externalAddress: block.externalAddress, rows: 1, rowPitchBytes: 0, rowBytes: block.bytes,
                buffer: .parameterMemory, bufferAddress: block.address,
                chunkBytes: block.bytes, chunkPitchBytes: block.bytes)
            commands.append(
                Command(
                    layer: layer.index, waits: index == 0 ? .parametersFree(half) : [],
                    signals: index == blocks.count - 1 ? .parametersFull(half) : [],
                    operation: .load(transfer)))
        }
    }

    mutating func lower(_ layer: LayerLowering) {
        let (pixelTiles, channelTiles) = (layer.tiling.pixelTiles, layer.tiling.channelTiles.count)
        var state = LayerState(
            parametersHalf: layer.index % 2, remainingStores: pixelTiles * channelTiles, awaitsStores: layer.index > 0)
        switch layer.order {
        case .pixelsOuter:
            for pixelTile in 0..<pixelTiles {
                for channelTile in 0..<channelTiles {
                    lower(layer, pixelTile: pixelTile, channelTile: channelTile, &state)
                }
            }
        case .channelsOuter:
            for channelTile in 0..<channelTiles {
                for pixelTile in 0..<pixelTiles { lower(layer, pixelTile: pixelTile, channelTile: channelTile, &state) }
            }
        }
        for (half, lastUse) in weights.release() { commands.addSignals(.weightsFree(half), at: lastUse) }
        for (half, lastUse) in inputs.release() { commands.addSignals(.inputFree(half), at: lastUse) }
        commands.addSignals(.parametersFree(state.parametersHalf), at: state.lastCompute)
    }

    private struct LayerState {
        let parametersHalf: Int
        var remainingStores: Int
        /// The first activation load waits for the stores of the layer before.
        var awaitsStores: Bool
        var awaitsParameters = true
        var isFirstStep = true
        var lastCompute = -1
    }

    private mutating func lower(_ layer: LayerLowering, pixelTile: Int, channelTile: Int, _ state: inout LayerState) {
        let tiling = layer.tiling
        let rows = tiling.rows.outputRange(pixelTile / tiling.columns.count)
        let columns = tiling.columns.outputRange(pixelTile % tiling.columns.count)
        let inputTiles = tiling.inputChannelTiles.count
        var step = Step(
            rows: rows, columns: columns, inputRows: tiling.layer.vertical.inputRange(of: rows),
            inputColumns: tiling.layer.horizontal.inputRange(of: columns),
            channels: tiling.channelTiles[channelTile], inputChannels: 0..<0, isFirstInputChannelTile: true,
            isLastInputChannelTile: false)
        for index in 0..<inputTiles {
            step.inputChannels = tiling.inputChannelTiles[index]
            step.isFirstInputChannelTile = index == 0
            step.isLastInputChannelTile = index == inputTiles - 1
            let weightTile = channelTile * inputTiles + index
            let nextWeightTile = layer.nextWeightTile(
                pixelTile: pixelTile, channelTile: channelTile, inputChannelTile: index)
            let inputTile =
                tiling.inputFollowsChannels
                ? pixelTile * tiling.channelTiles.count + channelTile : pixelTile * inputTiles + index
            if tiling.layer.usesArray { loadWeights(layer, tile: weightTile, keeping: nil) }
            if state.isFirstStep, let nextWeightTile { loadWeights(layer, tile: nextWeightTile, keeping: weightTile) }
            loadInput(layer, tile: inputTile, step, &state)
            if !state.isFirstStep, let nextWeightTile { loadWeights(layer, tile: nextWeightTile, keeping: weightTile) }
            state.isFirstStep = false
            compute(layer, weightTile: weightTile, inputTile: inputTile, &step, &state)
        }
        store(layer, step, &state)
    }

    // MARK: - Loads

    /// Loads a weight tile unless it is in a half already; never over the tile `keeping`.
    private mutating func loadWeights(_ layer: LayerLowering, tile: Int, keeping kept: Int?) {
        guard layer.tiling.layer.usesArray, weights.half(of: tile) == nil else { return }
        let halves = layer.buffers.weights.count
        if let kept, weights.half(of: kept) == weights.next % halves { return }
        let (half, lastUse) = weights.replace(with: tile, halves: halves)
        if lastUse >= 0 { commands.addSignals(.weightsFree(half), at: lastUse) }
        let tiling = layer.tiling
        let channels = tiling.channelTiles[tile / tiling.inputChannelTiles.count].count
        let inputChannels = tiling.inputChannelTiles[tile % tiling.inputChannelTiles.count].count
        let transfer = Transfer(
            externalAddress: layer.weightAddresses[tile], rows: 1, rowPitchBytes: 0,
            rowBytes: channels * tiling.layer.taps * inputChannels,
            buffer: .weightBuffer, bufferAddress: layer.buffers.weights[half], chunkBytes: inputChannels,
            chunkPitchBytes: roundUp(inputChannels, to: inputLanes))
        commands.append(
            Command(
                layer: layer.index, waits: .weightsFree(half), signals: .weightsFull(half), operation: .load(transfer)))
    }

    /// Loads an input tile (both operands of it) unless it is in a half already.
    private mutating func loadInput(_ layer: LayerLowering, tile: Int, _ step: Step, _ state: inout LayerState) {
        guard inputs.half(of: tile) == nil else { return }
        let (half, lastUse) = inputs.replace(with: tile, halves: layer.buffers.input.count)
        if lastUse >= 0 { commands.addSignals(.inputFree(half), at: lastUse) }
        let hasSecond = layer.tiling.layer.hasSecond
        var waits: SemaphoreSet = .inputFree(half)
        if state.awaitsStores { waits.insert(.layerStored) }
        state.awaitsStores = false
        commands.append(
            Command(
                layer: layer.index, waits: waits, signals: hasSecond ? [] : .inputFull(half),
                operation: .load(
                    inputTransfer(layer, operand: step.channels.operand, address: layer.buffers.input[half], step))))
        guard hasSecond else { return }
        commands.append(
            Command(
                layer: layer.index, waits: [], signals: .inputFull(half),
                operation: .load(inputTransfer(layer, operand: 1, address: layer.buffers.second[half], step))))
    }

    private func inputTransfer(_ layer: LayerLowering, operand index: Int, address: Int, _ step: Step) -> Transfer {
        let geometry = layer.tiling.layer
        let operand = geometry.operands[index]
        let first: Int
        let count: Int
        let chunk: Int
        if geometry.groups > 1 {
            (first, count, chunk) = (step.channels.firstInput, step.channels.inputs, step.channels.inputChunk)
        } else if geometry.usesArray {
            (first, count, chunk) = (step.inputChannels.lowerBound, step.inputChannels.count, step.inputChannels.count)
        } else {
            (first, count, chunk) = (operand.firstChannel, operand.channels, operand.channels)
        }
        let bytes = operand.bytesPerElement
        let rows =
            step.inputRows
            .lowerBound..<max(
                step.inputRows.lowerBound + 1, step.inputRows.upperBound - layer.missingRows)
        return rectangle(
            tensors[operand.tensor], rows: operand.isOnePixel ? 0..<1 : rows,
            columns: operand.isOnePixel ? 0..<1 : step.inputColumns, firstChannel: first, channels: count,
            address: address,
            chunkBytes: chunk * bytes,
            chunkPitchBytes: roundUp(chunk * bytes, to: inputLanes))
    }

    /// Whole rows where all channels take part, otherwise one run for each pixel.
    private func rectangle(
        _ region: TensorRegion, rows: Range<Int>, columns: Range<Int>, firstChannel: Int, channels: Int, address: Int,
        chunkBytes: Int, chunkPitchBytes: Int
    ) -> Transfer {
        let pixelBytes = region.channels * region.bytesPerElement
        let first =
            region.address + rows.lowerBound * region.rowPitchBytes + columns.lowerBound * pixelBytes + firstChannel
            * region.bytesPerElement
        let whole = channels == region.channels
        return Transfer(
            externalAddress: first, planes: whole ? 1 : rows.count, planePitchBytes: whole ? 0 : region.rowPitchBytes,
            rows: whole ? rows.count : columns.count,
            rowPitchBytes: whole ? region.rowPitchBytes : pixelBytes,
            rowBytes: whole ? columns.count * pixelBytes : channels * region.bytesPerElement,
            buffer: .activationBuffer, bufferAddress: address, chunkBytes: chunkBytes, chunkPitchBytes: chunkPitchBytes)
    }

    // MARK: - Compute and store

    private mutating func compute(
        _ layer: LayerLowering, weightTile: Int, inputTile: Int, _ step: inout Step, _ state: inout LayerState
    ) {
        let first = commands.count
        step.inputHalf = inputs.half(of: inputTile)!
        var waits: SemaphoreSet = inputs.takeFresh(step.inputHalf) ? .inputFull(step.inputHalf) : []
        if state.awaitsParameters { waits.insert(.parametersFull(state.parametersHalf)) }
        state.awaitsParameters = false
        if layer.tiling.layer.usesArray {
            step.weightHalf = weights.half(of: weightTile)!
            if weights.takeFresh(step.weightHalf) { waits.insert(.weightsFull(step.weightHalf)) }
        }
        if step.isLastInputChannelTile {
            step.outputHalf = nextOutputHalf % layer.buffers.output.count
            nextOutputHalf = step.outputHalf + 1
            waits.insert(.outputFree(step.outputHalf))
        }
        switch layer.tiling.layer.kind {
        case .convolution, .normalization:
            layer.forEachRunOfGroups(step, inputLanes: inputLanes, outputLanes: outputLanes) {
                append($0, layer: layer.index)
            }
        case .transposedConvolution:
            layer.forEachPhase(step, inputLanes: inputLanes, outputLanes: outputLanes) {
                append($0, layer: layer.index)
            }
        case .elementwise, .concatenation:
            commands.append(
                Command(
                    layer: layer.index, waits: [], signals: [],
                    operation: .elementwise(layer.elementwise(step, inputLanes: inputLanes, outputLanes: outputLanes))))
        }
        let last = commands.count - 1
        commands.setWaits(waits, at: first)
        if step.isLastInputChannelTile { commands.addSignals(.outputFull(step.outputHalf), at: last) }
        inputs.use(step.inputHalf, by: last)
        if layer.tiling.layer.usesArray { weights.use(step.weightHalf, by: last) }
        state.lastCompute = last
    }

    private mutating func append(_ accumulation: Accumulation, layer: Int) {
        commands.append(Command(layer: layer, waits: [], signals: [], operation: .accumulate(accumulation)))
    }

    private mutating func store(_ layer: LayerLowering, _ step: Step, _ state: inout LayerState) {
        let geometry = layer.tiling.layer
        let bytes = geometry.outputBytesPerElement
        let transfer = rectangle(
            tensors[geometry.outputTensor], rows: step.rows, columns: step.columns, firstChannel: step.channels.first,
            channels: step.channels.count,
            address: layer.buffers.output[step.outputHalf], chunkBytes: step.channels.outputChunk * bytes,
            chunkPitchBytes: roundUp(step.channels.outputChunk, to: outputLanes) * bytes)
        var signals: SemaphoreSet = .outputFree(step.outputHalf)
        state.remainingStores -= 1
        if state.remainingStores == 0 { signals.insert(.layerStored) }
        commands.append(
            Command(
                layer: layer.index, waits: .outputFull(step.outputHalf), signals: signals, operation: .store(transfer)))
    }
}
