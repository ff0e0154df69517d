import Commands
import Geometry
import MachineDescription
import Schedules
import Scheduling

/// Groups whose parameters stay on chip, and whose weights stay or are streamed through two places.
///
///     loads:    the first layer's parameters and weights, its first tile of input; those of the next layer beside its
///               first tile, and so on: they stay until the group ends. Then a tile of input for each of its steps, or
///               the rows that it lacks; of streamed weights the tile that is used next and the one behind it.
///     compute:  one step is one layer's next tile, all its channel tiles: by rows as `RowOrder` says, or tile by tile
///     stores:   of the last layer's tiles, and of the rows of rings that others read, too
///
/// Weights and parameters lie where no halves are told apart: the first load waits until all halves are free, and the
/// last command frees them.
extension CommandBuilder {
    mutating func lower(resident members: [LayerLowering], steps: [ResidentGroup.Step]) {
        let storing = members.filter { $0.ringPixelPitchBytes == nil || $0.isStoredFromRing }
        var state = LayerState(
            remainingStores: storing.reduce(0) { sum, layer in
                sum + layer.tiling.pixelTiles * (layer.isStoredFromRing ? 1 : layer.tiling.channelTiles.count)
            }, awaitsStores: members[0].index > 0)
        var residents = Residents(members)
        var loads = members.map { _ in RowLoads() }
        var streamed = StreamedWeights(members, steps)
        loadResident(0, of: members, &residents)
        for position in steps {
            let (index, layer) = (position.layer, members[position.layer])
            for channelTile in 0..<layer.tiling.channelTiles.count {
                // What a step of rows takes comes with its first tile of channels.
                let isFirst = position.pixelTile == 0 && channelTile == 0
                if isFirst { loadResident(index, of: members, &residents) }
                var step = step(layer, pixelTile: position.pixelTile, channelTile: channelTile)
                setPass(0, of: layer, &step)
                // Rows of a ring are whole, whatever is read of them.
                if layer.isInRing.contains(true), layer.operandRingRows[0] > 0 {
                    step.inputColumns = 0..<layer.tiling.layer.horizontal.input
                }
                var waits: SemaphoreSet = isFirst && residents.hasLoads[index] ? .resident(index) : []
                if !layer.readsRing {
                    let key = position.pixelTile * members.count + index
                    if layer.inputRingRows > 0 {
                        loadRows(layer, key: key, step, &state, &loads[index])
                    } else {
                        loadInput(layer, tile: key, step, &state)
                        loads[index].key = key
                        step.inputHalf = inputs.half(of: key)!
                    }
                    if let half = loads[index].half(in: inputs), inputs.takeFresh(half) {
                        waits.insert(.inputFull(half))
                    }
                }
                let isStreamed = layer.buffers.weights.count > 1
                if isStreamed { loadStreamed(streamed.current, in: streamed, of: members) }
                if isFirst, index + 1 < members.count { loadResident(index + 1, of: members, &residents) }
                if let next = isStreamed ? streamed.following : streamed.current, residents.holdsHalves,
                    !isStreamed || weights.half(of: streamed.key(streamed.current)) != weights.next
                {
                    loadStreamed(next, in: streamed, of: members)
                }
                if isStreamed {
                    step.weightHalf = weights.half(of: streamed.key(streamed.current))!
                    if weights.takeFresh(step.weightHalf) { waits.insert(.weightsFull(step.weightHalf)) }
                    streamed.advance()
                }
                step.parameters = layer.parameters.sets[0].addresses(base: residents.parameterBases[index])
                let isLast = channelTile == layer.tiling.channelTiles.count - 1
                let storeHalf = nextStoreHalf
                if layer.ringPixelPitchBytes == nil { waits.insert(takeOutputHalf(layer, &step)) }
                if layer.isStoredFromRing, channelTile == 0 { waits.insert(.outputFree(storeHalf)) }
                let first = commands.count
                appendWork(layer, step)
                let last = commands.count - 1
                commands.setWaits(waits, at: first)
                if let half = loads[index].half(in: inputs) { inputs.use(half, by: last) }
                if isStreamed { weights.use(step.weightHalf, by: last) }
                residents.lastWork = last
                if layer.ringPixelPitchBytes == nil {
                    commands.addSignals(.outputFull(step.outputHalf), at: last)
                    store(layer, step, &state)
                } else if isLast, layer.isStoredFromRing {
                    commands.addSignals(.outputFull(storeHalf), at: last)
                    takeStoreHalf()
                    storeFromRing(layer, step, half: storeHalf, &state)
                } else if isLast {
                    for transfer in ringTransfers(layer, step) {
                        probes.append(Probe(command: last, transfer: transfer))
                    }
                }
            }
        }
        // The group's last command gives back what its first load took.
        _ = weights.release()
        if residents.holdsHalves { commands.addSignals(Residents.halves, at: residents.lastWork) }
        releaseHalves()
    }

