import Commands
import Diagnostics
import FixedPoint
package import Geometry
import Graph
import MachineDescription
import Networks
import Schedules
import Text

/// A group whose weights and parameters stay on chip together: which tile of which layer comes when, and the rows of
/// each ring but the last layer's; none where rings hold a tile.
package struct ResidentGroup {
    package struct Step {
        /// Index in the group.
        package let layer: Int
        package let pixelTile: Int
    }

    package let steps: [Step]
    package let ringRows: [Int]
    /// That the order needs at least, of each ring.
    package let leastRingRows: [Int]
    /// For each layer, of the ring into which operands from outside are loaded; 0 where there are none, or where the
    /// first layer's tiles are loaded into halves.
    package let inputRows: [Int]
    /// Indices in the group of those whose results lie in a ring and are stored, too: others read them.
    package let stored: Set<Int>
}

extension GroupVerifier {
    /// The checks of a group with `ringRows`.
    func rowGroup(_ range: Range<Int>, ringRows: [Int], inputRows: [Int]) throws(Diagnostic) -> ResidentGroup {
        try verifyCount(range, ringRows)
        for index in range { try verifyMember(index, of: range) }
        let stored = LayerGroup.stored(range, in: graph)
        let order = RowOrder(
            range.map { (layers[$0].tiling.layer, layers[$0].tiling.tile.outputRows) }, stored: stored)
        for (index, (rows, least)) in zip(range, zip(ringRows, order.ringRows)) where rows < least {
            throw refuse(
                .scheduleGroupRing, index, "a ring of \(rows) row\(rows == 1 ? "" : "s")",
                """
                at least \(least): what its readers\(stored.contains(index - range.lowerBound) ? " and stores" : "") \
                have not taken when its next rows are there
                """,
                "write ringRows \(least)")
        }
        let inputRows = inputRows.isEmpty ? range.map { _ in 0 } : inputRows
        guard inputRows.count == range.count else {
            throw refuse(
                .scheduleGroupRing, range.lowerBound,
                "\(inputRows.count) inputRows in a group of \(range.count) layers",
                "\(range.count): one number for each layer, 0 where nothing is loaded", "write so many")
        }
        for (index, (rows, least)) in zip(range, zip(inputRows, order.inputRows)) {
            try verifyInputRing(index, rows: rows, least: least, isFirst: index == range.lowerBound)
        }
        try verifyRegions(range, ringRows, inputRows)
        try verifyResidents(range)
        return ResidentGroup(
            steps: order.steps.map { step in
                let tile = layers[range.lowerBound + step.layer].tiling.tile
                return ResidentGroup.Step(layer: step.layer, pixelTile: step.rows.lowerBound / tile.outputRows)
            }, ringRows: ringRows, leastRingRows: Array(order.ringRows.dropLast()), inputRows: inputRows,
            stored: stored)
    }

    /// A group that goes tile by tile and has one address of weights for each layer.
    func tileGroup(_ range: Range<Int>) throws(Diagnostic) -> ResidentGroup {
        for index in range {
            let (tiling, entry) = layers[index]
            guard entry.buffers.weights.count == 1 else {
                throw refuse(
                    .scheduleBufferHalves, index, "\(entry.buffers.weights.count) addresses of weights",
                    "1, as the other layer of its group has: its weights stay on chip", "give one address")
            }
            for (name, own, whole) in [
                ("outputChannels", tiling.tile.outputChannels, tiling.layer.outputChannels),
                ("inputChannels", tiling.tile.inputChannels, tiling.layer.groupInputChannels),
            ] where own != whole {
                throw refuse(
                    .scheduleGroupTilesDiffer, index, "tile \(name) \(own.grouped) with one address of weights",
                    "all \(whole.grouped)", "write \(name): \(whole)")
            }
            try verifyPasses(index)
        }
        try verifyResidents(range)
        let tiles = layers[range.lowerBound].tiling.pixelTiles
        return ResidentGroup(
            steps: (0..<tiles).flatMap { tile in
                (0..<range.count).map { ResidentGroup.Step(layer: $0, pixelTile: tile) }
            }, ringRows: [], leastRingRows: [], inputRows: range.map { _ in 0 }, stored: [])
    }

