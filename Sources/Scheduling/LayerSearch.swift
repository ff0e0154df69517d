import Diagnostics
import FixedPoint
import Geometry
import MachineDescription
import Schedules
import Text

/// Tries tilings and orders of one layer: least estimated cycles, then least external bytes, then the first in the
/// order of trial.
struct LayerSearch {
    private let layer: LayerGeometry
    private let machine: MachineDescription
    private let compute: ComputeEstimate
    private var best: (cost: Cost, tile: Tile, order: LoopOrder, allocation: Allocation)?
    /// The least that any tile asked of the activation buffer, for the diagnostic.
    private var leastActivationBytes = Int.max

    init(_ layer: LayerGeometry, machine: MachineDescription) {
        self.layer = layer
        self.machine = machine
        compute = ComputeEstimate(layer, machine: machine)
    }

    private struct Cost: Comparable {
        var cycles: Int
        var bytes: Int

        static func < (a: Cost, b: Cost) -> Bool { (a.cycles, a.bytes) < (b.cycles, b.bytes) }
    }

    /// The best of a layer's lane mappings, of equally good ones the first.
    ///
    /// - Throws: what the search of the first throws, where there is no schedule for any.
    static func best(of mappings: [LayerGeometry], machine: MachineDescription) throws(Diagnostic) -> LayerSchedule {
        var found: (cost: Cost, schedule: LayerSchedule)?
        var refusal: Diagnostic?
        for layer in mappings {
            var search = LayerSearch(layer, machine: machine)
            do {
                let schedule = try search.run()
                guard let cost = search.best?.cost, found.map({ cost < $0.cost }) ?? true else { continue }
                found = (cost, schedule)
            } catch {
                refusal = refusal ?? error
            }
        }
        if let found { return found.schedule }
        throw refusal!
    }

    /// - Throws: `scheduleNotFound` with the bytes that the smallest tiles need.
    private mutating func run() throws(Diagnostic) -> LayerSchedule {
        let channels = layer.channelCandidates(lanes: machine.macArray.outputChannelLanes)
        let inputs = layer.inputChannelCandidates(lanes: machine.macArray.inputChannelLanes)
        let rows = layer.vertical.tileCandidates(multiple: 1).map(layer.vertical.tiles)
        let columns = layer.horizontal.tileCandidates(multiple: machine.macArray.pixelLanes).map(layer.horizontal.tiles)
        var leastWeightBytes = Int.max
        // Two halves overlap transfers with compute; one half is for layers that do not fit otherwise.
        for halves in machine.activationHalves == 2 ? [2, 1] : [1] where best == nil {
            for outputChannels in channels {
                var fitting = 0
                for inputChannels in inputs where fitting < LayerSearch.inputTilesTried {
                    let tile = Tile(
                        outputRows: 1, outputColumns: 1, outputChannels: outputChannels, inputChannels: inputChannels)
                    let weightBytes = TileFootprint.weightBytes(layer, tile: tile, array: machine.macArray)
                    leastWeightBytes = min(leastWeightBytes, weightBytes)
                    guard weightBytes <= machine.weightHalfBytes else { continue }
                    if considerAll(tile, rows, columns, halves: halves) {
                        fitting += inputChannels == layer.groupInputChannels ? LayerSearch.inputTilesTried : 1
                    }
                }
            }
        }
        guard let best else { throw notFound(weightBytes: leastWeightBytes) }
        return LayerSchedule(
            name: layer.name, lanes: layer.merging == nil ? .channels : .mergedGroups, tile: best.tile,
            order: best.order, buffers: best.allocation.buffers(layer, machine))
    }

