import Commands
import FixedPoint
import Geometry
import MachineDescription
import Schedules

/// Appends the commands of layer after layer, and keeps account of the buffers' halves, which run on from layer to
/// layer.
///
///     loads of step s:   [parameters, if in no half]  [weights, if in no half]  [input, if in no half]
///                        [the next weights, if in no half: they overlap with this step]
///     compute of step s: one accumulation (a transposed convolution: one each phase, unless they share the lanes;
///                        before an incomplete merged group: one for the whole groups) or one element-wise command
///     store:             after the last pass of the tile
struct CommandBuilder<Sink: CommandSink> {
    private(set) var commands: Sink
    private let inputLanes: Int
    private let outputLanes: Int
    private let tensors: [TensorRegion]
    private let parameterHalfBytes: Int
    private var parameters = HalfRotation()
    private var weights = HalfRotation()
    private var inputs = HalfRotation()
    private var nextOutputHalf = 0

    init(into sink: Sink, machine: MachineDescription, tensors: [TensorRegion], capacity: Int) {
        commands = sink
        self.tensors = tensors
        inputLanes = machine.macArray.inputChannelLanes
        outputLanes = machine.macArray.outputChannelLanes
        parameterHalfBytes = machine.parameterHalfBytes
        commands.reserveCapacity(capacity)
    }

    // MARK: - Layer

    mutating func lower(_ layer: LayerLowering) {
        let (pixelTiles, channelTiles) = (layer.tiling.pixelTiles, layer.tiling.channelTiles.count)
        var state = LayerState(remainingStores: pixelTiles * channelTiles, awaitsStores: layer.index > 0)
        loadParameters(layer, set: 0)
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
        for (half, lastUse) in parameters.release() { commands.addSignals(.parametersFree(half), at: lastUse) }
    }

    private struct LayerState {
        var remainingStores: Int
        /// The first activation load waits for the stores of the layer before.
        var awaitsStores: Bool
        var isFirstStep = true
    }

    private mutating func lower(_ layer: LayerLowering, pixelTile: Int, channelTile: Int, _ state: inout LayerState) {
        let tiling = layer.tiling
        let rows = tiling.rows.outputRange(pixelTile / tiling.columns.count)
        let columns = tiling.columns.outputRange(pixelTile % tiling.columns.count)
        let passes = tiling.counts.passes
        var step = Step(
            rows: rows, columns: columns, inputRows: tiling.layer.vertical.inputRange(of: rows),
            inputColumns: tiling.layer.horizontal.inputRange(of: columns),
            channels: tiling.channelTiles[channelTile], inputChannels: 0..<0, kernel: tiling.kernelTiles[0],
            isFirstPass: true, isLastPass: false)
        for pass in 0..<passes {
            let inputChannelTile = pass / tiling.kernelTiles.count
            step.inputChannels = tiling.inputChannelTiles[inputChannelTile]
            step.kernel = tiling.kernelTiles[pass % tiling.kernelTiles.count]
            step.isFirstPass = pass == 0
            step.isLastPass = pass == passes - 1
            let weightTile = channelTile * passes + pass
            let set = layer.parameters.set(channelTile: channelTile, inputChannelTile: inputChannelTile)
            loadParameters(layer, set: set)
            let nextWeightTile = layer.nextWeightTile(pixelTile: pixelTile, channelTile: channelTile, pass: pass)
            let inputTile =
                tiling.inputFollowsChannels
                ? pixelTile * tiling.channelTiles.count + channelTile
                : pixelTile * tiling.inputChannelTiles.count + inputChannelTile
            if tiling.layer.usesArray { loadWeights(layer, tile: weightTile) }
            if state.isFirstStep, let nextWeightTile { prefetch(layer, tile: nextWeightTile, keeping: weightTile) }
            loadInput(layer, tile: inputTile, step, &state)
            if !state.isFirstStep, let nextWeightTile { prefetch(layer, tile: nextWeightTile, keeping: weightTile) }
            state.isFirstStep = false
            compute(layer, weightTile: weightTile, inputTile: inputTile, set: set, &step)
        }
        store(layer, step, &state)
    }

    // MARK: - Loads

    /// Loads what the next weight tile takes ahead of its step, parameters first: each where the half that is next
    /// holds nothing that the tile `current` takes. Layers without weights count their channel tiles alike, and have
    /// parameters alone.
    private mutating func prefetch(_ layer: LayerLowering, tile: Int, keeping current: Int) {
        if parameters.half(of: layer.parameterSet(ofWeightTile: current)) != parameters.next {
            loadParameters(layer, set: layer.parameterSet(ofWeightTile: tile))
        }
        guard layer.tiling.layer.usesArray else { return }
        if weights.half(of: current) != weights.next % layer.buffers.weights.count { loadWeights(layer, tile: tile) }
    }