    /// The tiles of weights that are loaded again and again, in the order of use.
    private struct StreamedWeights {
        private let uses: [(member: Int, tile: Int, key: Int)]
        private var next = 0

        init(_ members: [LayerLowering], _ steps: [ResidentGroup.Step]) {
            uses = steps.flatMap { step -> [(member: Int, tile: Int, key: Int)] in
                let layer = members[step.layer]
                guard layer.buffers.weights.count > 1 else { return [] }
                return (0..<layer.tiling.weightTiles).map { (step.layer, $0, layer.firstWeightTile + $0) }
            }
        }

        /// The tile that is used next, and the one behind it.
        var current: Int? { next < uses.count ? next : nil }
        var following: Int? { next + 1 < uses.count ? next + 1 : nil }
        mutating func advance() { next += 1 }
        func key(_ use: Int?) -> Int { uses[use!].key }
        subscript(_ use: Int) -> (member: Int, tile: Int, key: Int) { uses[use] }
    }

    /// Loads a tile of weights unless it is in a half already. The halves' tokens were taken by the first load of the
    /// group.
    private mutating func loadStreamed(_ use: Int?, in streamed: StreamedWeights, of members: [LayerLowering]) {
        guard let use else { return }
        let (member, tile, key) = streamed[use]
        guard weights.half(of: key) == nil else { return }
        let layer = members[member]
        let (half, lastUse) = weights.replace(with: key, halves: 2)
        if lastUse >= 0 { commands.addSignals(.weightsFree(half), at: lastUse) }
        let transfer = weightTransfer(layer, tile: tile, address: layer.buffers.weights[half])
        commands.append(
            Command(
                layer: layer.index, waits: lastUse >= 0 ? .weightsFree(half) : [], signals: .weightsFull(half),
                operation: .load(transfer)))
    }

    /// What of the layers lies on chip, and where their parameters do.
    private struct Residents {
        static var halves: SemaphoreSet {
            [.weightsFree(0), .weightsFree(1), .parametersFree(0), .parametersFree(1)]
        }

        var parameterBases: [Int] = []
        var isLoaded: [Bool]
        var hasLoads: [Bool]
        /// Whether the tokens of the halves have been taken.
        var holdsHalves = false
        var lastWork = 0

        init(_ members: [LayerLowering]) {
            isLoaded = members.map { _ in false }
            hasLoads = members.map { $0.buffers.weights.count == 1 || !$0.parameters.sets[0].blocks.isEmpty }
            var base = 0
            for member in members {
                parameterBases.append(base)
                base += member.parameters.bytes
            }
        }
    }

    /// Rows that have been loaded into the ring of a layer's operands, and the last load.
    private struct RowLoads {
        var end = 0
        var key: Int?

        /// Whose tokens are the last load's; nil where later loads of other layers have taken them.
        func half(in inputs: HalfRotation) -> Int? { key.flatMap(inputs.half) }
    }

