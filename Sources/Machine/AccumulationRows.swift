internal import CDatapathKernels
internal import Commands
import FixedPoint
internal import Kernels

/// One command's rows of output positions, with everything that they share. Rows are independent of each other, so
/// threads take some each.
///
/// Plain numbers and pointers only: what they point to lives as long as `owners`.
struct AccumulationRows {
    /// Sums of 32 bits that lie in scratch together: 64 KiB.
    static let stripSums = 16384
    /// Strips are multiples of it: of the 2, 6 and 12 pixels that the levels of `CDatapathKernels/MACRow.c` sum at a
    /// time, and of the 8 that drain side by side.
    private static let stripUnit = 24

    struct Tally: BitwiseCopyable {
        var activity = UnitActivity()
        var saturatedOutputs = 0
    }

    let pass: Accumulation
    let sumPitch: Int
    let stripColumns: Int
    /// Whether the pass's own products need 64 bits.
    private let isInSegments: Bool
    /// Whether sums do: several segments, or partial sums.
    let isWide: Bool
    let level: KernelLevel
    /// Nil where nothing is multiplied.
    private let products: (segments: ProductSegments.View, tile: OperandTile.View)?
    private let activations: OnChipBuffer.View
    private let partialSums: UnsafeMutablePointer<Int64>?
    private let accumulatorBits: Int
    let output: UnsafeMutablePointer<UInt8>?
    private let drain: DrainLanes.View
    /// Eight positions of at most eight channels side by side.
    private let packedDrain: DrainLanes.View?
    private let valueDecoder: OperandDecoder.View?
    /// Where lanes are phases.
    private let placed: Unmanaged<PlacedLanes>?
    private let rowActivity: UnitActivity
    private let activationBytesOfTapRow: Int

    /// - Parameter owners: gets what must live while the rows run.
    init(
        _ pass: Accumulation, _ context: LayerContext, array: MACArrayActivity,
        products: (segments: ProductSegments.View, tile: OperandTile.View)?,
        activations: OnChipBuffer.View,
        partialSums: UnsafeMutablePointer<Int64>?, accumulatorBits: Int, output: UnsafeMutablePointer<UInt8>?,
        owners: inout [AnyObject]
    ) {
        self.pass = pass
        self.level = array.level
        self.products = products
        self.activations = activations
        self.partialSums = partialSums
        self.accumulatorBits = accumulatorBits
        self.output = output
        sumPitch = MACArrayActivity.sumPitch(pass)
        let unit = AccumulationRows.stripUnit
        stripColumns = min(pass.columns, max(AccumulationRows.stripSums / sumPitch / unit * unit, unit))
        isInSegments = (products?.segments.count ?? 0) > 1
        isWide = !pass.first || !pass.last || isInSegments
        rowActivity = array.rowActivity(pass)
        let validPairs = (0..<pass.tapColumns).reduce(0) { $0 + pass.validColumns(tap: $1) }
        activationBytesOfTapRow = validPairs * array.activationBytesOfPair(pass)
        let drain = context.drain(
            LayerContext.DrainKey(channels: pass.outputChannelSet, addsBias: pass.first, copies: 1))
        let packedDrain =
            sumPitch == pass.lanes && pass.lanes <= 8 && !pass.joinsPhases
            ? context.drain(LayerContext.DrainKey(channels: pass.outputChannelSet, addsBias: pass.first, copies: 8))
            : nil
        let isSixteen = context.configuration.output.isInteger16
        precondition(
            pass.outputBytesPerElement == (isSixteen ? 2 : 1),
            "results of \(pass.outputBytesPerElement) bytes: the layer stores \(isSixteen ? 2 : 1)")
        self.drain = drain.view
        self.packedDrain = packedDrain?.view
        valueDecoder =
            pass.drain == .normalization
            ? context.decoder(
                LayerContext.DecoderKey(channels: pass.outputChannelSet, operand: .value, isSecond: false)
            ).view : nil
        placed = pass.joinsPhases ? Unmanaged.passUnretained(context.placedLanes(pass)) : nil
        // The context keeps its drains, decoders and placed lanes.
        if owners.last !== context { owners.append(context) }
    }

