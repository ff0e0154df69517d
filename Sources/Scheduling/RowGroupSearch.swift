import Commands
import FixedPoint
import Geometry
import MachineDescription
import Schedules

/// Finds by how many rows each layer of a group advances: all begin with the fewest, then the layer that gains most
/// cycles for its bytes advances by twice as many, as long as everything fits.
///
///     activation buffer   | ring of the input | ring | ring | ... | output 0 | output 1 |
///     weight buffer       | weights of the first layer | of the second | ...
///
/// Where the weights of all do not fit together, each layer advances by all its rows at once, and tiles of weights come
/// in while others are used:
///
///     weight buffer       | tile of weights | the next |
struct RowGroupSearch {
    /// A layer of the group: as it uses the lanes, and its parameters, bytes and blocks.
    struct Member {
        let layer: LayerGeometry
        let parameterBytes: Int
        let parameterBlocks: Int
        /// Whether the result is stored from its ring: of any but the last.
        let isStored: Bool
    }

    private let members: [Member]
    private let machine: MachineDescription
    private let compute: [ComputeEstimate]
    /// Whether the first layer's operands are loaded into a ring, each row once; into halves otherwise.
    private let loadsRows: Bool
    /// For each operand of each layer who makes it; nil where it is loaded.
    private let producers: [[Int?]]
    /// Channels of a tile of each layer: all, or where weights are streamed as many as fit a half of their buffer.
    private let tileChannels: [Int]
    private let streamsWeights: Bool

    /// - Parameter streamedChannels: of each layer's tile where weights are streamed; nil where they stay.
    private init(
        _ members: [Member], loadsRows: Bool = true, streamedChannels: [Int]? = nil, machine: MachineDescription
    ) {
        (self.members, self.machine) = (members, machine)
        streamsWeights = streamedChannels != nil
        tileChannels = streamedChannels ?? members.map(\.layer.outputChannels)
        self.loadsRows = loadsRows && members[0].layer.canLoadRows
        let results = members.map(\.layer.outputTensor)
        producers = members.map { $0.layer.producers(among: results) }
        compute = members.map { ComputeEstimate($0.layer, machine: machine) }
    }

    typealias Found = (cost: ScheduleCost, layers: [LayerSchedule], ringRows: [Int], inputRows: [Int])

    /// Nil where the group does not fit.
    static func best(
        of members: [Member], machine: MachineDescription
    ) -> Found? {
        // With single halves loads, steps and stores take turns.
        guard machine.activationHalves == 2 else { return nil }
        let search = RowGroupSearch(members, machine: machine)
        guard search.residentsFit else { return nil }
        return search.best()
    }

    /// All rows of each layer at once, weights streamed. Nil where the tensors do not fit, or where weights could stay.
    static func whole(of members: [Member], machine: MachineDescription) -> Found? {
        guard machine.activationHalves == 2, !RowGroupSearch(members, machine: machine).residentsFit,
            let channels = streamedChannels(of: members, machine: machine, takesFewest: false)
        else { return nil }
        let search = RowGroupSearch(members, streamedChannels: channels, machine: machine)
        let rows = members.map(\.layer.vertical.output)
        guard search.residentsFit, let places = search.places(rows) else { return nil }
        return search.schedule(rows, places, search.streamedCycles)
    }

    /// Channels of each layer whose weights fit a half of the buffer: as many as do, or as few as lanes take. Nil where
    /// some layer's do not.
    private static func streamedChannels(
        of members: [Member], machine: MachineDescription, takesFewest: Bool
    ) -> [Int]? {
        guard machine.weightHalves == 2 else { return nil }
        let array = machine.macArray
        var channels: [Int] = []
        for layer in members.map(\.layer) {
            // Groups of channels stay together.
            let candidates =
                layer.groups == 1 && layer.usesArray
                ? layer.channelCandidates(lanes: array.outputChannelLanes) : [layer.outputChannels]
            let fitting = candidates.filter { candidate in
                var tile = layer.wholeTile
                tile.outputChannels = candidate
                return TileFootprint.weightBytes(layer, tile: tile, array: array) <= machine.weightHalfBytes
            }
            guard let found = takesFewest ? fitting.min() : fitting.max() else { return nil }
            channels.append(found)
        }
        return channels
    }

