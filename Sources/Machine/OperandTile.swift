internal import Commands

/// The decoded operands of an input tile: int16, with the zeros of the padding around them, so that the MAC kernel
/// reads without asking.
///
///     values   [rows][columns][group][channel], row 0 = row `rowRange.lowerBound` of the whole tensor
///                                               (which may be negative: padding)
///
/// It is kept while the codes, the decoder and the place stay the same: several commands (ranges of output channels,
/// phases) read one tile.
struct OperandTile {
    private var memory = AlignedMemory<Int16>(count: 0)
    private var key: Key?
    private var decoder: OperandDecoder?
    private var stamp: UInt64 = 0
    private(set) var rowRange = 0..<0
    private(set) var columnRange = 0..<0
    private(set) var channels = 0

    /// What the values depend on, beside the decoder and the bytes.
    private struct Key: Equatable {
        var inputAddress: Int
        var originY: Int
        var originX: Int
        var tileRows: Int
        var tileColumns: Int
        var pixelPitch: Int
        var groupPitch: Int
        var height: Int
        var width: Int
        var ringRows: Int
        var ringRow: Int
        var firstColumn: Int
        var windowStart: Int
        var windowStep: Int
        var windowLimit: Int

        init(_ pass: Accumulation) {
            (inputAddress, originY, originX, tileRows, tileColumns) = (
                pass.inputAddress, pass.originY, pass.originX, pass.tileRows, pass.tileColumns
            )
            (pixelPitch, groupPitch, height, width) = (
                pass.inputPixelPitchBytes, pass.inputGroupPitchBytes, pass.inputHeight, pass.inputWidth
            )
            (ringRows, ringRow) = (pass.inputRingRows, pass.inputRingRow)
            // Where windows begin is counted from the command's first column.
            firstColumn = pass.hasWindows ? pass.firstColumn : 0
            (windowStart, windowStep, windowLimit) = (pass.windowStart, pass.windowStep, pass.windowLimit)
        }
    }

    private var rowPitch: Int { columnRange.count * channels }

    /// The values, for reading while the tile stays as it is.
    var view: View {
        View(
            channels: channels, rowPitch: rowPitch,
            origin: UnsafePointer(memory.base) - (rowRange.lowerBound * columnRange.count + columnRange.lowerBound)
                * channels)
    }

    struct View: BitwiseCopyable {
        let channels: Int
        /// Int16 elements from one row to the next.
        let rowPitch: Int
        /// Row 0, column 0 of the whole tensor, whether they are in the tile or not.
        fileprivate let origin: UnsafePointer<Int16>

        /// The value of flat channel 0 at row y, column x of the whole tensor.
        func pointer(y: Int, x: Int) -> UnsafePointer<Int16> { origin + y * rowPitch + x * channels }
    }

    /// The bytes that decoding for a pass may read.
    static func byteRange(_ pass: Accumulation) -> Range<Int> {
        guard pass.taps > 0, pass.inputChannels > 0 else { return 0..<0 }
        let extent = Extent(pass)
        return pass.tileByteRange(
            rows: extent.isInside ? extent.tileRows : extent.validRows.union(extent.tileRows),
            columns: extent.isInside ? extent.tileColumns : extent.validColumns.union(extent.tileColumns))
    }

    /// Which rows and columns of the whole tensor a pass needs, which of them are no padding, and which its tile holds.
    private struct Extent {
        let neededRows: Range<Int>
        let neededColumns: Range<Int>
        let validRows: Range<Int>
        let validColumns: Range<Int>
        let tileRows: Range<Int>
        let tileColumns: Range<Int>
        /// Whether the tile holds all that is read. If not, the schedule forgot a halo.
        let isInside: Bool

        init(_ pass: Accumulation) {
            neededRows = pass.neededRows
            neededColumns = pass.neededColumns
            validRows = neededRows.clamped(to: 0..<pass.inputHeight)
            validColumns = neededColumns.clamped(to: 0..<pass.inputWidth)
            tileRows = pass.originY..<pass.originY + pass.tileRows
            tileColumns = pass.originX..<pass.originX + pass.tileColumns
            isInside =
                (validRows.isEmpty || validColumns.isEmpty)
                || (tileRows.contains(validRows) && tileColumns.contains(validColumns))
        }
    }

    /// Whether the tile holds already what the pass reads.
    func holds(_ pass: Accumulation, _ decoder: OperandDecoder, _ buffer: borrowing OnChipBuffer) -> Bool {
        guard self.decoder === decoder, key == Key(pass) else { return false }
        let extent = Extent(pass)
        return extent.isInside && rowRange.contains(extent.neededRows) && columnRange.contains(extent.neededColumns)
            && stamp == buffer.stamp(of: OperandTile.byteRange(pass).clamped(to: 0..<buffer.bytes))
    }