    /// - Parameters:
    ///   - rows: 0 for none.
    ///   - least: 0 where all operands are made in the group.
    private func verifyInputRing(_ index: Int, rows: Int, least: Int, isFirst: Bool) throws(Diagnostic) {
        let (tiling, entry) = layers[index]
        // Tiles of the first layer may be loaded whole.
        if rows == 0, isFirst || least == 0 { return }
        guard least > 0 else {
            throw refuse(
                .scheduleGroupRing, index, "inputRows \(rows)", "0: the group makes all that it reads", "write 0")
        }
        guard tiling.layer.canLoadRows else {
            throw refuse(
                .scheduleGroupUnsupported, index, "inputRows with an operand of one pixel", "operands of rows",
                "write 0, and give an address for each half of input and second")
        }
        guard entry.buffers.input.count == 1 else {
            throw refuse(
                .scheduleGroupRing, index, "\(entry.buffers.input.count) addresses of input with inputRows",
                "one: operands are loaded into a ring", "give the ring's address\(isFirst ? ", or write 0" : "")")
        }
        guard rows >= least else {
            throw refuse(
                .scheduleGroupRing, index, "inputRows \(rows)",
                "at least \(least): what steps since the load before may still read, and the next rows",
                "write inputRows \(least)")
        }
    }

    private func verifyCount(_ range: Range<Int>, _ ringRows: [Int]) throws(Diagnostic) {
        guard ringRows.count == range.count - 1 else {
            throw refuse(
                .scheduleGroupRing, range.lowerBound,
                "\(ringRows.count) ringRows in a group of \(range.count) layers",
                "\(range.count - 1): one ring behind each layer but the last", "write so many")
        }
        guard range.count <= SemaphoreSet.mostResident else {
            throw refuse(
                .scheduleGroupUnsupported, range.lowerBound, "a group of \(range.count) layers",
                "at most \(SemaphoreSet.mostResident)", "cut the group into two")
        }
    }

    private func verifyMember(_ index: Int, of range: Range<Int>) throws(Diagnostic) {
        let (tiling, entry) = layers[index]
        let (layer, tile) = (tiling.layer, tiling.tile)
        if let reason = LayerGroup.rowObstacle(
            to: layer, isFirst: index == range.lowerBound, isLast: index + 1 == range.upperBound, machine.macArray)
        {
            throw refuse(
                .scheduleGroupUnsupported, index, reason, "a layer that reads and writes rows of whole pixels",
                "leave it out of the group")
        }
        let results = range.map { layers[$0].tiling.layer.outputTensor }
        guard index == range.lowerBound || layer.operands.contains(where: { results.contains($0.tensor) }) else {
            throw refuse(
                .scheduleGroupNotChain, index, "operands that all come from outside the group",
                "one at least that the group's layers make, but for its first layer", "begin the group elsewhere")
        }
        // Weights that are streamed may be cut by channels.
        let isStreamed = entry.buffers.weights.count > 1 && layer.groups == 1
        for (name, own, whole) in [
            ("outputColumns", tile.outputColumns, layer.horizontal.output),
            ("outputChannels", isStreamed ? layer.outputChannels : tile.outputChannels, layer.outputChannels),
            ("inputChannels", tile.inputChannels, layer.groupInputChannels),
        ] where own != whole {
            let streaming = name == "outputChannels" && layer.usesArray && layer.groups == 1
            throw refuse(
                .scheduleGroupTilesDiffer, index, "tile \(name) \(own.grouped)",
                "all \(whole.grouped): the layers of the group advance by whole rows",
                "write \(name): \(whole)\(streaming ? ", or give two addresses of weights" : "")")
        }
        try verifyPasses(index)
        if entry.order != .pixelsOuter {
            throw refuse(
                .scheduleGroupTilesDiffer, index, "order \(entry.order.rawValue)",
                "pixelsOuter: a group goes tile by tile", "write order: pixelsOuter")
        }
    }

