internal import Commands
internal import Dispatch

/// The decoded operands of an input tile: int16, with the zeros of the padding around them, so that the MAC kernel reads without asking.
///
///     values   [rows][columns][group][channel], row 0 = row `firstRow` of the whole tensor (which may be negative: padding)
///
/// It is kept while the codes, the decoder and the place stay the same: several commands (ranges of output channels, phases) read one tile.
struct OperandTile {
    private var memory = AlignedMemory<Int16>(count: 0)
    private var key: Key?
    private var context: LayerContext?
    private var stamp: UInt64 = 0
    private(set) var rowRange = 0..<0
    private(set) var columnRange = 0..<0
    private(set) var channels = 0

    /// What the values depend on, beside the bytes.
    private struct Key: Equatable {
        var decoder: LayerContext.DecoderKey
        var inputAddress: Int
        var origin: [Int]
        var tile: [Int]
        var pitches: [Int]
        var extent: [Int]
    }

    /// Int16 elements from one row to the next.
    var rowPitch: Int { columnRange.count * channels }

    /// The value of flat channel 0 at row y, column x of the whole tensor.
    func pointer(y: Int, x: Int) -> UnsafePointer<Int16> {
        UnsafePointer(memory.base + ((y - rowRange.lowerBound) * columnRange.count + (x - columnRange.lowerBound)) * channels)
    }

    /// Decodes what the pass reads, unless it is here already.
    mutating func prepare(_ pass: Accumulation, _ context: LayerContext, _ buffer: borrowing OnChipBuffer, threads: Int) -> OperandDecoder {
        let decoderKey = LayerContext.DecoderKey(channels: pass.inputChannelSet, operand: pass.operand, isSecond: false)
        let decoder = context.decoder(decoderKey)
        let needRows = pass.neededRows
        let needColumns = pass.neededColumns
        let tileRows = pass.originY..<pass.originY + pass.tileRows
        let tileColumns = pass.originX..<pass.originX + pass.tileColumns
        let newKey = Key(
            decoder: decoderKey, inputAddress: pass.inputAddress, origin: [pass.originY, pass.originX],
            tile: [pass.tileRows, pass.tileColumns], pitches: [pass.inputPixelPitchBytes, pass.inputGroupPitchBytes],
            extent: [pass.inputHeight, pass.inputWidth])
        // Rows and columns that the pass reads inside the tensor but outside its tile: a schedule that forgot a halo.
        let validRows = needRows.clamped(to: 0..<pass.inputHeight)
        let validColumns = needColumns.clamped(to: 0..<pass.inputWidth)
        let isInside = (validRows.isEmpty || validColumns.isEmpty) || (tileRows.contains(validRows) && tileColumns.contains(validColumns))
        let bytes = pass.tileByteRange(rows: isInside ? tileRows : validRows.union(tileRows), columns: isInside ? tileColumns : validColumns.union(tileColumns))
        let currentStamp = buffer.stamp(of: bytes.clamped(to: 0..<buffer.bytes))
        if isInside, key == newKey, self.context === context, stamp == currentStamp, rowRange.contains(needRows), columnRange.contains(needColumns) { return decoder }

        channels = pass.inputChannels * pass.groups
        rowRange = isInside ? needRows.union(tileRows).widened(by: 1) : needRows
        columnRange = isInside ? needColumns.union(tileColumns).widened(by: 1) : needColumns
        let count = rowRange.count * columnRange.count * channels + 64
        if memory.count < count { memory = AlignedMemory(count: count) }
        for slack in count - 64..<count { memory.base[slack] = 0 }
        key = isInside ? newKey : nil
        self.context = context
        stamp = currentStamp
        let fillRows = isInside ? tileRows.clamped(to: 0..<pass.inputHeight) : validRows
        let fillColumns = isInside ? tileColumns.clamped(to: 0..<pass.inputWidth) : validColumns
        let source = fillRows.isEmpty || fillColumns.isEmpty ? nil : buffer.pointer(reading: pass.tileByteRange(rows: fillRows, columns: fillColumns))
        let sourceStart = fillRows.isEmpty || fillColumns.isEmpty ? 0 : pass.tileByteRange(rows: fillRows, columns: fillColumns).lowerBound
        let tile = self
        inParallel(over: rowRange.count, threads: threads) { _, rows in
            for row in rows {
                let y = tile.rowRange.lowerBound + row
                let values = tile.memory.base + row * tile.rowPitch
                guard fillRows.contains(y), let source, !fillColumns.isEmpty else {
                    values.update(repeating: 0, count: tile.rowPitch)
                    continue
                }
                let before = (fillColumns.lowerBound - tile.columnRange.lowerBound) * tile.channels
                let after = (tile.columnRange.upperBound - fillColumns.upperBound) * tile.channels
                values.update(repeating: 0, count: before)
                (values + tile.rowPitch - after).update(repeating: 0, count: after)
                let codes = source + (pass.pixelAddress(y: y, x: fillColumns.lowerBound) - sourceStart)
                tile.decode(codes, pass, decoder, pixels: fillColumns.count, to: values + before)
            }
        }
        return decoder
    }

    /// One row of pixels; groups that do not lie side by side are decoded one by one.
    private func decode(_ codes: UnsafePointer<UInt8>, _ pass: Accumulation, _ decoder: OperandDecoder, pixels: Int, to values: UnsafeMutablePointer<Int16>) {
        if pass.groups == 1 || pass.inputGroupPitchBytes == pass.inputChannels {
            decoder.decode(codes, pitch: pass.inputPixelPitchBytes, pixels: pixels, count: channels, to: values)
            return
        }
        for pixel in 0..<pixels {
            for group in 0..<pass.groups {
                decoder.decode(
                    codes + pixel * pass.inputPixelPitchBytes + group * pass.inputGroupPitchBytes, pitch: 0, pixels: 1, first: group * pass.inputChannels,
                    count: pass.inputChannels, to: values + pixel * channels + group * pass.inputChannels)
            }
        }
    }
}

extension Range<Int> {
    func contains(_ other: Range<Int>) -> Bool { lowerBound <= other.lowerBound && other.upperBound <= upperBound }
    func union(_ other: Range<Int>) -> Range<Int> {
        if isEmpty { return other }
        return other.isEmpty ? self : Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
    }
    func widened(by margin: Int) -> Range<Int> { lowerBound - margin..<upperBound + margin }
}

/// Runs `body(slice, range)` over contiguous slices of `0 ..< count`, at most one a thread. Bytes do not depend on how many there are.
func inParallel(over count: Int, threads: Int, _ body: (Int, Range<Int>) -> Void) {
    let slices = Swift.min(threads, count)
    guard slices > 1 else {
        if count > 0 { body(0, 0..<count) }
        return
    }
    // The slices write apart from each other, and concurrentPerform returns when all are done.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: slices) { slice in body(slice, count * slice / slices..<count * (slice + 1) / slices) }
}
