import Diagnostics
import FixedPoint
import Geometry
import Graph
import MachineDescription
import Schedules
import Text

/// The checks of the layers that a schedule runs together, each of which is verified by itself already.
struct GroupVerifier {
    let network: NetworkFormats
    let layers: [(tiling: LayerTiling, schedule: LayerSchedule)]
    let machine: MachineDescription
    var graph: Graph { network.graph }

    /// All layers in ascending order: those of each group, and the others by themselves.
    ///
    /// - Throws: `scheduleUnknownLayer`, `scheduleDuplicateName`, and the codes of groups.
    func ranges(_ groups: [LayerGroup]) throws(Diagnostic) -> [Range<Int>] {
        let names = layers.map(\.schedule.name)
        let byName = graph.layers.map(\.name)
        var found: [Range<Int>] = []
        for (number, group) in groups.enumerated() {
            let place = "group \(number + 1)"
            var indices: [Int] = []
            for name in group.layers {
                guard let index = byName.firstIndex(of: name) else {
                    throw Diagnostic(
                        .scheduleUnknownLayer, at: place, found: "'\(name)', a layer that the network does not have",
                        expected: "layers of network '\(graph.name)'",
                        remedy: closestName(to: name, among: names).map { "did you mean '\($0)'?" } ?? "remove it")
                }
                indices.append(index)
            }
            guard indices.count > 1, let first = indices.first else {
                throw Diagnostic(
                    .scheduleGroupNotChain, at: place, found: "\(indices.count) layer\(indices.count == 1 ? "" : "s")",
                    expected: "at least two", remedy: "remove the group")
            }
            let range = first..<first + indices.count
            guard indices == Array(range) else {
                throw Diagnostic(
                    .scheduleGroupNotChain, at: place, found: group.layers.joined(separator: ", "),
                    expected: "layers that follow each other in the network, in its order",
                    remedy: "group such layers alone")
            }
            if let other = found.first(where: { $0.overlaps(range) }) {
                let name = byName[max(other.lowerBound, range.lowerBound)]
                throw Diagnostic(
                    .scheduleDuplicateName, at: place, found: "layer '\(name)' in a second group",
                    expected: "each layer in one group", remedy: "remove one of the two")
            }
            if group.ringRows.isEmpty {
                if !group.inputRows.isEmpty {
                    throw refuse(
                        .scheduleGroupRing, range.lowerBound,
                        "inputRows \(group.inputRows) in a group without ringRows",
                        "a group that advances by rows", "remove inputRows, or write ringRows")
                }
                try verify(range)
            }
            found.append(range)
        }
        let grouped = Set(found.flatMap { $0 })
        return (found + layers.indices.filter { !grouped.contains($0) }.map { $0..<$0 + 1 })
            .sorted { $0.lowerBound < $1.lowerBound }
    }

    private func verify(_ range: Range<Int>) throws(Diagnostic) {
        guard range.count == 2 else {
            throw Diagnostic(
                .scheduleGroupUnsupported, at: "layer \(graph.layers[range.lowerBound].name)",
                found: "a group of \(range.count) layers without ringRows",
                expected: "two: a convolution or transposed convolution and the normalization behind it",
                remedy: "write ringRows, or make groups of two layers")
        }
        for index in range.dropLast() {
            try verifyLink(index)
            try verifyTiles(index)
            try verifyRing(index)
        }
    }

    func refuse(
        _ code: DiagnosticCode, _ index: Int, _ found: String, _ expected: String, _ remedy: String
    ) -> Diagnostic {
        Diagnostic(
            code, at: "layer \(graph.layers[index].name)", found: found, expected: expected, remedy: remedy)
    }

    /// What lies between a layer and the next is read by that one alone.
    private func verifyLink(_ index: Int) throws(Diagnostic) {
        let (layer, next) = (graph.layers[index], graph.layers[index + 1])
        if let reason = LayerGroup.obstacle(in: graph, between: index) {
            throw refuse(
                .scheduleGroupNotChain, index, reason, "a result that \(next.name) alone reads",
                "leave \(layer.name) and \(next.name) apart")
        }
        guard layers[index].tiling.layer.canWriteRing, layers[index + 1].tiling.layer.canReadRing else {
            throw refuse(
                .scheduleGroupUnsupported, index,
                "\(layer.operator.name) with \(next.operator.name) behind it",
                "a convolution or transposed convolution of one group to codes, and the normalization behind it",
                "leave \(layer.name) and \(next.name) apart")
        }
    }