    private func verifyPasses(_ index: Int) throws(Diagnostic) {
        let passes = layers[index].tiling.counts.passes
        guard passes > 1 else { return }
        throw refuse(
            .scheduleGroupTilesDiffer, index, "\(passes) passes of some of the taps", "one pass of all",
            "leave kernelRows and kernelColumns out")
    }

    /// Rings of operands, or halves of the first layer's, rings and output halves do not overlap.
    private func verifyRegions(_ range: Range<Int>, _ ringRows: [Int], _ inputRows: [Int]) throws(Diagnostic) {
        let array = machine.macArray
        let last = layers[range.upperBound - 1]
        let results = range.map { layers[$0].tiling.layer.outputTensor }
        var regions: [(name: String, layer: Int, start: Int, end: Int)] = []
        func add(_ name: String, _ layer: Int, _ addresses: [Int], _ bytes: Int) {
            for (half, address) in addresses.enumerated() {
                regions.append(
                    (addresses.count == 1 ? name : "\(name) half \(half)", layer, address, address + bytes))
            }
        }
        let end = TileFootprint(last.tiling, array: array)
        for (index, rows) in zip(range, inputRows) {
            let (tiling, entry) = layers[index]
            let own = TileFootprint(tiling, array: array)
            let row = own.inputRowBytes(tiling.rows)
            let producers = tiling.layer.producers(among: results)
            for (operand, (name, addresses, bytes)) in [
                ("input", entry.buffers.input, rows > 0 ? rows * row.input : own.inputBytes),
                ("second", entry.buffers.second, rows > 0 ? rows * row.second : own.secondBytes),
            ].enumerated() where operand < producers.count && producers[operand] == nil {
                add("\(name) of \(entry.name)", index, addresses, bytes)
            }
        }
        add("output of \(last.schedule.name)", range.upperBound - 1, last.schedule.buffers.output, end.outputBytes)
        for (index, rows) in zip(range, ringRows) {
            let (tiling, entry) = layers[index]
            guard entry.buffers.output.count == 1 else {
                throw refuse(
                    .scheduleGroupRing, index, "\(entry.buffers.output.count) addresses of output",
                    "one: its result lies in a ring", "give the ring's address")
            }
            add("ring of \(entry.name)", index, entry.buffers.output, rows * tiling.ringRowBytes(array))
        }
        try verifyReaders(range)
        for region in regions where region.end > machine.activationBuffer.bytes {
            throw refuse(
                .scheduleActivationBufferOverflow, region.layer,
                "\(region.name) needs \((region.end - region.start).grouped) bytes from \(region.start.grouped)",
                "activationBuffer holds \(machine.activationBuffer.bytes.grouped)",
                "make outputRows of the group's layers smaller, or the group shorter")
        }
        regions.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        for (lower, upper) in zip(regions, regions.dropFirst()) where upper.start < lower.end {
            throw refuse(
                .scheduleRegionsOverlap, upper.layer,
                "\(upper.name) begins at \(upper.start.grouped), \(lower.name) ends at \(lower.end.grouped)",
                "regions of the activation buffer that do not overlap",
                "move \(upper.name) to \(lower.end.grouped) or behind")
        }
    }

    /// Operands are where the rings are.
    private func verifyReaders(_ range: Range<Int>) throws(Diagnostic) {
        let results = range.map { layers[$0].tiling.layer.outputTensor }
        for index in range.dropFirst() {
            let (tiling, entry) = layers[index]
            let places = [entry.buffers.input, entry.buffers.second]
            for (operand, addresses) in zip(tiling.layer.operands, places) {
                guard let made = results.firstIndex(of: operand.tensor) else { continue }
                let producer = range.lowerBound + made
                let ring = layers[producer].schedule.buffers.output
                guard addresses == ring else {
                    throw refuse(
                        .scheduleGroupRing, index, "an operand at \(addresses)",
                        "\(ring), the ring of \(layers[producer].schedule.name)", "give that address")
                }
                guard ring[0] % machine.macArray.inputChannelLanes == 0 else {
                    throw refuse(
                        .scheduleAddressMisaligned, index, "input address \(ring[0].grouped)",
                        "a multiple of \(machine.macArray.inputChannelLanes)",
                        "write \(roundUp(ring[0], to: machine.macArray.inputChannelLanes))")
                }
            }
        }
    }