    /// Loads a set of parameter blocks unless it is in a half already.
    private mutating func loadParameters(_ layer: LayerLowering, set: Int) {
        guard parameters.half(of: set) == nil else { return }
        let (half, lastUse) = parameters.replace(with: set, halves: 2)
        if lastUse >= 0 { commands.addSignals(.parametersFree(half), at: lastUse) }
        let blocks = layer.parameters.sets[set].blocks
        for (index, block) in blocks.enumerated() {
            let bytes = block.block.bytes
            let transfer = Transfer(
                externalAddress: layer.blockAddresses[set][index], rows: 1, rowPitchBytes: 0, rowBytes: bytes,
                buffer: .parameterMemory, bufferAddress: half * parameterHalfBytes + block.offset, chunkBytes: bytes,
                chunkPitchBytes: bytes)
            commands.append(
                Command(
                    layer: layer.index, waits: index == 0 ? .parametersFree(half) : [],
                    signals: index == blocks.count - 1 ? .parametersFull(half) : [], operation: .load(transfer)))
        }
    }

    /// Loads a weight tile unless it is in a half already.
    private mutating func loadWeights(_ layer: LayerLowering, tile: Int) {
        guard weights.half(of: tile) == nil else { return }
        let (half, lastUse) = weights.replace(with: tile, halves: layer.buffers.weights.count)
        if lastUse >= 0 { commands.addSignals(.weightsFree(half), at: lastUse) }
        let tiling = layer.tiling
        let (passes, kernelTiles) = (tiling.counts.passes, tiling.kernelTiles)
        let channels = tiling.channelTiles[tile / passes].count
        let inputChannels = tiling.inputChannelTiles[tile % passes / kernelTiles.count].count
        let transfer = Transfer(
            externalAddress: layer.weightAddresses[tile], rows: 1, rowPitchBytes: 0,
            rowBytes: channels * tiling.layer.lanesOfChannel * kernelTiles[tile % kernelTiles.count].taps
                * inputChannels,
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
        } else if let kernelRow = geometry.kernelRow {
            (first, count, chunk) = (0, kernelRow.channels, geometry.inputChannels)
        } else if geometry.usesArray {
            (first, count, chunk) = (step.inputChannels.lowerBound, step.inputChannels.count, step.inputChannels.count)
        } else if geometry.canSplitElements {
            (first, count, chunk) = (step.channels.first, step.channels.count, step.channels.count)
        } else {
            (first, count, chunk) = (operand.firstChannel, operand.channels, operand.channels)
        }
        let bytes = operand.bytesPerElement
        let rows =
            step.inputRows
            .lowerBound..<max(
                step.inputRows.lowerBound + 1, step.inputRows.upperBound - layer.missingRows)
        let columns =
            geometry.kernelRow == nil ? step.inputColumns : geometry.loadedColumns.inputRange(of: step.columns)
        var transfer = rectangle(
            tensors[operand.tensor], rows: operand.isOnePixel ? 0..<1 : rows,
            columns: operand.isOnePixel ? 0..<1 : columns, firstChannel: first, channels: count, address: address,
            chunkBytes: chunk * bytes,
            chunkPitchBytes: roundUp(chunk * bytes, to: inputLanes))
        if let kernelRow = geometry.kernelRow {
            transfer.windows = TransferWindows(
                count: step.columns.count, stepBytes: kernelRow.step,
                leadBytes: columns.lowerBound * kernelRow.channels
                    - kernelRow.start(ofColumn: step.columns.lowerBound), wordBytes: inputLanes)
        }
        return transfer
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
        _ layer: LayerLowering, weightTile: Int, inputTile: Int, set: Int, _ step: inout Step
    ) {
        let first = commands.count
        step.inputHalf = inputs.half(of: inputTile)!
        var waits: SemaphoreSet = inputs.takeFresh(step.inputHalf) ? .inputFull(step.inputHalf) : []
        let parameterHalf = parameters.half(of: set)!
        if parameters.takeFresh(parameterHalf) { waits.insert(.parametersFull(parameterHalf)) }
        step.parameters = layer.parameters.sets[set].addresses(base: parameterHalf * parameterHalfBytes)
        if layer.tiling.layer.usesArray {
            step.weightHalf = weights.half(of: weightTile)!
            if weights.takeFresh(step.weightHalf) { waits.insert(.weightsFull(step.weightHalf)) }
        }
        if step.isLastPass {
            step.outputHalf = nextOutputHalf % layer.buffers.output.count
            nextOutputHalf = step.outputHalf + 1
            waits.insert(.outputFree(step.outputHalf))
        }
        switch layer.tiling.layer.kind {
        case .convolution, .normalization:
            layer.forEachRunOfGroups(step, inputLanes: inputLanes, outputLanes: outputLanes) {
                append($0, layer: layer.index)
            }
        case .transposedConvolution where layer.tiling.layer.joinsPhases:
            append(layer.allPhases(step, inputLanes: inputLanes, outputLanes: outputLanes), layer: layer.index)
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
        if step.isLastPass { commands.addSignals(.outputFull(step.outputHalf), at: last) }
        inputs.use(step.inputHalf, by: last)
        if layer.tiling.layer.usesArray { weights.use(step.weightHalf, by: last) }
        parameters.use(parameterHalf, by: last)
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
