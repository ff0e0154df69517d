import Diagnostics
import FixedPoint
import Geometry
import MachineDescription
import Schedules
import Text

/// The checks of one layer's schedule against the layer's extents and the machine's capacities.
struct LayerVerifier {
    let layer: LayerGeometry
    let tile: Tile
    let machine: MachineDescription

    private func refuse(_ code: DiagnosticCode, _ found: String, expected: String, remedy: String) -> Diagnostic {
        Diagnostic(code, at: "layer \(layer.name)", found: found, expected: expected, remedy: remedy)
    }

    // MARK: - Tile

    func verifyTile() throws(Diagnostic) {
        let extents = [
            ("outputRows", tile.outputRows, layer.vertical.output),
            ("outputColumns", tile.outputColumns, layer.horizontal.output),
            ("outputChannels", tile.outputChannels, layer.outputChannels),
            ("inputChannels", tile.inputChannels, layer.groupInputChannels),
        ]
        for (name, value, extent) in extents where !(1...max(extent, 1)).contains(value) {
            throw refuse(
                .scheduleTileOutOfRange, "tile \(name) \(value.grouped)", expected: "1...\(extent.grouped)",
                remedy: "choose an extent within the range")
        }
        try requireMultiple("outputRows", tile.outputRows, of: layer.vertical.alignment, whole: layer.vertical.output)
        try requireMultiple(
            "outputColumns", tile.outputColumns, of: layer.horizontal.alignment, whole: layer.horizontal.output)
        if layer.joinsPhases { try requireEvenColumns() }
        if layer.groups > 1 {
            try requireMultiple(
                "outputChannels", tile.outputChannels, of: layer.groupOutputChannels, whole: layer.outputChannels)
        }
        try verifyChannelsWhole()
        try verifyKernel()
    }

    /// A lane's result has one offset in the output tile: all tiles have the same columns.
    private func requireEvenColumns() throws(Diagnostic) {
        let (columns, whole) = (tile.outputColumns, layer.horizontal.output)
        guard whole % columns != 0 else { return }
        let nearest = layer.horizontal.evenTileCandidates.first { $0 <= columns } ?? whole
        throw refuse(
            .scheduleTileNotAligned, "tile outputColumns \(columns) with lanes phases",
            expected: "a divisor of the \(whole) columns", remedy: "write outputColumns: \(nearest)")
    }

    private func verifyKernel() throws(Diagnostic) {
        for (name, value, extent) in [
            ("kernelRows", tile.kernelRows, layer.vertical.kernel),
            ("kernelColumns", tile.kernelColumns, layer.horizontal.kernel),
        ] {
            guard let value else { continue }
            guard (1...extent).contains(value), layer.canSplitTaps || value == extent else {
                throw refuse(
                    .scheduleTileOutOfRange, "tile \(name) \(value.grouped)",
                    expected: layer.canSplitTaps
                        ? "1...\(extent.grouped)"
                        : "\(extent.grouped): only convolution and fully connected split taps",
                    remedy: layer.canSplitTaps ? "choose an extent within the range" : "leave \(name) out")
            }
        }
        // Sums of several groups do not wait in the accumulator buffer.
        let groupChannels = layer.groupOutputChannels
        if layer.groups > 1, tile.outputChannels > groupChannels, KernelTile.tiles(of: layer, tile).count > 1 {
            throw refuse(
                .scheduleChannelsNotWhole, "tile outputChannels \(tile.outputChannels) with split taps",
                expected: "\(groupChannels): one \(layer.merging == nil ? "" : "merged ")group at a time",
                remedy: "write outputChannels: \(groupChannels)")
        }
    }

    private func requireMultiple(_ name: String, _ value: Int, of unit: Int, whole: Int) throws(Diagnostic) {
        guard value % unit == 0 || value == whole else {
            throw refuse(
                .scheduleTileNotAligned, "tile \(name) \(value)", expected: "a multiple of \(unit), or all \(whole)",
                remedy: "write \(name): \(min(roundUp(value, to: unit), whole))")
        }
    }

    private func verifyChannelsWhole() throws(Diagnostic) {
        let reason: String? =
            switch layer.kind {
            case .normalization: "normalization needs all input channels of a pixel"
            case .elementwise, .concatenation: "element-wise layers keep the channels of a pixel together"
            case .convolution where layer.kernelRow != nil: "the codes of a kernel row stay together"
            case .convolution, .transposedConvolution:
                layer.groups > 1 ? "the channels of a \(layer.merging == nil ? "" : "merged ")group stay together" : nil
            }
        guard let reason else { return }
        if tile.inputChannels != layer.groupInputChannels {
            throw refuse(
                .scheduleChannelsNotWhole, "tile inputChannels \(tile.inputChannels)",
                expected: "all \(layer.groupInputChannels): \(reason)",
                remedy: "write inputChannels: \(layer.groupInputChannels)")
        }
        if !layer.usesArray, !layer.canSplitElements, tile.outputChannels != layer.outputChannels {
            throw refuse(
                .scheduleChannelsNotWhole, "tile outputChannels \(tile.outputChannels)",
                expected: "all \(layer.outputChannels): \(reason)",
                remedy: "write outputChannels: \(layer.outputChannels)")
        }
    }

    // MARK: - Buffers

