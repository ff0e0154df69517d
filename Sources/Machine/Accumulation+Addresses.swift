internal import Commands

/// The address arithmetic of `Accumulation`'s comment.
extension Accumulation {
    var inputChannelSet: LayerContext.Channels {
        LayerContext.Channels(
            first: firstInputChannel, channels: inputChannels, groups: groups, groupPitch: layerGroupInputChannels)
    }

    var outputChannelSet: LayerContext.Channels {
        LayerContext.Channels(
            first: firstOutputChannel, channels: outputChannels, groups: groups, groupPitch: layerGroupOutputChannels)
    }

    /// Flat output channels: (g, k).
    var lanes: Int { groups * outputChannels }

    func inputRow(_ i: Int, tap r: Int) -> Int { (firstRow + i) * inputStrideY + r * tapStepY + inputOffsetY }
    func inputColumn(_ j: Int, tap s: Int) -> Int { (firstColumn + j) * inputStrideX + s * tapStepX + inputOffsetX }

    /// Input rows that some tap of some position reads, padding included; empty without taps.
    var neededRows: Range<Int> { Accumulation.hull(rows, tapRows * min(tapColumns, 1), inputRow) }
    var neededColumns: Range<Int> { Accumulation.hull(columns, tapColumns * min(tapRows, 1), inputColumn) }

    private static func hull(_ positions: Int, _ taps: Int, _ coordinate: (Int, Int) -> Int) -> Range<Int> {
        guard positions > 0, taps > 0 else { return 0..<0 }
        let corners = [
            coordinate(0, 0), coordinate(0, taps - 1), coordinate(positions - 1, 0),
            coordinate(positions - 1, taps - 1),
        ]
        return corners.min()!..<corners.max()! + 1
    }

    var inputRing: RowRing { RowRing(rows: inputRingRows, first: inputRingRow) }
    var outputRing: RowRing { RowRing(rows: outputRingRows, first: outputRingRow) }

    /// Address of channel 0 of group 0 of a pixel of the whole tensor.
    func pixelAddress(y: Int, x: Int) -> Int { inputAddress(row: inputRing.place(y - originY), x: x) }

    /// The same by the buffer's row.
    private func inputAddress(row: Int, x: Int) -> Int {
        inputAddress + (row * tileColumns + (x - originX)) * inputPixelPitchBytes
    }

    /// The bytes that a rectangle of pixels reaches; of one that begins again in its ring, those of all its rows.
    func tileByteRange(rows: Range<Int>, columns: Range<Int>) -> Range<Int> {
        guard !rows.isEmpty, !columns.isEmpty else { return inputAddress..<inputAddress }
        let places = inputRing.places(rows.lowerBound - originY..<rows.upperBound - originY)
        let first = inputAddress(row: places.lowerBound, x: columns.lowerBound)
        let last = inputAddress(row: places.upperBound - 1, x: columns.upperBound - 1)
        return first..<max(last + (groups - 1) * inputGroupPitchBytes + inputChannels, first)
    }

    /// Address of channel 0 of group 0 of a result.
    func outputAddress(_ i: Int, _ j: Int) -> Int {
        outputAddress(row: outputRing.place(i * outputStrideY + outputOffsetY), j)
    }

    /// The same by the buffer's row.
    private func outputAddress(row: Int, _ j: Int) -> Int {
        outputAddress + (row * outputTileColumns + j * outputStrideX + outputOffsetX) * outputPixelPitchBytes
    }

    /// The bytes that the results reach: of blocks of phases, those of the output tile; of results that begin again in
    /// their ring, those of all its rows.
    var outputByteRange: Range<Int> {
        guard rows > 0, columns > 0, lanes > 0 else { return 0..<0 }
        if joinsPhases {
            let lastRow = (rows - 1) * outputStrideY + outputOffsetY + lastPhaseRows - 1
            let lastColumn = (columns - 1) * outputStrideX + outputOffsetX + lastPhaseColumns - 1
            return outputAddress..<outputAddress + (lastRow * outputTileColumns + lastColumn) * outputPixelPitchBytes
                + lanes / lanesOfChannel * outputBytesPerElement
        }
        let places = outputRing.places(outputOffsetY..<(rows - 1) * outputStrideY + outputOffsetY + 1)
        return outputAddress(row: places.lowerBound, 0)..<outputAddress(row: places.upperBound - 1, columns - 1)
            + (groups - 1) * outputGroupPitchBytes + outputChannels * outputBytesPerElement
    }

    var weightByteRange: Range<Int> {
        let count = groups * outputChannels * taps
        guard count > 0 else { return weightAddress..<weightAddress }
        return weightAddress..<weightAddress + (count - 1) * weightTapPitchBytes + inputChannels
    }

    /// Columns of positions whose tap column s lies inside the tensor.
    func validColumns(tap s: Int) -> Int {
        if columns > 0, inputColumn(0, tap: s) >= 0, inputColumn(columns - 1, tap: s) < inputWidth { return columns }
        return (0..<columns).count { (0..<inputWidth).contains(inputColumn($0, tap: s)) }
    }

    /// Tap rows of positions of row i that lie inside the tensor.
    func validTapRows(row i: Int) -> Int { (0..<tapRows).count { (0..<inputHeight).contains(inputRow(i, tap: $0)) } }
}