    /// Multiplications of one row, and as many again for its sums: never 0.
    var rowMultiplications: Int { pass.columns * pass.lanes * (pass.taps * pass.inputChannels + 32) }

    /// Real lanes of the drains.
    private var drainedLanes: Int { max(drain.count, packedDrain?.count ?? 0) }

    /// Lanes of the drains, as their vectors write them: runs of placed lanes begin anywhere.
    var drainLanes: Int {
        roundUp(drainedLanes, to: DrainLanes.vectorLanes) + (placed == nil ? 0 : DrainLanes.vectorLanes)
    }

    /// What `run` counted, to the counters of the channels.
    func collectCounts(_ scratch: RowScratch.View, at first: Int) {
        if let placed {
            placed._withUnsafeGuaranteedRef { lanes in
                scratch.collectCounts(lanes: drainedLanes, at: first, channel: lanes.channel)
            }
        } else {
            scratch.collectCounts(lanes: drainedLanes, of: pass.outputChannelSet, at: first)
        }
    }

    /// Some rows, strip by strip.
    func run(rows: Range<Int>, _ scratch: RowScratch.View) -> Tally {
        var tally = Tally()
        for i in rows {
            tally.activity += rowActivity
            tally.activity.bufferReadBytes += pass.validTapRows(row: i) * activationBytesOfTapRow
            var start = 0
            while start < pass.columns {
                let columns = start..<min(start + stripColumns, pass.columns)
                if pass.last {
                    sum(row: i, columns, scratch, &tally)
                    drain(row: i, columns, scratch, &tally)
                } else {
                    writePartialSums(row: i, columns, scratch, &tally)
                }
                start = columns.upperBound
            }
        }
        return tally
    }

    /// The strip's sums, partial sums of earlier passes included: in `wideSums` if `isWide`, otherwise in `sums`.
    private func sum(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch.View, _ tally: inout Tally) {
        multiply(row: i, columns, scratch)
        guard !pass.first else { return }
        let stored = partialSums! + (i * pass.columns + columns.lowerBound) * pass.lanes
        add(stored, pitch: pass.lanes, bits: 64, columns, scratch, to: scratch.wideSums, pitch: sumPitch)
        tally.activity.partialSumReads += columns.count * pass.lanes
    }

    /// The same into the accumulator buffer: onto what is there, or onto the bias in the first pass.
    private func writePartialSums(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch.View, _ tally: inout Tally) {
        multiply(row: i, columns, scratch)
        let stored = partialSums! + (i * pass.columns + columns.lowerBound) * pass.lanes
        if pass.first {
            add(drain.bias, pitch: 0, bits: accumulatorBits, columns, scratch, to: stored, pitch: pass.lanes)
        } else {
            add(stored, pitch: pass.lanes, bits: accumulatorBits, columns, scratch, to: stored, pitch: pass.lanes)
            tally.activity.partialSumReads += columns.count * pass.lanes
        }
        tally.activity.partialSumWrites += columns.count * pass.lanes
    }

    /// This pass's own products: in `sums` if they fit 32 bits, otherwise in `wideSums`.
    private func multiply(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch.View) {
        let count = columns.count * sumPitch
        let (sums, wide) = (scratch.sums, scratch.wideSums)
        guard let (segments, tile) = products else {
            sums.update(repeating: 0, count: count)
            return
        }
        for segment in 0..<segments.count {
            segments.multiply(pass, tile, segment: segment, row: i, columns: columns, sums: sums, sumPitch: sumPitch)
            guard segments.count > 1 else { continue }
            if segment == 0 {
                for element in 0..<count { wide[element] = Int64(sums[element]) }
            } else {
                for element in 0..<count { wide[element] &+= Int64(sums[element]) }
            }
        }
    }