    /// - Parameters:
    ///   - inRowGroup: the layer's activations are verified with those of its group.
    ///   - isResident: so are its weights.
    func verify(
        _ buffers: BufferAllocation, footprint: TileFootprint, inRowGroup: Bool = false, isResident: Bool = false
    ) throws(Diagnostic) {
        try verifyHalves(
            buffers, isResident: inRowGroup || isResident, mostWeights: inRowGroup ? machine.weightHalves : 1)
        try verifyAlignment(buffers)
        if !inRowGroup, !isResident { try verifyWeights(buffers, footprint) }
        if !inRowGroup { try verifyActivations(buffers, footprint) }
        // Commands carry the address also where no partial sums are kept.
        guard buffers.accumulators + footprint.accumulators <= machine.accumulators else {
            throw refuse(
                .scheduleAccumulatorBufferOverflow,
                """
                tile partial sums need \(footprint.accumulators.grouped) accumulators from \
                \(buffers.accumulators.grouped)
                """,
                expected:
                    """
                    accumulatorBuffer holds \(machine.accumulators.grouped) of \(machine.macArray.accumulatorBits) bits
                    """,
                remedy: footprint.accumulators == 0
                    ? "write accumulators: 0"
                    : """
                    make outputRows, outputColumns or outputChannels smaller, or inputChannels all \
                    \(layer.groupInputChannels)\(tile.namesTaps ? " without kernelRows and kernelColumns" : "")
                    """
            )
        }
    }

    /// - Parameter mostWeights: addresses where weights may stay in one place: 1, or the halves where they may be
    ///   streamed, too.
    private func verifyHalves(
        _ buffers: BufferAllocation, isResident: Bool, mostWeights: Int
    ) throws(Diagnostic) {
        let weights =
            layer.usesArray ? (isResident ? 1...mostWeights : machine.weightHalves...machine.weightHalves) : 0...0
        let allowed: [(String, Int, ClosedRange<Int>)] = [
            ("input", buffers.input.count, 1...machine.activationHalves),
            ("output", buffers.output.count, 1...machine.activationHalves),
            ("second", buffers.second.count, layer.hasSecond ? buffers.input.count...buffers.input.count : 0...0),
            ("weights", buffers.weights.count, weights),
        ]
        for (name, count, range) in allowed where !range.contains(count) {
            throw refuse(
                .scheduleBufferHalves, "\(count) addresses of \(name)",
                expected: range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) or \(range.upperBound)",
                remedy: "give one address for each half in use")
        }
    }

    private func verifyAlignment(_ buffers: BufferAllocation) throws(Diagnostic) {
        let (inputWord, outputWord) = (machine.macArray.inputChannelLanes, machine.macArray.outputChannelLanes)
        for (name, addresses, word) in [
            ("input", buffers.input, inputWord), ("second", buffers.second, inputWord),
            ("weights", buffers.weights, inputWord), ("output", buffers.output, outputWord),
        ] {
            for address in addresses where address % word != 0 {
                throw refuse(
                    .scheduleAddressMisaligned, "\(name) address \(address.grouped)", expected: "a multiple of \(word)",
                    remedy: "write \(roundUp(address, to: word))")
            }
        }
    }

    private func verifyWeights(_ buffers: BufferAllocation, _ footprint: TileFootprint) throws(Diagnostic) {
        let half = machine.weightHalfBytes
        for (index, address) in buffers.weights.enumerated() {
            let end = (index + 1) * half
            guard footprint.weightBytes <= half else {
                throw refuse(
                    .scheduleWeightBufferOverflow, "tile weights need \(footprint.weightBytes.grouped) bytes",
                    expected: "weightBuffer \(machine.weightHalves == 2 ? "half " : "")holds \(half.grouped)",
                    remedy: layer.canSplitTaps && layer.taps > 1
                        ? "make outputChannels, inputChannels, kernelRows or kernelColumns smaller"
                        : "make outputChannels or inputChannels smaller")
            }
            guard address >= index * half, address + footprint.weightBytes <= end else {
                throw refuse(
                    .scheduleWeightBufferOverflow,
                    "weights half \(index) at \((address).grouped)..<\((address + footprint.weightBytes).grouped)",
                    expected: "within \((index * half).grouped)..<\(end.grouped)",
                    remedy: "write the address \(index * half)")
            }
        }
    }

    private func verifyActivations(_ buffers: BufferAllocation, _ footprint: TileFootprint) throws(Diagnostic) {
        var regions: [(name: String, start: Int, end: Int)] = []
        for (name, addresses, bytes) in [
            ("input", buffers.input, footprint.inputBytes), ("second", buffers.second, footprint.secondBytes),
            ("output", buffers.output, footprint.outputBytes),
        ] {
            for (index, address) in addresses.enumerated() {
                regions.append(("\(name) half \(index)", address, address + bytes))
            }
        }
        for region in regions where region.end > machine.activationBuffer.bytes {
            throw refuse(
                .scheduleActivationBufferOverflow,
                "\(region.name) needs \((region.end - region.start).grouped) bytes from \(region.start.grouped)",
                expected: "activationBuffer holds \(machine.activationBuffer.bytes.grouped)",
                remedy: "make the tile smaller")
        }
        regions.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        for (lower, upper) in zip(regions, regions.dropFirst()) where upper.start < lower.end {
            throw refuse(
                .scheduleRegionsOverlap,
                "\(upper.name) begins at \(upper.start.grouped), \(lower.name) ends at \(lower.end.grouped)",
                expected: "regions of the activation buffer that do not overlap",
                remedy: "move \(upper.name) to \(lower.end.grouped) or behind")
        }
    }
}