    /// While a tile of weights is used the next is loaded: a step ends with the longer of the two.
    private var streamedCycles: Int {
        var steps: [(compute: Int, load: Int)] = []
        for (index, member) in members.enumerated() {
            let layer = member.layer
            let cycles = cycles(index, rows: layer.vertical.output)
            let tiles = tilesOfChannels(index)
            let memory = machine.memory
            let load =
                layer.usesArray
                ? ceilDivide(ceilDivide(layer.laidWeightBytes, by: tiles), by: memory.busBytes)
                    + memory.read.latencyCycles : 0
            for _ in 0..<tiles { steps.append((cycles / tiles, load)) }
        }
        return zip(steps, steps.dropFirst() + [(0, 0)]).reduce(0) { $0 + max($1.0.compute, $1.1.load) }
    }

    /// With given rows instead of the best: rings hold so many more rows than they must. Nil where that does not fit.
    static func given(
        _ rows: [Int], spareRingRows: [Int], loadsRows: Bool, streamsWeights: Bool, of members: [Member],
        machine: MachineDescription
    ) -> Found? {
        let channels =
            streamsWeights ? streamedChannels(of: members, machine: machine, takesFewest: true) : nil
        if streamsWeights, channels == nil { return nil }
        let search = RowGroupSearch(members, loadsRows: loadsRows, streamedChannels: channels, machine: machine)
        guard search.residentsFit, let places = search.places(rows, spareRingRows: spareRingRows) else { return nil }
        return search.schedule(rows, places, 0)
    }

    private var residentsFit: Bool {
        weightAddresses.end <= machine.weightBuffer.bytes
            && members.reduce(0) { $0 + $1.parameterBytes } <= machine.parameterMemory.bytes
    }

    /// Of each layer with weights, and where the last end.
    private var weightAddresses: (addresses: [Int], end: Int) {
        var (addresses, end): ([Int], Int) = ([], 0)
        if streamsWeights { return (members.map { _ in 0 }, 0) }
        for index in members.indices {
            addresses.append(end)
            end += TileFootprint.weightBytes(
                members[index].layer, tile: tile(of: index, rows: 1), array: machine.macArray)
        }
        return (addresses, end)
    }

    private func tile(of index: Int, rows: Int) -> Tile {
        var tile = members[index].layer.wholeTile
        (tile.outputRows, tile.outputChannels) = (rows, tileChannels[index])
        return tile
    }

    // MARK: - Rows

    private func best() -> Found? {
        var rows = members.map { min($0.layer.vertical.alignment, $0.layer.vertical.output) }
        guard var places = places(rows) else { return nil }
        var cycles = members.indices.map { self.cycles($0, rows: rows[$0]) }
        var isOpen = members.map { _ in true }
        while true {
            // Cycles that each layer gains with twice the rows.
            let gains = members.indices.filter { isOpen[$0] && rows[$0] < members[$0].layer.vertical.output }
                .map { (index: $0, gain: cycles[$0] - self.cycles($0, rows: doubled(rows, $0)[$0])) }
                .sorted { ($1.gain, $0.index) < ($0.gain, $1.index) }
            guard let (index, gain) = gains.first else { break }
            let more = doubled(rows, index)
            guard gain > 0 || index == 0 && !loadsRows, let found = self.places(more) else {
                isOpen[index] = false
                continue
            }
            (rows, places) = (more, found)
            cycles[index] -= gain
            // More rows of the first layer load less halo.
            if gain <= 0 { isOpen[index] = rows[0] < RowGroupSearch.mostInputRows }
        }
        return schedule(rows, places, cycles.reduce(0, +))
    }

    /// Halo that is read again is a fifth of the rows or less then, for kernels of 5 rows.
    private static let mostInputRows = 16