    /// `result` = the pass's products + `base`, wrapped to `bits`, position by position.
    private func add(
        _ base: UnsafePointer<Int64>, pitch basePitch: Int, bits: Int, _ columns: Range<Int>,
        _ scratch: RowScratch.View, to result: UnsafeMutablePointer<Int64>,
        pitch resultPitch: Int
    ) {
        guard isInSegments else {
            var addition = intaglio_add_arguments(
                sums: scratch.sums, sumPitch: Int64(sumPitch), base: base, basePitch: Int64(basePitch),
                shift: Int64(64 - bits), pixels: Int64(columns.count), count: Int64(pass.lanes), result: result,
                resultPitch: Int64(resultPitch))
            intaglio_add_sums(level.rawValue, &addition)
            return
        }
        for j in 0..<columns.count {
            for lane in 0..<pass.lanes {
                let sum = scratch.wideSums[j * sumPitch + lane] &+ base[j * basePitch + lane]
                result[j * resultPitch + lane] = AccumulatorBuffer.wrapped(sum, bits: bits)
            }
        }
    }

    private func drain(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch.View, _ tally: inout Tally) {
        if let placed { return drainBlocks(row: i, columns, placed, scratch, &tally) }
        if let valueDecoder {
            NormalizationUnit(level: level).readValues(
                pass, valueDecoder, activations, row: i, columns: columns, to: scratch.values)
            tally.activity.bufferReadBytes += columns.count * pass.lanes
        }
        var done = 0
        if let packedDrain, columns.count >= 8 {
            tally.saturatedOutputs += drain(
                from: 0, pixels: columns.count / 8, packedDrain, pitch: 8 * sumPitch, scratch)
            done = columns.count / 8 * 8
        }
        if done < columns.count {
            tally.saturatedOutputs += drain(from: done, pixels: columns.count - done, drain, pitch: sumPitch, scratch)
        }
        write(row: i, columns, scratch)
        tally.activity.bufferWriteBytes += columns.count * pass.lanes * pass.outputBytesPerElement
    }

    /// `pixels` vectors of `lanes`, from position `first` of the strip on.
    private func drain(
        from first: Int, pixels: Int, _ lanes: DrainLanes.View, pitch: Int, _ scratch: RowScratch.View
    ) -> Int {
        let offset = first * sumPitch
        let sums = DrainedSums(
            values: isWide ? .wide(scratch.wideSums + offset) : .narrow(scratch.sums + offset), pitch: pitch,
            pixels: pixels, elements: scratch.elements + first * pass.lanes * pass.outputBytesPerElement,
            bytesPerElement: pass.outputBytesPerElement, laneCounts: scratch.laneCounts)
        switch pass.drain {
        case .postProcessor: return PostProcessorKernel(level: level).drain(sums, by: lanes)
        case .normalization:
            return NormalizationUnit(level: level).drain(sums, of: scratch.values + first * pass.lanes, by: lanes)
        }
    }

    /// Elements of a strip to their places in the activation buffer.
    private func write(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch.View) {
        let groupBytes = pass.outputChannels * pass.outputBytesPerElement
        let pixelBytes = groupBytes * pass.groups
        let destination = output! + (pass.outputAddress(i, columns.lowerBound) - pass.outputByteRange.lowerBound)
        var chunks = intaglio_copy_arguments(
            destination: destination, destinationPitch: Int64(pass.outputStrideX * pass.outputPixelPitchBytes),
            source: scratch.elements, sourcePitch: Int64(pixelBytes), bytes: Int64(pixelBytes),
            chunks: Int64(columns.count))
        if pass.groups == 1 || pass.outputGroupPitchBytes == groupBytes {
            intaglio_copy_chunks(&chunks)
            return
        }
        chunks.bytes = Int64(groupBytes)
        for group in 0..<pass.groups {
            chunks.destination = destination + group * pass.outputGroupPitchBytes
            chunks.source = UnsafePointer(scratch.elements + group * groupBytes)
            intaglio_copy_chunks(&chunks)
        }
    }
}