    /// Makes room for what the pass reads; `OperandDecoding` then fills it.
    mutating func replace(
        _ pass: Accumulation, _ decoder: OperandDecoder, _ buffer: borrowing OnChipBuffer
    ) -> OperandDecoding {
        let extent = Extent(pass)
        channels = pass.inputChannels * pass.groups
        rowRange = extent.isInside ? extent.neededRows.union(extent.tileRows).widened(by: 1) : extent.neededRows
        columnRange =
            extent.isInside ? extent.neededColumns.union(extent.tileColumns).widened(by: 1) : extent.neededColumns
        let count = rowRange.count * columnRange.count * channels + 64
        if memory.count < count { memory = AlignedMemory(count: count) }
        for slack in count - 64..<count { memory.base[slack] = 0 }
        key = extent.isInside ? Key(pass) : nil
        self.decoder = decoder
        stamp = buffer.stamp(of: OperandTile.byteRange(pass).clamped(to: 0..<buffer.bytes))
        let fillRows = extent.isInside ? extent.tileRows.clamped(to: 0..<pass.inputHeight) : extent.validRows
        let fillColumns = extent.isInside ? extent.tileColumns.clamped(to: 0..<pass.inputWidth) : extent.validColumns
        let bytes = pass.tileByteRange(rows: fillRows, columns: fillColumns)
        return OperandDecoding(
            pass: pass, decoder: decoder.view, values: memory.base, rowRange: rowRange, columnRange: columnRange,
            channels: channels, fillRows: fillRows,
            fillColumns: fillColumns,
            source: fillRows.isEmpty || fillColumns.isEmpty ? nil : buffer.pointer(reading: bytes) - bytes.lowerBound)
    }
}

/// Fills an operand tile row by row; rows are independent of each other.
struct OperandDecoding {
    let pass: Accumulation
    let decoder: OperandDecoder.View
    let values: UnsafeMutablePointer<Int16>
    let rowRange: Range<Int>
    let columnRange: Range<Int>
    let channels: Int
    /// Rows and columns that are decoded; around them is padding.
    let fillRows: Range<Int>
    let fillColumns: Range<Int>
    /// Address 0 of the activation buffer; nil where nothing is decoded.
    let source: UnsafePointer<UInt8>?

    var rows: Int { rowRange.count }

    func decode(row: Int) {
        let y = rowRange.lowerBound + row
        let pitch = columnRange.count * channels
        let values = values + row * pitch
        guard let source, fillRows.contains(y) else {
            values.update(repeating: 0, count: pitch)
            return
        }
        let before = (fillColumns.lowerBound - columnRange.lowerBound) * channels
        let after = (columnRange.upperBound - fillColumns.upperBound) * channels
        values.update(repeating: 0, count: before)
        (values + pitch - after).update(repeating: 0, count: after)
        decode(
            source + pass.pixelAddress(y: y, x: fillColumns.lowerBound), pixels: fillColumns.count, to: values + before)
        if pass.hasWindows { clearOutside(values + before) }
    }

    /// Puts 0 where a window's codes lie outside the picture's row.
    private func clearOutside(_ values: UnsafeMutablePointer<Int16>) {
        for column in fillColumns {
            let window = values + (column - fillColumns.lowerBound) * channels
            let first = pass.windowStart + (column - pass.inputColumn(0, tap: 0)) * pass.windowStep
            let low = min(max(-first, 0), channels)
            let high = min(max(pass.windowLimit - first, low), channels)
            window.update(repeating: 0, count: low)
            (window + high).update(repeating: 0, count: channels - high)
        }
    }

    /// Pixels side by side; groups that do not lie side by side are decoded one by one.
    private func decode(_ codes: UnsafePointer<UInt8>, pixels: Int, to values: UnsafeMutablePointer<Int16>) {
        if pass.groups == 1 || pass.inputGroupPitchBytes == pass.inputChannels {
            decoder.decode(codes, pitch: pass.inputPixelPitchBytes, pixels: pixels, count: channels, to: values)
            return
        }
        for pixel in 0..<pixels {
            for group in 0..<pass.groups {
                decoder.decode(
                    codes + pixel * pass.inputPixelPitchBytes + group * pass.inputGroupPitchBytes, pitch: 0, pixels: 1,
                    first: group * pass.inputChannels,
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
