import FixedPoint
import Geometry
import MachineDescription
import Schedules

/// Tries tilings of a layer and the one behind it that reads its result from a ring: least estimated cycles, then least
/// external bytes, then the first in the order of trial.
///
///     activation buffer   | input 0 | input 1 | ring: a pixel tile, all channels | output 0 | output 1 |
///
/// Where the weights of both fit the weight buffer they stay for all pixel tiles; otherwise tiles of them share its
/// halves.
struct GroupSearch {
    private let first: LayerGeometry
    private let second: LayerGeometry
    private let machine: MachineDescription
    private let compute: (first: ComputeEstimate, second: ComputeEstimate)
    private var best: (cost: ScheduleCost, layers: [LayerSchedule])?

    private init(_ first: LayerGeometry, _ second: LayerGeometry, machine: MachineDescription) {
        (self.first, self.second, self.machine) = (first, second, machine)
        compute = (ComputeEstimate(first, machine: machine), ComputeEstimate(second, machine: machine))
    }

    /// The best of the first layer's lane mappings; nil where nothing fits.
    static func best(
        of mappings: [LayerGeometry], _ second: LayerGeometry, machine: MachineDescription
    ) -> (cost: ScheduleCost, layers: [LayerSchedule])? {
        // With single halves loads, steps and stores take turns: a ring saves nothing that was not overlapped.
        guard machine.activationHalves == 2, machine.weightHalves == 2, second.canReadRing else { return nil }
        var found: (cost: ScheduleCost, layers: [LayerSchedule])?
        for first in mappings where first.canWriteRing {
            var search = GroupSearch(first, second, machine: machine)
            search.run()
            guard let best = search.best, found.map({ best.cost < $0.cost }) ?? true else { continue }
            found = best
        }
        return found
    }

    private mutating func run() {
        let array = machine.macArray
        let rows = first.vertical.tileCandidates(multiple: 1)
        let columns = first.horizontal.tileCandidates(multiple: array.pixelLanes)
        let whole = (first.wholeTile, second.wholeTile)
        let weightBytes =
            TileFootprint.weightBytes(first, tile: whole.0, array: array)
            + TileFootprint.weightBytes(second, tile: whole.1, array: array)
        if weightBytes <= machine.weightBuffer.bytes {
            considerAll(whole.0, whole.1, rows, columns, areResident: true)
        }
        // The largest channel tiles whose weights fit a half.
        guard
            let own = tile(
                of: first, outputs: first.channelCandidates(lanes: array.outputChannelLanes),
                inputs: first.inputChannelCandidates(lanes: array.inputChannelLanes)),
            let next = tile(
                of: second, outputs: second.channelCandidates(lanes: array.outputChannelLanes),
                inputs: [second.groupInputChannels])
        else { return }
        considerAll(own, next, rows, columns, areResident: false)
    }

    private mutating func considerAll(_ own: Tile, _ next: Tile, _ rows: [Int], _ columns: [Int], areResident: Bool) {
        for columns in columns {
            var fitting = 0
            for rows in rows where fitting < LayerSearch.rowTilesTried {
                if consider(own, next, rows: rows, columns: columns, areResident: areResident) { fitting += 1 }
            }
        }
    }

    /// All input channels if any outputs fit with them, then as many outputs as do.
    private func tile(of layer: LayerGeometry, outputs: [Int], inputs: [Int]) -> Tile? {
        for inputChannels in inputs {
            for outputChannels in outputs {
                let tile = Tile(
                    outputRows: 1, outputColumns: 1, outputChannels: outputChannels, inputChannels: inputChannels)
                let bytes = TileFootprint.weightBytes(layer, tile: tile, array: machine.macArray)
                if bytes <= machine.weightHalfBytes { return tile }
            }
        }
        return nil
    }