    private func doubled(_ rows: [Int], _ index: Int) -> [Int] {
        var rows = rows
        rows[index] = min(2 * rows[index], members[index].layer.vertical.output)
        return rows
    }

    private func cycles(_ index: Int, rows: Int) -> Int {
        let layer = members[index].layer
        return compute[index].cycles(
            rows: layer.vertical.tiles(of: rows), columns: layer.horizontal.tiles(of: layer.horizontal.output),
            channelTiles: tilesOfChannels(index), tile: tile(of: index, rows: rows))
    }

    // MARK: - Places

    private struct Places {
        var ringRows: [Int]
        var rings: [Int]
        /// Of the operands of each layer that are loaded.
        var inputs: [[Int]]
        var seconds: [[Int]]
        var output: [Int]
        /// Of the rings into which they are; all 0 where the first layer's tiles are loaded whole.
        var inputRows: [Int]
        var steps: [RowOrder.Step]
    }

    /// Nil where they do not fit.
    private func places(_ rows: [Int], spareRingRows: [Int] = []) -> Places? {
        let array = machine.macArray
        let (first, last) = (members[0].layer, members[members.count - 1].layer)
        func footprint(_ index: Int) -> TileFootprint {
            let layer = members[index].layer
            return TileFootprint(
                layer, tile: tile(of: index, rows: rows[index]), rows: layer.vertical.tiles(of: rows[index]),
                columns: layer.horizontal.tiles(of: layer.horizontal.output), splits: false, array: array)
        }
        let own = footprint(0)
        let end = footprint(members.count - 1)
        var next = 0
        func place(_ bytes: Int) -> Int {
            let address = roundUp(next, to: machine.ringAlignment)
            next = address + bytes
            return address
        }
        let halves = machine.activationHalves
        // What does not fit without rings does not fit with them.
        guard
            (loadsRows ? 1 : halves) * (own.inputBytes + own.secondBytes) + halves * end.outputBytes
                <= machine.activationBuffer.bytes
        else { return nil }
        let order = RowOrder(
            zip(members, rows).map { ($0.layer, $1) }, stored: Set(members.indices.filter { members[$0].isStored }))
        var ringRows = Array(order.ringRows.dropLast())
        for (index, spare) in spareRingRows.enumerated() { ringRows[index] += spare }
        var inputRows = order.inputRows
        if !loadsRows { inputRows[0] = 0 }
        let outputs = min(
            halves,
            last.vertical.tiles(of: rows[members.count - 1]).count
                * tilesOfChannels(members.count - 1))
        let firstHalves = loadsRows ? 1 : min(halves, first.vertical.tiles(of: rows[0]).count)
        var (inputs, seconds): ([[Int]], [[Int]]) = ([], [])
        for (index, member) in members.enumerated() {
            var bytes = (input: own.inputBytes, second: own.secondBytes)
            if inputRows[index] > 0 {
                let row = footprint(index).inputRowBytes(member.layer.vertical.tiles(of: rows[index]))
                bytes = (inputRows[index] * row.input, inputRows[index] * row.second)
            }
            let count = index == 0 ? firstHalves : 1
            inputs.append(producers[index][0] == nil ? (0..<count).map { _ in place(bytes.input) } : [])
            seconds.append(
                member.layer.hasSecond && producers[index][1] == nil ? (0..<count).map { _ in place(bytes.second) } : []
            )
        }
        let rings = zip(members, ringRows).map { member, rows in
            place(rows * member.layer.horizontal.output * member.layer.ringPixelPitchBytes(array))
        }
        let output = (0..<outputs).map { _ in place(end.outputBytes) }
        guard next <= machine.activationBuffer.bytes else { return nil }
        return Places(
            ringRows: ringRows, rings: rings, inputs: inputs, seconds: seconds, output: output, inputRows: inputRows,
            steps: order.steps)
    }

    // MARK: - Schedule