    /// Weights and parameters of all layers lie on chip together.
    private func verifyResidents(_ range: Range<Int>) throws(Diagnostic) {
        var regions: [(name: String, layer: Int, start: Int, end: Int, slot: Int?)] = []
        var parameterBytes = 0
        for index in range {
            let (tiling, entry) = layers[index]
            let footprint = ParameterFootprint(network.layers[index], of: tiling.layer)
            guard footprint.isWhole(halfBytes: machine.parameterHalfBytes) else {
                throw refuse(
                    .scheduleGroupUnsupported, index, "parameters that are loaded tile by tile",
                    "parameters of at most \(machine.parameterHalfBytes.grouped) bytes, half of parameterMemory",
                    "leave it out of the group")
            }
            parameterBytes += footprint.wholeBytes
            let bytes = TileFootprint(tiling, array: machine.macArray).weightBytes
            let isStreamed = entry.buffers.weights.count > 1
            for (half, address) in entry.buffers.weights.enumerated() {
                regions.append(
                    (
                        "weights\(isStreamed ? " half \(half)" : "") of \(entry.name)", index, address, address + bytes,
                        isStreamed ? half : nil
                    ))
            }
        }
        guard parameterBytes <= machine.parameterMemory.bytes else {
            throw refuse(
                .scheduleParameterMemoryOverflow, range.lowerBound,
                "a group whose parameters need \(parameterBytes.grouped) bytes",
                "parameterMemory holds \(machine.parameterMemory.bytes.grouped)", "make the group shorter")
        }
        for region in regions where region.end > machine.weightBuffer.bytes {
            throw refuse(
                .scheduleWeightBufferOverflow, region.layer,
                "\(region.name) at \(region.start.grouped)..<\(region.end.grouped)",
                "weightBuffer holds \(machine.weightBuffer.bytes.grouped)", "make the group shorter")
        }
        // Tiles of one half take turns, whosever they are.
        regions.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        for (number, upper) in regions.enumerated() {
            for lower in regions[..<number]
            where upper.start < lower.end && (upper.slot == nil || upper.slot != lower.slot) {
                throw refuse(
                    .scheduleRegionsOverlap, upper.layer,
                    "\(upper.name) begin at \(upper.start.grouped), \(lower.name) end at \(lower.end.grouped)",
                    "regions of the weight buffer that do not overlap",
                    "move \(upper.name) to \(lower.end.grouped) or behind")
            }
        }
    }
}

extension LayerGroup {
    /// Why a layer cannot be in a group that advances by rows; nil where it can.
    static func rowObstacle(
        to layer: LayerGeometry, isFirst: Bool, isLast: Bool, _ array: MACArrayDescription
    ) -> String? {
        if layer.joinsPhases, !isLast { return "lanes phases, whose results lie in no ring" }
        if layer.partIsApart { return "a layer of \(layer.groups) groups whose last channels are a tile of their own" }
        let reads = isFirst || layer.canReadRows(array)
        let writes = isLast && layer.usesArray || layer.canWriteRows(array)
        if reads, writes { return nil }
        if layer.groups > 1 { return "a layer of \(layer.groups) groups that fill no whole words" }
        return "a layer that does not \(reads ? "write" : "read") rows of whole pixels"
    }

    /// Of the layers of a group but the last those whose results are stored, counted from its first: outputs and coded
    /// tensors of the network, and what others read.
    static func stored(_ range: Range<Int>, in graph: Graph) -> Set<Int> {
        let kept = Set(
            graph.outputs + graph.codedTensors
                + graph.layers.indices.filter { !range.contains($0) }.flatMap { graph.layers[$0].inputs })
        return Set(range.dropLast().filter { kept.contains(graph.layers[$0].name) }.map { $0 - range.lowerBound })
    }
}
