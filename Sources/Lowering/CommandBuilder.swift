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
    var commands: Sink
    let inputLanes: Int
    private let outputLanes: Int
    let tensors: [TensorRegion]
    private let parameterHalfBytes: Int
    private var parameters = HalfRotation()
    var weights = HalfRotation()
    var inputs = HalfRotation()
    private var nextOutputHalf = 0
    /// What lies in a ring once a command has ended, for those who want to see the tensor that never goes out.
    var probes: [Probe] = []

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
        releaseHalves()
    }

    /// Frees what the last layer used.
    mutating func releaseHalves() {
        for (half, lastUse) in weights.release() { commands.addSignals(.weightsFree(half), at: lastUse) }
        for (half, lastUse) in inputs.release() { commands.addSignals(.inputFree(half), at: lastUse) }
        for (half, lastUse) in parameters.release() { commands.addSignals(.parametersFree(half), at: lastUse) }
    }

    // MARK: - Group

    /// A step of a group's pixel tile: which layer, which of its channel tiles, which pass.
    private struct GroupStep {
        var layer: Int
        var channelTile: Int
        var pass: Int
    }

    /// Lowers layers that run tile by tile: all channel tiles of the first, then of the next. Weights and parameters of
    /// all of them share the halves: what stays in one is loaded once.
    mutating func lower(group: [LayerLowering]) {
        let (first, last) = (group[0], group[group.count - 1])
        let pixelTiles = last.tiling.pixelTiles
        var state = LayerState(
            remainingStores: pixelTiles * last.tiling.channelTiles.count, awaitsStores: first.index > 0)
        let steps = group.indices.flatMap { layer in
            (0..<group[layer].tiling.channelTiles.count).flatMap { channelTile in
                (0..<group[layer].tiling.counts.passes).map {
                    GroupStep(layer: layer, channelTile: channelTile, pass: $0)
                }
            }
        }
        for pixelTile in 0..<pixelTiles {
            for (index, position) in steps.enumerated() {
                let layer = group[position.layer]
                var step = step(layer, pixelTile: pixelTile, channelTile: position.channelTile)
                setPass(position.pass, of: layer, &step)
                let next = index + 1 < steps.count ? steps[index + 1] : pixelTile + 1 < pixelTiles ? steps[0] : nil
                run(
                    layer, pixelTile: pixelTile, channelTile: position.channelTile, pass: position.pass,
                    next: next.map { next in
                        let layer = group[next.layer]
                        return (layer, next.channelTile * layer.tiling.counts.passes + next.pass)
                    }, &step, &state)
                guard step.isLastPass else { continue }
                if layer.ringPixelPitchBytes == nil {
                    store(layer, step, &state)
                } else if position.channelTile + 1 == layer.tiling.channelTiles.count {
                    probes.append(Probe(command: commands.count - 1, transfer: ringTransfer(layer, step)))
                }
            }
        }
        releaseHalves()
    }

    /// What would store a tile that lies whole in a ring.
    private func ringTransfer(_ layer: LayerLowering, _ step: Step) -> Transfer {
        let region = tensors[layer.tiling.layer.outputTensor]
        return rectangle(
            region, rows: step.rows, columns: step.columns, firstChannel: 0, channels: region.channels,
            address: layer.buffers.output[0], chunkBytes: region.channels * region.bytesPerElement,
            chunkPitchBytes: layer.ringPixelPitchBytes!)
    }

    struct LayerState {
        var remainingStores: Int
        /// The first activation load waits for the stores of the layer before.
        var awaitsStores: Bool
        var isFirstStep = true
    }

    private mutating func lower(_ layer: LayerLowering, pixelTile: Int, channelTile: Int, _ state: inout LayerState) {
        var step = step(layer, pixelTile: pixelTile, channelTile: channelTile)
        for pass in 0..<layer.tiling.counts.passes {
            setPass(pass, of: layer, &step)
            let next = layer.nextWeightTile(pixelTile: pixelTile, channelTile: channelTile, pass: pass)
            run(
                layer, pixelTile: pixelTile, channelTile: channelTile, pass: pass, next: next.map { (layer, $0) },
                &step, &state)
        }
        store(layer, step, &state)
    }

    func step(_ layer: LayerLowering, pixelTile: Int, channelTile: Int) -> Step {
        let tiling = layer.tiling
        let rows = tiling.rows.outputRange(pixelTile / tiling.columns.count)
        let columns = tiling.columns.outputRange(pixelTile % tiling.columns.count)
        return Step(
            rows: rows, columns: columns, inputRows: tiling.layer.vertical.inputRange(of: rows),
            inputColumns: tiling.layer.horizontal.inputRange(of: columns),
            channels: tiling.channelTiles[channelTile], inputChannels: 0..<0, kernel: tiling.kernelTiles[0],
            isFirstPass: true, isLastPass: false)
    }

    func setPass(_ pass: Int, of layer: LayerLowering, _ step: inout Step) {
        let tiling = layer.tiling
        step.inputChannels = tiling.inputChannelTiles[pass / tiling.kernelTiles.count]
        step.kernel = tiling.kernelTiles[pass % tiling.kernelTiles.count]
        step.isFirstPass = pass == 0
        step.isLastPass = pass == tiling.counts.passes - 1
    }

    /// Loads what a pass takes and computes it.
    ///
    /// - Parameter next: the layer and the weight tile that will be asked for next.
    private mutating func run(
        _ layer: LayerLowering, pixelTile: Int, channelTile: Int, pass: Int,
        next: (layer: LayerLowering, tile: Int)?, _ step: inout Step, _ state: inout LayerState
    ) {
        let tiling = layer.tiling
        let inputChannelTile = pass / tiling.kernelTiles.count
        let weightTile = channelTile * tiling.counts.passes + pass
        let set = layer.parameters.set(channelTile: channelTile, inputChannelTile: inputChannelTile)
        loadParameters(layer, set: set)
        let inputTile =
            tiling.inputFollowsChannels
            ? pixelTile * tiling.channelTiles.count + channelTile
            : pixelTile * tiling.inputChannelTiles.count + inputChannelTile
        if tiling.layer.usesArray { loadWeights(layer, tile: weightTile) }
        if state.isFirstStep, let next { prefetch(next.layer, tile: next.tile, keeping: weightTile, of: layer) }
        if !layer.readsRing { loadInput(layer, tile: inputTile, step, &state) }
        if !state.isFirstStep, let next { prefetch(next.layer, tile: next.tile, keeping: weightTile, of: layer) }
        state.isFirstStep = false
        compute(layer, weightTile: weightTile, inputTile: inputTile, set: set, &step)
    }

    // MARK: - Loads

    /// Loads what the next weight tile takes ahead of its step, parameters first: each where the half that is next
    /// holds nothing that the tile `current` takes. Layers without weights count their channel tiles alike, and have
    /// parameters alone.
    private mutating func prefetch(
        _ layer: LayerLowering, tile: Int, keeping current: Int, of other: LayerLowering
    ) {
        let set = other.firstParameterSet + other.parameterSet(ofWeightTile: current)
        if parameters.half(of: set) != parameters.next {
            loadParameters(layer, set: layer.parameterSet(ofWeightTile: tile))
        }
        guard layer.tiling.layer.usesArray else { return }
        if weights.half(of: other.firstWeightTile + current) != weights.next % layer.buffers.weights.count {
            loadWeights(layer, tile: tile)
        }
    }

    /// Loads a set of parameter blocks unless it is in a half already.
    private mutating func loadParameters(_ layer: LayerLowering, set: Int) {
        let key = layer.firstParameterSet + set
        guard parameters.half(of: key) == nil else { return }
        let (half, lastUse) = parameters.replace(with: key, halves: 2)
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
        let key = layer.firstWeightTile + tile
        guard weights.half(of: key) == nil else { return }
        let (half, lastUse) = weights.replace(with: key, halves: layer.buffers.weights.count)
        if lastUse >= 0 { commands.addSignals(.weightsFree(half), at: lastUse) }
        let transfer = weightTransfer(layer, tile: tile, address: layer.buffers.weights[half])
        commands.append(
            Command(
                layer: layer.index, waits: .weightsFree(half), signals: .weightsFull(half), operation: .load(transfer)))
    }

    func weightTransfer(_ layer: LayerLowering, tile: Int, address: Int) -> Transfer {
        let tiling = layer.tiling
        let (passes, kernelTiles) = (tiling.counts.passes, tiling.kernelTiles)
        let channels = tiling.channelTiles[tile / passes].count
        let inputChannels = tiling.inputChannelTiles[tile % passes / kernelTiles.count].count
        return Transfer(
            externalAddress: layer.weightAddresses[tile], rows: 1, rowPitchBytes: 0,
            rowBytes: channels * tiling.layer.lanesOfChannel * kernelTiles[tile % kernelTiles.count].taps
                * inputChannels,
            buffer: .weightBuffer, bufferAddress: address, chunkBytes: inputChannels,
            chunkPitchBytes: roundUp(inputChannels, to: inputLanes))
    }

    /// Loads an input tile (both operands of it) unless it is in a half already.
    mutating func loadInput(_ layer: LayerLowering, tile: Int, _ step: Step, _ state: inout LayerState) {
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
                    inputTransfer(
                        layer, operand: step.channels.operand, address: layer.buffers.input[half], step,
                        missingRows: layer.missingRows))))
        guard hasSecond else { return }
        commands.append(
            Command(
                layer: layer.index, waits: [], signals: .inputFull(half),
                operation: .load(
                    inputTransfer(
                        layer, operand: 1, address: layer.buffers.second[half], step, missingRows: layer.missingRows))))
    }

    /// - Parameter missingRows: that are left out at the end: an injected fault.
    func inputTransfer(
        _ layer: LayerLowering, operand index: Int, address: Int, _ step: Step, missingRows: Int
    ) -> Transfer {
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
                step.inputRows.lowerBound + 1, step.inputRows.upperBound - missingRows)
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
    func rectangle(
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
        var waits: SemaphoreSet = []
        if !layer.readsRing {
            step.inputHalf = inputs.half(of: inputTile)!
            if inputs.takeFresh(step.inputHalf) { waits.insert(.inputFull(step.inputHalf)) }
        }
        let parameterHalf = parameters.half(of: layer.firstParameterSet + set)!
        if parameters.takeFresh(parameterHalf) { waits.insert(.parametersFull(parameterHalf)) }
        step.parameters = layer.parameters.sets[set].addresses(base: parameterHalf * parameterHalfBytes)
        if layer.tiling.layer.usesArray {
            step.weightHalf = weights.half(of: layer.firstWeightTile + weightTile)!
            if weights.takeFresh(step.weightHalf) { waits.insert(.weightsFull(step.weightHalf)) }
        }
        if step.isLastPass, layer.ringPixelPitchBytes == nil { waits.insert(takeOutputHalf(layer, &step)) }
        appendWork(layer, step)
        let last = commands.count - 1
        commands.setWaits(waits, at: first)
        if step.isLastPass, layer.ringPixelPitchBytes == nil {
            commands.addSignals(.outputFull(step.outputHalf), at: last)
        }
        if !layer.readsRing { inputs.use(step.inputHalf, by: last) }
        if layer.tiling.layer.usesArray { weights.use(step.weightHalf, by: last) }
        parameters.use(parameterHalf, by: last)
    }

    /// Takes the next half for the step's results; returns what says that it is free.
    mutating func takeOutputHalf(_ layer: LayerLowering, _ step: inout Step) -> SemaphoreSet {
        step.outputHalf = nextOutputHalf % layer.buffers.output.count
        nextOutputHalf = step.outputHalf + 1
        return .outputFree(step.outputHalf)
    }

    /// The half whose tokens the next store takes.
    var nextStoreHalf: Int { nextOutputHalf % 2 }

    /// Takes the next tokens for results that lie in a ring.
    mutating func takeStoreHalf() { nextOutputHalf = nextStoreHalf + 1 }

    /// The commands that compute a step.
    mutating func appendWork(_ layer: LayerLowering, _ step: Step) {
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
    }

    private mutating func append(_ accumulation: Accumulation, layer: Int) {
        commands.append(Command(layer: layer, waits: [], signals: [], operation: .accumulate(accumulation)))
    }

    mutating func store(_ layer: LayerLowering, _ step: Step, _ state: inout LayerState) {
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
