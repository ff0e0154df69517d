internal import CDatapathKernels
internal import Commands

/// One command's rows of output positions, with everything that they share. Rows are independent of each other, so threads take some each.
struct AccumulationRows {
    /// Positions whose sums lie in scratch together, for 64 KiB of sums.
    static let stripSums = 16384

    struct Tally {
        var activity = UnitActivity()
        var saturatedOutputs = 0
    }

    let pass: Accumulation
    let sumPitch: Int
    let stripColumns: Int
    /// Whether sums need 64 bits: several segments, or partial sums.
    let isWide: Bool
    private let context: LayerContext
    private let array: MACArray
    private let tile: OperandTile
    private let pack: PackedWeights?
    private let activations: OnChipBuffer.View
    private let partialSums: UnsafeMutablePointer<Int64>?
    private let accumulatorBits: Int
    private let output: UnsafeMutablePointer<UInt8>?
    /// For each segment and group.
    private let runs: [[[intaglio_run]]]
    private let drain: DrainLanes
    /// Eight positions of at most eight channels side by side.
    private let packedDrain: DrainLanes?
    private let valueDecoder: OperandDecoder?
    private let validTapColumns: Int

    init(
        _ pass: Accumulation, _ context: LayerContext, array: MACArray, tile: OperandTile, pack: PackedWeights?, activations: OnChipBuffer.View,
        partialSums: UnsafeMutablePointer<Int64>?, accumulatorBits: Int, output: UnsafeMutablePointer<UInt8>?
    ) {
        self.pass = pass
        self.context = context
        self.array = array
        self.tile = tile
        self.pack = pack
        self.activations = activations
        self.partialSums = partialSums
        self.accumulatorBits = accumulatorBits
        self.output = output
        sumPitch = MACArray.sumPitch(pass)
        stripColumns = min(pass.columns, max(AccumulationRows.stripSums / sumPitch / 24 * 24, 24))
        isWide = !pass.first || !pass.last || (pack?.segments.count ?? 1) > 1
        runs = pack.map { pack in
            pack.segments.map { segment in (0..<pass.groups).map { MACArray.kernelRuns(segment, pack, pass, tile, group: $0) } }
        } ?? []
        validTapColumns = (0..<pass.tapColumns).reduce(0) { $0 + pass.validColumns(tap: $1) }
        drain = context.drain(LayerContext.DrainKey(channels: pass.outputChannelSet, addsBias: pass.first, copies: 1))
        packedDrain = sumPitch == pass.lanes && pass.lanes <= 8
            ? context.drain(LayerContext.DrainKey(channels: pass.outputChannelSet, addsBias: pass.first, copies: 8)) : nil
        let isSixteen = context.configuration.output.isInteger16
        precondition(pass.outputBytesPerElement == (isSixteen ? 2 : 1), "results of \(pass.outputBytesPerElement) bytes: the layer stores \(isSixteen ? 2 : 1)")
        guard pass.drain == .normalization else {
            valueDecoder = nil
            return
        }
        valueDecoder = context.decoder(LayerContext.DecoderKey(channels: pass.outputChannelSet, operand: .value, isSecond: false))
    }

    /// Row i, strip by strip.
    func run(row i: Int, _ scratch: RowScratch, _ tally: inout Tally) {
        tally.activity += array.activity(pass, row: i, validTapColumns: validTapColumns)
        var start = 0
        while start < pass.columns {
            let columns = start..<min(start + stripColumns, pass.columns)
            sum(row: i, columns, scratch)
            if !pass.first { addPartialSums(row: i, columns, scratch, &tally) }
            if pass.last {
                drain(row: i, columns, scratch, &tally)
            } else {
                writePartialSums(row: i, columns, scratch, &tally)
            }
            start = columns.upperBound
        }
    }

    private func sum(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch) {
        let count = columns.count * sumPitch
        guard let pack else {
            scratch.sums.base.update(repeating: 0, count: count)
            if isWide { scratch.wideSums.base.update(repeating: 0, count: count) }
            return
        }
        for (index, segment) in pack.segments.enumerated() {
            array.multiply(pass, pack, segment: segment, runs: runs[index], tile: tile, row: i, columns: columns, sums: scratch.sums.base)
            guard isWide else { continue }
            let (sums, wide) = (scratch.sums.base, scratch.wideSums.base)
            if index == 0 {
                for element in 0..<count { wide[element] = Int64(sums[element]) }
            } else {
                for element in 0..<count { wide[element] &+= Int64(sums[element]) }
            }
        }
    }