    private func verifyTiles(_ index: Int) throws(Diagnostic) {
        let (one, next) = (layers[index].schedule, layers[index + 1].schedule)
        for (name, own, other) in [
            ("outputRows", one.tile.outputRows, next.tile.outputRows),
            ("outputColumns", one.tile.outputColumns, next.tile.outputColumns),
        ] where own != other {
            throw refuse(
                .scheduleGroupTilesDiffer, index + 1, "tile \(name) \(other)",
                "\(own), as \(one.name) in its group", "write \(name): \(own)")
        }
        for entry in [one, next] where entry.order != .pixelsOuter {
            throw Diagnostic(
                .scheduleGroupTilesDiffer, at: "layer \(entry.name)", found: "order \(entry.order.rawValue)",
                expected: "pixelsOuter: a group goes tile by tile", remedy: "write order: pixelsOuter")
        }
    }

    /// The ring is the output of the one and the input of the other, and overlaps nothing.
    private func verifyRing(_ index: Int) throws(Diagnostic) {
        let array = machine.macArray
        let (one, next) = (layers[index], layers[index + 1])
        guard one.schedule.buffers.output.count == 1, one.schedule.buffers.output == next.schedule.buffers.input else {
            throw refuse(
                .scheduleGroupRing, index + 1, "input \(next.schedule.buffers.input)",
                "one address, the output of \(one.schedule.name): \(one.schedule.buffers.output)",
                "give both the address of what lies between them")
        }
        let ring = one.schedule.buffers.output[0]
        let bytes = one.tiling.ringBytes(array)
        let word = array.inputChannelLanes
        guard ring % word == 0 else {
            throw refuse(
                .scheduleAddressMisaligned, index + 1, "input address \(ring.grouped)", "a multiple of \(word)",
                "write \(roundUp(ring, to: word))")
        }
        guard ring + bytes <= machine.activationBuffer.bytes else {
            throw refuse(
                .scheduleActivationBufferOverflow, index,
                "the ring to \(next.schedule.name) needs \(bytes.grouped) bytes from \(ring.grouped)",
                "activationBuffer holds \(machine.activationBuffer.bytes.grouped)", "make the tile smaller")
        }
        let (inputs, outputs) = (
            TileFootprint(one.tiling, array: array).inputBytes, TileFootprint(next.tiling, array: array).outputBytes
        )
        var regions = [(name: "the ring to \(next.schedule.name)", start: ring, end: ring + bytes)]
        regions += one.schedule.buffers.input.enumerated().map {
            ("input half \($0) of \(one.schedule.name)", $1, $1 + inputs)
        }
        regions += next.schedule.buffers.output.enumerated().map {
            ("output half \($0) of \(next.schedule.name)", $1, $1 + outputs)
        }
        regions.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        for (lower, upper) in zip(regions, regions.dropFirst()) where upper.start < lower.end {
            throw refuse(
                .scheduleRegionsOverlap, index,
                "\(upper.name) begins at \(upper.start.grouped), \(lower.name) ends at \(lower.end.grouped)",
                "regions of the activation buffer that do not overlap",
                "move \(upper.name) to \(lower.end.grouped) or behind")
        }
    }
}

extension LayerGroup {
    /// What keeps the result of a layer from staying on chip until the next has read it; nil where nothing does.
    static func obstacle(in graph: Graph, between index: Int) -> String? {
        let (layer, next) = (graph.layers[index], graph.layers[index + 1])
        guard next.inputs == [layer.name] else { return "\(next.name) reads \(next.inputs.joined(separator: ", "))" }
        if graph.outputs.contains(layer.name) || graph.codedTensors.contains(layer.name) {
            return "\(layer.name) is an output of the network"
        }
        let readers = graph.layers.filter { $0.inputs.contains(layer.name) }
        return readers.count == 1
            ? nil : "\(layer.name) is read by \(readers.map(\.name).joined(separator: ", "))"
    }
}