    private func schedule(
        _ rows: [Int], _ places: Places, _ computeCycles: Int
    ) -> Found {
        let weights = weightAddresses.addresses
        let slots = (0..<machine.weightHalves).map {
            roundUp($0 * machine.weightHalfBytes, to: machine.macArray.inputChannelLanes)
        }
        let layers = members.indices.map { index in
            let layer = members[index].layer
            func place(_ operand: Int, _ loaded: [[Int]]) -> [Int] {
                producers[index][operand].map { [places.rings[$0]] } ?? loaded[index]
            }
            return LayerSchedule(
                name: layer.name, lanes: layer.lanes, tile: tile(of: index, rows: rows[index]), order: .pixelsOuter,
                buffers: BufferAllocation(
                    input: place(0, places.inputs), second: layer.hasSecond ? place(1, places.seconds) : [],
                    output: index + 1 < members.count ? [places.rings[index]] : places.output,
                    weights: !layer.usesArray ? [] : streamsWeights ? slots : [weights[index]]))
        }
        return (
            cost(layers, places.steps, computeCycles), layers, places.ringRows,
            places.inputRows.allSatisfy { $0 == 0 } ? [] : places.inputRows
        )
    }

    private func cost(
        _ layers: [LayerSchedule], _ steps: [RowOrder.Step], _ computeCycles: Int
    ) -> ScheduleCost {
        let traffic = members.indices.map { index in
            let (member, entry) = (members[index], layers[index])
            let (rows, columns) = (
                member.layer.vertical.tiles(of: entry.tile.outputRows),
                member.layer.horizontal.tiles(of: entry.tile.outputColumns)
            )
            return TrafficEstimate(
                member.layer, tile: entry.tile, rows: rows, columns: columns,
                counts: TileCounts(member.layer, tile: entry.tile, rows: rows, columns: columns),
                parameters: (1, member.parameterBytes),
                inputRows: index > 0 || loadsRows ? rows.inputDistinct : rows.inputTotal,
                loaded: producers[index].map { $0 == nil }, machine: machine)
        }
        let last = traffic[traffic.count - 1]
        var total = last.output
        for (index, layer) in traffic.enumerated() {
            total += layer.input
            total += layer.weights
            if members[index].isStored { total += layer.output }
        }
        let edges = startCycles(layers, steps, traffic) + last.lastOutput.cycles(machine.memory)
        return ScheduleCost(
            cycles: max(computeCycles + edges, total.cycles(machine.memory)), bytes: total.bytes)
    }

    /// Cycles that the first steps of the layers wait for what comes in one after the other: of each layer parameters,
    /// and weights where they stay, and the first rows of the first.
    private func startCycles(
        _ layers: [LayerSchedule], _ steps: [RowOrder.Step], _ traffic: [TrafficEstimate]
    ) -> Int {
        var arrivals: [Int] = []
        var (loads, blocks) = (traffic[0].firstInput, 0)
        for (index, layer) in traffic.enumerated() where !streamsWeights || index == 0 {
            loads += streamsWeights ? layer.weights.part(of: tilesOfChannels(index)) : layer.weights
            // Each block of parameters is a load of its own; the estimate has them as one.
            blocks += max(0, members[index].parameterBlocks - 1)
            arrivals.append(loads.cycles(machine.memory) + blocks * machine.memory.read.latencyCycles)
        }
        var (now, work, started) = (0, 0, 0)
        for step in steps where started < arrivals.count {
            let (index, output) = (step.layer, members[step.layer].layer.vertical.output)
            if index < arrivals.count, step.rows.lowerBound == 0 {
                started += 1
                now = max(now, arrivals[index])
            }
            let cycles = cycles(index, rows: layers[index].tile.outputRows) * step.rows.count / output
            now += cycles
            work += cycles
        }
        return now - work
    }

    private func tilesOfChannels(_ index: Int) -> Int {
        members[index].layer.channelTileCount(of: tileChannels[index])
    }
}

extension LayerGeometry {
    /// All of the result in one tile.
    var wholeTile: Tile {
        Tile(
            outputRows: vertical.output, outputColumns: horizontal.output, outputChannels: outputChannels,
            inputChannels: groupInputChannels)
    }
}
