import Diagnostics
import FixedPoint
import Geometry
import MachineDescription
import Schedules
import Text

/// What a search compares: estimated cycles, then external bytes.
struct ScheduleCost: Comparable {
    var cycles: Int
    var bytes: Int

    static func < (a: ScheduleCost, b: ScheduleCost) -> Bool { (a.cycles, a.bytes) < (b.cycles, b.bytes) }
    static func + (a: ScheduleCost, b: ScheduleCost) -> ScheduleCost {
        ScheduleCost(cycles: a.cycles + b.cycles, bytes: a.bytes + b.bytes)
    }
}

/// Tries tilings and orders of one layer: least estimated cycles, then least external bytes, then the first in the
/// order of trial.
struct LayerSearch {
    private let layer: LayerGeometry
    private let machine: MachineDescription
    private let compute: ComputeEstimate
    /// Where the layer's parameters do not fit half of the parameter memory.
    private let parameters: ParameterFootprint?
    private var best: (cost: ScheduleCost, tile: Tile, order: LoopOrder, allocation: Allocation)?
    /// The least that any tile asked of the activation buffer, for the diagnostic.
    private var leastActivationBytes = Int.max

    init(_ layer: LayerGeometry, parameters: ParameterFootprint?, machine: MachineDescription) {
        self.layer = layer
        self.parameters = parameters
        self.machine = machine
        compute = ComputeEstimate(layer, machine: machine)
    }

    /// A layer as it uses the lanes, and its parameters where they do not fit half of the parameter memory.
    struct Mapping: Hashable {
        var layer: LayerGeometry
        let parameters: ParameterFootprint?

        init(_ layer: LayerGeometry, _ storage: LayerStorage, _ machine: MachineDescription) {
            self.layer = layer
            let footprint = ParameterFootprint(storage, of: layer)
            parameters = footprint.isWhole(halfBytes: machine.parameterHalfBytes) ? nil : footprint
        }
    }

    /// The best of a layer's lane mappings, of equally good ones the first.
    ///
    /// - Throws: what the search of the first throws, where there is no schedule for any.
    static func best(
        of mappings: [Mapping], machine: MachineDescription
    ) throws(Diagnostic) -> (cost: ScheduleCost, schedule: LayerSchedule) {
        var found: (cost: ScheduleCost, schedule: LayerSchedule)?
        var refusal: Diagnostic?
        for mapping in mappings {
            var search = LayerSearch(mapping.layer, parameters: mapping.parameters, machine: machine)
            do {
                let schedule = try search.run()
                guard let cost = search.best?.cost, found.map({ cost < $0.cost }) ?? true else { continue }
                found = (cost, schedule)
            } catch {
                refusal = refusal ?? error
            }
        }
        if let found { return found }
        throw refusal!
    }

    /// - Throws: `scheduleNotFound` with the bytes that the smallest tiles need.
    private mutating func run() throws(Diagnostic) -> LayerSchedule {
        let inputs = inputChannelCandidates()
        let channels = try channelCandidates(inputs)
        let rows = layer.vertical.tileCandidates(multiple: 1).map(layer.vertical.tiles)
        let columns =
            (layer.joinsPhases
            ? layer.horizontal.evenTileCandidates
            : layer.horizontal.tileCandidates(multiple: machine.macArray.pixelLanes)).map(layer.horizontal.tiles)
        // Two halves overlap transfers with compute; one half is for layers that do not fit otherwise.
        let allHalves = machine.activationHalves == 2 ? [2, 1] : [1]
        for halves in allHalves where best == nil {
            for outputChannels in channels {
                var fitting = 0
                for inputChannels in inputs where fitting < LayerSearch.inputTilesTried {
                    let tile = Tile(
                        outputRows: 1, outputColumns: 1, outputChannels: outputChannels, inputChannels: inputChannels)
                    guard
                        TileFootprint.weightBytes(layer, tile: tile, array: machine.macArray)
                            <= machine.weightHalfBytes, parametersFit(tile)
                    else { continue }
                    if considerAll(tile, rows, columns, halves: halves) {
                        fitting += inputChannels == layer.groupInputChannels ? LayerSearch.inputTilesTried : 1
                    }
                }
            }
        }
        // Taps are split where nothing fits with all of them.
        for halves in allHalves where best == nil {
            for tile in tapSplits(channels, inputs) { _ = considerAll(tile, rows, columns, halves: halves) }
        }
        guard let best else { throw notFound() }
        return LayerSchedule(
            name: layer.name, lanes: layer.lanes, tile: best.tile, order: best.order,
            buffers: best.allocation.buffers(layer, machine))
    }