    private func addPartialSums(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch, _ tally: inout Tally) {
        for j in columns {
            let stored = partialSums! + (i * pass.columns + j) * pass.lanes
            let sums = scratch.wideSums.base + (j - columns.lowerBound) * sumPitch
            for lane in 0..<pass.lanes { sums[lane] &+= stored[lane] }
        }
        tally.activity.partialSumReads += columns.count * pass.lanes
    }

    /// With the bias in the first pass.
    private func writePartialSums(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch, _ tally: inout Tally) {
        let bias = drain.kernel.bias!
        for j in columns {
            let stored = partialSums! + (i * pass.columns + j) * pass.lanes
            let sums = scratch.wideSums.base + (j - columns.lowerBound) * sumPitch
            for lane in 0..<pass.lanes { stored[lane] = AccumulatorBuffer.wrapped(sums[lane] &+ bias[lane], bits: accumulatorBits) }
        }
        tally.activity.partialSumWrites += columns.count * pass.lanes
    }

    private func drain(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch, _ tally: inout Tally) {
        if let valueDecoder {
            NormalizationUnit(level: array.level).readValues(pass, valueDecoder, activations, row: i, columns: columns, to: scratch.values.base)
            tally.activity.bufferReadBytes += columns.count * pass.lanes
        }
        var done = 0
        if let packedDrain, columns.count >= 8 {
            tally.saturatedOutputs += drain(from: 0, pixels: columns.count / 8, packedDrain, pitch: 8 * sumPitch, scratch)
            done = columns.count / 8 * 8
        }
        if done < columns.count {
            tally.saturatedOutputs += drain(from: done, pixels: columns.count - done, drain, pitch: sumPitch, scratch)
        }
        write(row: i, columns, scratch)
        tally.activity.bufferWriteBytes += columns.count * pass.lanes * pass.outputBytesPerElement
    }

    /// `pixels` vectors of `lanes`, from position `first` of the strip on.
    private func drain(from first: Int, pixels: Int, _ lanes: DrainLanes, pitch: Int, _ scratch: RowScratch) -> Int {
        let elements = scratch.elements.base + first * pass.lanes * pass.outputBytesPerElement
        let bytes = pass.outputBytesPerElement
        let values = scratch.values.base + first * pass.lanes
        switch (pass.drain, isWide) {
        case (.postProcessor, false):
            return PostProcessor(level: array.level).drain(
                scratch.sums.base + first * sumPitch, pitch: pitch, pixels: pixels, by: lanes, to: elements, bytesPerElement: bytes)
        case (.postProcessor, true):
            return PostProcessor(level: array.level).drain(
                scratch.wideSums.base + first * sumPitch, pitch: pitch, pixels: pixels, by: lanes, to: elements, bytesPerElement: bytes)
        case (.normalization, false):
            return NormalizationUnit(level: array.level).drain(
                scratch.sums.base + first * sumPitch, pitch: pitch, values: values, pixels: pixels, by: lanes, to: elements, bytesPerElement: bytes)
        case (.normalization, true):
            return NormalizationUnit(level: array.level).drain(
                scratch.wideSums.base + first * sumPitch, pitch: pitch, values: values, pixels: pixels, by: lanes, to: elements, bytesPerElement: bytes)
        }
    }

    /// Elements of a strip to their places in the activation buffer.
    private func write(row i: Int, _ columns: Range<Int>, _ scratch: RowScratch) {
        let groupBytes = pass.outputChannels * pass.outputBytesPerElement
        let pixelBytes = groupBytes * pass.groups
        let pitch = Int64(pass.outputStrideX * pass.outputPixelPitchBytes)
        let destination = output! + (pass.outputAddress(i, columns.lowerBound) - pass.outputByteRange.lowerBound)
        if pass.groups == 1 || pass.outputGroupPitchBytes == groupBytes {
            intaglio_copy_chunks(destination, pitch, scratch.elements.base, Int64(pixelBytes), Int64(pixelBytes), Int64(columns.count))
            return
        }
        for group in 0..<pass.groups {
            intaglio_copy_chunks(
                destination + group * pass.outputGroupPitchBytes, pitch, scratch.elements.base + group * groupBytes, Int64(pixelBytes), Int64(groupBytes),
                Int64(columns.count))
        }
    }
}