    /// Loads the rows that a step lacks. The ring holds them beside what the layer's steps since the load before may
    /// read. The loads of all layers take turns with the two tokens of the halves: one begins when all work before the
    /// last load but one is done.
    private mutating func loadRows(
        _ layer: LayerLowering, key: Int, _ step: Step, _ state: inout LayerState, _ loads: inout RowLoads
    ) {
        let lacking = max(step.inputRows.lowerBound, loads.end)..<max(step.inputRows.upperBound, loads.end)
        guard !lacking.isEmpty else { return }
        loads.end = lacking.upperBound
        let (half, lastUse) = inputs.replace(with: key, halves: 2)
        loads.key = key
        if lastUse >= 0 { commands.addSignals(.inputFree(half), at: lastUse) }
        let rows = lacking.lowerBound..<max(lacking.lowerBound + 1, lacking.upperBound - layer.missingRows)
        let row = layer.inputRowBytes
        var transfers: [Transfer] = []
        for (operand, (base, rowBytes)) in [(layer.buffers.input, row.input), (layer.buffers.second, row.second)]
            .enumerated() where operand < layer.tiling.layer.operands.count && !layer.isInRing[operand]
        {
            for (part, place) in ringParts(rows, of: layer.inputRingRows) {
                var partOfStep = step
                partOfStep.inputRows = part
                transfers.append(
                    inputTransfer(
                        layer, operand: operand, address: base[0] + place * rowBytes, partOfStep, missingRows: 0))
            }
        }
        for (number, transfer) in transfers.enumerated() {
            var waits: SemaphoreSet = number == 0 ? .inputFree(half) : []
            if state.awaitsStores { waits.insert(.layerStored) }
            state.awaitsStores = false
            commands.append(
                Command(
                    layer: layer.index, waits: waits,
                    signals: number == transfers.count - 1 ? .inputFull(half) : [], operation: .load(transfer)))
        }
    }

    /// Rows in a ring, and the place of the first: two parts where they go on at its beginning.
    private func ringParts(_ rows: Range<Int>, of ringRows: Int) -> [(rows: Range<Int>, place: Int)] {
        let place = rows.lowerBound % ringRows
        let split = min(rows.upperBound, rows.lowerBound + ringRows - place)
        return [(rows.lowerBound..<split, place), (split..<rows.upperBound, 0)].filter { !$0.0.isEmpty }
    }

    /// Loads a layer's parameters and weights unless that was done.
    private mutating func loadResident(_ index: Int, of members: [LayerLowering], _ residents: inout Residents) {
        guard !residents.isLoaded[index], residents.hasLoads[index] else { return }
        residents.isLoaded[index] = true
        let layer = members[index]
        var transfers: [Transfer] = []
        for (number, placed) in layer.parameters.sets[0].blocks.enumerated() {
            let bytes = placed.block.bytes
            transfers.append(
                Transfer(
                    externalAddress: layer.blockAddresses[0][number], rows: 1, rowPitchBytes: 0, rowBytes: bytes,
                    buffer: .parameterMemory, bufferAddress: residents.parameterBases[index] + placed.offset,
                    chunkBytes: bytes, chunkPitchBytes: bytes))
        }
        if layer.buffers.weights.count == 1 {
            transfers.append(weightTransfer(layer, tile: 0, address: layer.buffers.weights[0]))
        }
        for (number, transfer) in transfers.enumerated() {
            commands.append(
                Command(
                    layer: layer.index, waits: residents.holdsHalves ? [] : Residents.halves,
                    signals: number == transfers.count - 1 ? .resident(index) : [], operation: .load(transfer)))
            residents.holdsHalves = true
        }
    }

    /// Stores what a step has put into a ring that others read, too.
    private mutating func storeFromRing(_ layer: LayerLowering, _ step: Step, half: Int, _ state: inout LayerState) {
        let transfers = ringTransfers(layer, step)
        state.remainingStores -= 1
        for (number, transfer) in transfers.enumerated() {
            var signals: SemaphoreSet = []
            if number == transfers.count - 1 {
                signals.insert(.outputFree(half))
                if state.remainingStores == 0 { signals.insert(.layerStored) }
            }
            commands.append(
                Command(
                    layer: layer.index, waits: number == 0 ? .outputFull(half) : [], signals: signals,
                    operation: .store(transfer)))
        }
    }

    /// What stores, or would store, rows that lie in a ring: two transfers where they go on at its beginning.
    private func ringTransfers(_ layer: LayerLowering, _ step: Step) -> [Transfer] {
        let region = tensors[layer.tiling.layer.outputTensor]
        let pitch = layer.ringPixelPitchBytes!
        // A ring of one tile begins with each.
        let parts = layer.resultRingRows == 0 ? [(step.rows, 0)] : ringParts(step.rows, of: layer.resultRingRows)
        return parts.map { rows, place in
            rectangle(
                region, rows: rows, columns: step.columns, firstChannel: 0, channels: region.channels,
                address: layer.buffers.output[0] + place * step.columns.count * pitch,
                chunkBytes: region.channels * region.bytesPerElement, chunkPitchBytes: pitch)
        }
    }
}
