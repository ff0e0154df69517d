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

    /// Address of channel 0 of group 0 of a pixel of the whole tensor.
    func pixelAddress(y: Int, x: Int) -> Int {
        inputAddress + ((y - originY) * tileColumns + (x - originX)) * inputPixelPitchBytes
    }

    /// The bytes that a rectangle of pixels reaches.
    func tileByteRange(rows: Range<Int>, columns: Range<Int>) -> Range<Int> {
        guard !rows.isEmpty, !columns.isEmpty else { return inputAddress..<inputAddress }
        let first = pixelAddress(y: rows.lowerBound, x: columns.lowerBound)
        let last = pixelAddress(y: rows.upperBound - 1, x: columns.upperBound - 1)
        return first..<max(last + (groups - 1) * inputGroupPitchBytes + inputChannels, first)
    }

    /// Address of channel 0 of group 0 of a result.
    func outputAddress(_ i: Int, _ j: Int) -> Int {
        outputAddress + ((i * outputStrideY + outputOffsetY) * outputTileColumns + j * outputStrideX + outputOffsetX)
            * outputPixelPitchBytes
    }

    /// The bytes that the results reach; of blocks of phases, those of the output tile.
    var outputByteRange: Range<Int> {
        guard rows > 0, columns > 0, lanes > 0 else { return 0..<0 }
        if joinsPhases {
            let lastRow = (rows - 1) * outputStrideY + outputOffsetY + lastPhaseRows - 1
            let lastColumn = (columns - 1) * outputStrideX + outputOffsetX + lastPhaseColumns - 1
            return outputAddress..<outputAddress + (lastRow * outputTileColumns + lastColumn) * outputPixelPitchBytes
                + lanes / lanesOfChannel * outputBytesPerElement
        }
        return outputAddress(0, 0)..<outputAddress(rows - 1, columns - 1) + (groups - 1) * outputGroupPitchBytes
            + outputChannels * outputBytesPerElement
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