    private func notFound(weightBytes: Int) -> Diagnostic {
        let array = machine.macArray
        func notFound(_ found: String, _ expected: String, _ remedy: String) -> Diagnostic {
            Diagnostic(.scheduleNotFound, at: "layer \(layer.name)", found: found, expected: expected, remedy: remedy)
        }
        if weightBytes > machine.weightHalfBytes {
            let (lanes, halves) = (array.inputChannelLanes * array.outputChannelLanes, machine.weightHalves)
            return notFound(
                """
                a kernel of \(layer.taps.grouped) taps; a tile has all of them, and its least weights, \
                \(weightBytes / layer.taps) bytes a tap (\(lanes) lanes), are \(weightBytes.grouped) bytes
                """,
                """
                at most \(machine.weightHalfBytes.grouped) bytes, \
                \(halves == 2 ? "one of the two halves of weightBuffer" : "all of weightBuffer"), which is \
                \(machine.weightHalfBytes * layer.taps / weightBytes) taps
                """,
                """
                use a machine with weightBuffer.bytes of at least \
                \((weightBytes * halves).grouped)\(halves == 2 ? " (half of that without pingPong)" : "") or with \
                fewer lanes, or make the kernel smaller: the taps of a kernel are not split among tiles
                """
            )
        }
        if leastActivationBytes == .max {
            return notFound(
                "input channels that must be split among tiles, whose partial sums pass the accumulator buffer",
                "at most \(machine.accumulators.grouped) partial sums at a time",
                """
                use a machine with a larger accumulatorBuffer, or with a larger weightBuffer so that input channels \
                need not be split
                """
            )
        }
        return notFound(
            "tiles of which the smallest tried need \(leastActivationBytes.grouped) bytes of activations",
            "at most \(machine.activationBuffer.bytes.grouped) bytes, all of activationBuffer",
            """
            use a machine with activationBuffer.bytes of at least \(leastActivationBytes.grouped), or give the layer a \
            smaller kernel, dilation or fewer channels
            """
        )
    }

    /// All rows and columns of the candidates; whether any fits.
    private mutating func considerAll(_ tile: Tile, _ rows: [AxisTiles], _ columns: [AxisTiles], halves: Int) -> Bool {
        var anyFits = false
        for columns in columns {
            var fitting = 0
            for rows in rows where fitting < LayerSearch.rowTilesTried {
                if consider(tile, rows, columns, halves: halves) { fitting += 1 }
            }
            anyFits = anyFits || fitting > 0
        }
        return anyFits
    }

    /// Of the candidates that fit, from the largest: smaller tiles of rows read more halo, smaller tiles of input
    /// channels more runs, for a shorter beginning.
    private static let rowTilesTried = 6
    private static let inputTilesTried = 2

    // MARK: - One tiling

    /// Takes the tiling if it is better; whether it fits.
    private mutating func consider(_ channels: Tile, _ rows: AxisTiles, _ columns: AxisTiles, halves: Int) -> Bool {
        var tile = channels
        (tile.outputRows, tile.outputColumns) = (rows.extent, columns.extent)
        let counts = TileCounts(layer, tile: tile, rows: rows, columns: columns)
        let footprint = TileFootprint(
            layer, tile: tile, rows: rows, columns: columns, splits: counts.inputChannelTiles > 1,
            array: machine.macArray)
        guard footprint.accumulators <= machine.accumulators else { return false }
        let inputHalves = min(halves, counts.inputTiles)
        let outputHalves = min(halves, counts.outputTiles)
        let allocation = Allocation(footprint: footprint, inputHalves: inputHalves, outputHalves: outputHalves)
        let activationBytes = allocation.activationBytes(machine.macArray)
        leastActivationBytes = min(leastActivationBytes, activationBytes)
        guard activationBytes <= machine.activationBuffer.bytes else { return false }

        let computeCycles = compute.cycles(
            rows: rows, columns: columns, channelTile: tile.outputChannels, channelTiles: counts.channelTiles,
            inputTile: tile.inputChannels)
        if let best, computeCycles > best.cost.cycles { return true }
        let traffic = TrafficEstimate(layer, tile: tile, rows: rows, columns: columns, counts: counts, dma: machine.dma)
        let orders: [LoopOrder] =
            counts.pixelTiles > 1 && counts.channelTiles > 1 ? [.pixelsOuter, .channelsOuter] : [.pixelsOuter]
        for order in orders {
            let total = traffic.total(order, inputHalves: inputHalves, weightHalves: machine.weightHalves)
            let dmaCycles = total.cycles(machine.dma)
            let edges = traffic.firstInput.cycles(machine.dma) + traffic.lastOutput.cycles(machine.dma)
            let steps = counts.pixelTiles * counts.channelTiles * counts.inputChannelTiles
            let overlapped = max(computeCycles + edges, dmaCycles + computeCycles / steps)
            let overlaps = halves == 2 && machine.weightHalves == 2
            let cost = Cost(cycles: overlaps ? overlapped : computeCycles + dmaCycles, bytes: total.bytes)
            if best.map({ cost < $0.cost }) ?? true { best = (cost, tile, order, allocation) }
        }
        return true
    }
}
