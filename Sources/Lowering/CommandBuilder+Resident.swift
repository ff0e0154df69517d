import Commands
import Geometry
import MachineDescription
import Schedules
import Scheduling

/// Groups whose weights and parameters stay on chip.
///
///     loads:    the first layer's parameters and weights, its first tile of input; those of the next layer beside its
///               first tile, and so on: they stay until the group ends. Then a tile of input for each of its steps.
///     compute:  one step is one layer's next tile, of all channels: by rows as `RowOrder` says, or tile by tile
///     stores:   of the last layer's tiles
///
/// Weights and parameters lie where no halves are told apart: the first load waits until all halves are free, and the
/// last command frees them.
extension CommandBuilder {
    mutating func lower(resident members: [LayerLowering], steps: [ResidentGroup.Step]) {
        var state = LayerState(
            remainingStores: members[members.count - 1].tiling.pixelTiles, awaitsStores: members[0].index > 0)
        var residents = Residents(members)
        loadResident(0, of: members, &residents)
        for position in steps {
            let (index, layer) = (position.layer, members[position.layer])
            let isFirst = position.pixelTile == 0
            if isFirst { loadResident(index, of: members, &residents) }
            var step = step(layer, pixelTile: position.pixelTile, channelTile: 0)
            setPass(0, of: layer, &step)
            // Rows of a ring are whole, whatever is read of them.
            if layer.operandRingRows[0] > 0 { step.inputColumns = 0..<layer.tiling.layer.horizontal.input }
            var waits: SemaphoreSet = isFirst && residents.hasLoads[index] ? .resident(index) : []
            let tile = position.pixelTile
            if !layer.readsRing {
                loadInput(layer, tile: tile, step, &state)
                step.inputHalf = inputs.half(of: tile)!
                if inputs.takeFresh(step.inputHalf) { waits.insert(.inputFull(step.inputHalf)) }
            }
            if isFirst, index + 1 < members.count { loadResident(index + 1, of: members, &residents) }
            step.parameters = layer.parameters.sets[0].addresses(base: residents.parameterBases[index])
            if layer.ringPixelPitchBytes == nil { waits.insert(takeOutputHalf(layer, &step)) }
            let first = commands.count
            appendWork(layer, step)
            let last = commands.count - 1
            commands.setWaits(waits, at: first)
            if !layer.readsRing { inputs.use(step.inputHalf, by: last) }
            residents.lastWork = last
            if layer.ringPixelPitchBytes == nil {
                commands.addSignals(.outputFull(step.outputHalf), at: last)
                store(layer, step, &state)
            } else {
                for transfer in ringTransfers(layer, step) {
                    probes.append(Probe(command: last, transfer: transfer))
                }
            }
        }
        if residents.holdsHalves { commands.addSignals(Residents.halves, at: residents.lastWork) }
        releaseHalves()
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
            hasLoads = members.map { $0.tiling.layer.usesArray || !$0.parameters.sets[0].blocks.isEmpty }
            var base = 0
            for member in members {
                parameterBases.append(base)
                base += member.parameters.bytes
            }
        }
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
        if layer.tiling.layer.usesArray {
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

    /// What would store rows that lie in a ring: two transfers where they go on at its beginning.
    private func ringTransfers(_ layer: LayerLowering, _ step: Step) -> [Transfer] {
        let region = tensors[layer.tiling.layer.outputTensor]
        let pitch = layer.ringPixelPitchBytes!
        // A ring of one tile begins with each.
        let ringRows = layer.resultRingRows == 0 ? step.rows.count : layer.resultRingRows
        let place = layer.resultRingRows == 0 ? 0 : step.rows.lowerBound % ringRows
        let split = min(step.rows.upperBound, step.rows.lowerBound + ringRows - place)
        return [(step.rows.lowerBound..<split, place), (split..<step.rows.upperBound, 0)].filter { !$0.0.isEmpty }
            .map { rows, place in
                rectangle(
                    region, rows: rows, columns: step.columns, firstChannel: 0, channels: region.channels,
                    address: layer.buffers.output[0] + place * step.columns.count * pitch,
                    chunkBytes: region.channels * region.bytesPerElement, chunkPitchBytes: pitch)
            }
    }
}