    private func notFound() -> Diagnostic {
        let array = machine.macArray
        func notFound(_ found: String, _ expected: String, _ remedy: String) -> Diagnostic {
            Diagnostic(.scheduleNotFound, at: "layer \(layer.name)", found: found, expected: expected, remedy: remedy)
        }
        let (halves, taps) = (machine.weightHalves, layer.canSplitTaps ? 1 : layer.taps)
        let smallest = Tile(
            outputRows: 1, outputColumns: 1,
            outputChannels: layer.groups > 1
                ? layer.groupOutputChannels : min(array.outputChannelLanes, layer.outputChannels),
            inputChannels: layer.inputChannelCandidates(lanes: array.inputChannelLanes).last!,
            kernelRows: layer.canSplitTaps ? 1 : nil, kernelColumns: layer.canSplitTaps ? 1 : nil)
        let weightBytes = TileFootprint.weightBytes(layer, tile: smallest, array: array)
        if weightBytes > machine.weightHalfBytes {
            return notFound(
                """
                a smallest tile of \(smallest.inputChannels) to \(smallest.outputChannels) channels and \
                \(taps.grouped) taps, whose weights are \(weightBytes.grouped) bytes, \
                \(weightBytes / taps) a tap with those of lanes without a channel
                """,
                """
                at most \(machine.weightHalfBytes.grouped) bytes, \
                \(halves == 2 ? "one of the two halves of weightBuffer" : "all of weightBuffer")
                """,
                """
                use a machine with weightBuffer.bytes of at least \
                \((weightBytes * halves).grouped)\(halves == 2 ? " (half of that without pingPong)" : "") or with \
                fewer lanes\(taps > 1 ? ", or make the kernel smaller" : "")
                """
            )
        }
        if leastActivationBytes == .max {
            return notFound(
                "input channels or taps that must be split, whose partial sums pass the accumulator buffer",
                "at most \(machine.accumulators.grouped) partial sums at a time",
                """
                use a machine with a larger accumulatorBuffer, or with a larger weightBuffer so that sums need not be \
                split
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

    /// Input-channel tiles worth trying; where each has parameters of its own the largest that fit beside some outputs,
    /// too.
    private func inputChannelCandidates() -> [Int] {
        let array = machine.macArray
        let inputs = layer.inputChannelCandidates(lanes: array.inputChannelLanes)
        guard let parameters, inputs.count > 1 else { return inputs }
        var candidates = Set(inputs)
        for groups in [1, 2, 4, 8, 16, 32] {
            let most = parameters.mostInputChannels(
                outputChannels: groups * array.outputChannelLanes, unit: array.inputChannelLanes,
                halfBytes: machine.parameterHalfBytes)
            if most > 0 { candidates.insert(most) }
        }
        return candidates.sorted(by: >)
    }

    /// Channel tiles worth trying; with parameters by channel tile the largest that fits, too.
    ///
    /// - Throws: `scheduleParameterMemoryOverflow` where none fits.
    private func channelCandidates(_ inputs: [Int]) throws(Diagnostic) -> [Int] {
        let array = machine.macArray
        var channels = layer.channelCandidates(lanes: array.outputChannelLanes)
        guard let parameters else { return channels }
        if layer.canSplitElements {
            channels = LayerGeometry.parts(of: layer.outputChannels, unit: array.outputChannelLanes)
        }
        let unit = layer.channelUnit(lanes: array.outputChannelLanes)
        var candidates = Set(channels)
        for inputChannels in inputs {
            let most = parameters.mostOutputChannels(
                inputChannels: inputChannels, unit: unit, halfBytes: machine.parameterHalfBytes)
            if most > 0 { candidates.formUnion([most, min(roundUp(max(1, most / 2), to: unit), most)]) }
        }
        let least = Tile(
            outputRows: 1, outputColumns: 1, outputChannels: channels.last!, inputChannels: inputs.last!)
        guard parametersFit(least) else { throw parameters.overflow(of: layer, least, machine: machine) }
        return candidates.sorted(by: >)
    }

    private func parametersFit(_ tile: Tile) -> Bool {
        parameters.map { $0.split(of: tile, halfBytes: machine.parameterHalfBytes) != nil } ?? true
    }

    /// Tiles of fewer taps than the kernel's: for each tile of channels as many rows of the kernel as fit, or as much
    /// of one row.
    private func tapSplits(_ channels: [Int], _ inputs: [Int]) -> [Tile] {
        guard layer.canSplitTaps, layer.taps > 1 else { return [] }
        let outputs = layer.groups > 1 ? [layer.groupOutputChannels] : channels
        var tiles: [Tile] = []
        for outputChannels in outputs {
            for inputChannels in inputs {
                var tile = Tile(
                    outputRows: 1, outputColumns: 1, outputChannels: outputChannels, inputChannels: inputChannels,
                    kernelRows: 1, kernelColumns: 1)
                let taps =
                    machine.weightHalfBytes / TileFootprint.weightBytes(layer, tile: tile, array: machine.macArray)
                guard taps > 0, taps < layer.taps, parametersFit(tile) else { continue }
                let (rows, columns) = (layer.vertical.kernel, layer.horizontal.kernel)
                if taps >= columns {
                    (tile.kernelRows, tile.kernelColumns) = (evenly(rows, atMost: taps / columns), nil)
                } else {
                    (tile.kernelRows, tile.kernelColumns) = (rows == 1 ? nil : 1, evenly(columns, atMost: taps))
                }
                tiles.append(tile)
            }
        }
        return tiles
    }

    /// The extent of the fewest equal parts of at most so much each.
    private func evenly(_ whole: Int, atMost most: Int) -> Int {
        ceilDivide(whole, by: ceilDivide(whole, by: most))
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
    static let rowTilesTried = 6
    private static let inputTilesTried = 2

    // MARK: - One tiling

    /// Takes the tiling if it is better; whether it fits.
    private mutating func consider(_ channels: Tile, _ rows: AxisTiles, _ columns: AxisTiles, halves: Int) -> Bool {
        var tile = channels
        (tile.outputRows, tile.outputColumns) = (rows.extent, columns.extent)
        let counts = TileCounts(layer, tile: tile, rows: rows, columns: columns)
        let footprint = TileFootprint(
            layer, tile: tile, rows: rows, columns: columns, splits: counts.passes > 1,
            array: machine.macArray)
        guard footprint.accumulators <= machine.accumulators else { return false }
        let inputHalves = min(halves, counts.inputTiles)
        let outputHalves = min(halves, counts.outputTiles)
        let allocation = Allocation(footprint: footprint, inputHalves: inputHalves, outputHalves: outputHalves)
        let activationBytes = allocation.activationBytes(machine.macArray)
        leastActivationBytes = min(leastActivationBytes, activationBytes)
        guard activationBytes <= machine.activationBuffer.bytes else { return false }

        let computeCycles = compute.cycles(
            rows: rows, columns: columns, channelTiles: counts.channelTiles, tile: tile)
        if let best, computeCycles > best.cost.cycles { return true }
        let sets = parameters?.sets(of: tile, counts, halfBytes: machine.parameterHalfBytes) ?? (0, 0)
        let traffic = TrafficEstimate(
            layer, tile: tile, rows: rows, columns: columns, counts: counts, parameters: sets, machine: machine)
        let orders: [LoopOrder] =
            counts.pixelTiles > 1 && counts.channelTiles > 1 ? [.pixelsOuter, .channelsOuter] : [.pixelsOuter]
        for order in orders {
            let total = traffic.total(order, inputHalves: inputHalves, weightHalves: machine.weightHalves)
            let dmaCycles = total.cycles(machine.memory)
            let edges = traffic.firstInput.cycles(machine.memory) + traffic.lastOutput.cycles(machine.memory)
            let steps = counts.pixelTiles * counts.channelTiles * counts.passes
            let overlapped = max(computeCycles + edges, dmaCycles + computeCycles / steps)
            let overlaps = halves == 2 && machine.weightHalves == 2
            let cost = ScheduleCost(cycles: overlaps ? overlapped : computeCycles + dmaCycles, bytes: total.bytes)
            if best.map({ cost < $0.cost }) ?? true { best = (cost, tile, order, allocation) }
        }
        return true
    }
}