    /// Takes the tiling if it is better; whether it fits.
    private mutating func consider(
        _ own: Tile, _ next: Tile, rows: Int, columns: Int, areResident: Bool
    ) -> Bool {
        var (own, next) = (own, next)
        (own.outputRows, own.outputColumns) = (rows, columns)
        (next.outputRows, next.outputColumns) = (rows, columns)
        let one = Part(first, own, machine)
        let two = Part(second, next, machine)
        guard one.footprint.accumulators <= machine.accumulators else { return false }
        let inputHalves = min(2, one.counts.inputTiles)
        let outputHalves = min(2, two.counts.outputTiles)
        let ring = roundUp(inputHalves * one.footprint.inputBytes, to: machine.ringAlignment)
        let outputs = roundUp(
            ring + rows * columns * first.ringPixelPitchBytes(machine.macArray),
            to: machine.macArray.outputChannelLanes)
        guard outputs + outputHalves * two.footprint.outputBytes <= machine.activationBuffer.bytes else {
            return false
        }
        let computeCycles =
            compute.first.cycles(
                rows: one.rows, columns: one.columns, channelTiles: one.counts.channelTiles, tile: own)
            + compute.second.cycles(
                rows: two.rows, columns: two.columns, channelTiles: two.counts.channelTiles, tile: next)
        if let best, computeCycles > best.cost.cycles { return true }

        let passes = one.counts.inputChannelTiles <= inputHalves ? 1 : one.counts.channelTiles
        var traffic = one.traffic.input.times(passes)
        var weights = one.traffic.weights
        weights += two.traffic.weights
        traffic += weights.times(
            areResident || one.counts.weightTiles + two.counts.weightTiles <= machine.weightHalves
                ? 1 : one.counts.pixelTiles)
        traffic += two.traffic.output
        let steps = one.counts.pixelTiles * (one.counts.weightTiles + two.counts.weightTiles)
        let dmaCycles = traffic.cycles(machine.memory)
        let edges =
            one.traffic.firstInput.cycles(machine.memory) + two.traffic.lastOutput.cycles(machine.memory)
        let stays = areResident || one.counts.weightTiles + two.counts.weightTiles <= machine.weightHalves
        let workCycles = stays ? computeCycles : streamedCycles(one, own, two, next)
        let cost = ScheduleCost(
            cycles: max(workCycles + edges, dmaCycles + computeCycles / steps), bytes: traffic.bytes)
        guard best.map({ cost < $0.cost }) ?? true else { return true }
        let halves = (0..<machine.weightHalves).map {
            roundUp($0 * machine.weightHalfBytes, to: machine.macArray.inputChannelLanes)
        }
        let addresses = areResident ? [[0], [one.footprint.weightBytes]] : [halves, halves]
        best = (
            cost,
            [
                LayerSchedule(
                    name: first.name, lanes: first.lanes, tile: own, order: .pixelsOuter,
                    buffers: BufferAllocation(
                        input: (0..<inputHalves).map { $0 * one.footprint.inputBytes }, output: [ring],
                        weights: addresses[0])),
                LayerSchedule(
                    name: second.name, lanes: second.lanes, tile: next, order: .pixelsOuter,
                    buffers: BufferAllocation(
                        input: [ring],
                        output: (0..<outputHalves).map { outputs + $0 * two.footprint.outputBytes },
                        weights: addresses[1])),
            ]
        )
        return true
    }

    /// Cycles where tiles of weights come again for each pixel tile: while one is used the next is loaded, and a step
    /// ends with the longer of the two.
    private func streamedCycles(_ one: Part, _ own: Tile, _ two: Part, _ next: Tile) -> Int {
        func step(_ part: Part, _ compute: ComputeEstimate, _ tile: Tile) -> (compute: Int, load: Int) {
            let cycles = compute.cycles(
                rows: part.rows, columns: part.columns, channelTiles: part.counts.channelTiles, tile: tile)
            return (
                cycles / (part.counts.pixelTiles * part.counts.weightTiles),
                part.traffic.weights.part(of: part.counts.weightTiles).cycles(machine.memory)
            )
        }
        let (first, second) = (step(one, compute.first, own), step(two, compute.second, next))
        let inPixelTile =
            (one.counts.weightTiles - 1) * max(first.compute, first.load) + max(first.compute, second.load)
            + (two.counts.weightTiles - 1) * max(second.compute, second.load) + max(second.compute, first.load)
        return one.counts.pixelTiles * inPixelTile
    }

    /// One of the layers with its tile.
    private struct Part {
        let rows: AxisTiles
        let columns: AxisTiles
        let counts: TileCounts
        let footprint: TileFootprint
        let traffic: TrafficEstimate

        init(_ layer: LayerGeometry, _ tile: Tile, _ machine: MachineDescription) {
            rows = layer.vertical.tiles(of: tile.outputRows)
            columns = layer.horizontal.tiles(of: tile.outputColumns)
            counts = TileCounts(layer, tile: tile, rows: rows, columns: columns)
            footprint = TileFootprint(
                layer, tile: tile, rows: rows, columns: columns, splits: counts.passes > 1, array: machine.macArray)
            traffic = TrafficEstimate(
                layer, tile: tile, rows: rows, columns: columns, counts: counts, parameters: (0, 0), machine: machine)
        }
    }
}

extension MachineDescription {
    /// A ring is the output of one layer and the input of the next.
    var ringAlignment: Int {
        let (one, other) = (macArray.inputChannelLanes, macArray.outputChannelLanes)
        return one / greatestCommonDivisor(one, other) * other
    }
}
