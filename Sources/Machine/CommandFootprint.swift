internal import Commands

/// What a command reads and writes: ranges of bytes (of sums, in the accumulator buffer) that hold every byte it
/// touches and may hold more.
///
/// Two commands of which neither writes what the other touches may run in any order, or at once.
struct CommandFootprint {
    enum Memory {
        case external, weightBuffer, activationBuffer, parameterMemory, accumulatorBuffer
    }

    struct Access {
        var memory = Memory.external
        var range = 0..<0

        func overlaps(_ other: Access) -> Bool { memory == other.memory && range.overlaps(other.range) }
    }

    /// At most: weights, operands, parameters, values, partial sums.
    private var reads = InlineArray<5, Access>(repeating: Access())
    private var readCount = 0
    /// No command writes to two memories.
    private var write = Access()
    /// Which bytes of the written range are results, where that is known.
    private var lattice: ResultLattice?

    init(_ operation: Command.Operation) {
        switch operation {
        case .load(let transfer):
            read(.external, transfer.externalRange)
            write(transfer.buffer.memory, transfer.bufferRange)
        case .store(let transfer):
            read(transfer.buffer.memory, transfer.bufferRange)
            write(.external, transfer.externalRange)
        case .accumulate(let pass): add(pass)
        case .elementwise(let work):
            read(.activationBuffer, work.inputByteRange)
            if work.hasSecond { read(.activationBuffer, work.secondByteRange) }
            write(.activationBuffer, work.outputByteRange)
            readParameters()
        }
    }

    private mutating func add(_ pass: Accumulation) {
        read(.weightBuffer, pass.weightByteRange)
        read(.activationBuffer, OperandTile.byteRange(pass))
        readParameters()
        if pass.drain == .normalization { read(.activationBuffer, pass.valueByteRange) }
        if !pass.first { read(.accumulatorBuffer, pass.accumulatorRange) }
        if pass.last {
            write(.activationBuffer, pass.outputByteRange)
            lattice = ResultLattice(pass)
        } else {
            write(.accumulatorBuffer, pass.accumulatorRange)
        }
    }

    /// Where a layer's blocks end is in the blocks themselves: the whole memory.
    private mutating func readParameters() { read(.parameterMemory, 0..<Int.max) }

    private mutating func read(_ memory: Memory, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        reads[readCount] = Access(memory: memory, range: range)
        readCount += 1
    }

    private mutating func write(_ memory: Memory, _ range: Range<Int>) { write = Access(memory: memory, range: range) }

    /// Whether one of the two may write what the other touches.
    func meets(_ other: CommandFootprint) -> Bool {
        if write.overlaps(other.write) {
            guard let lattice, let otherLattice = other.lattice, lattice.isApart(from: otherLattice) else {
                return true
            }
        }
        return reads(what: other.write) || other.reads(what: write)
    }

    private func reads(what write: Access) -> Bool {
        for index in 0..<readCount where reads[index].overlaps(write) { return true }
        return false
    }
}

/// The places of a pass's results: one phase of a transposed convolution fills every `strideX`-th pixel of every
/// `strideY`-th row.
struct ResultLattice: Equatable {
    private var address: Int
    private var tileColumns: Int
    private var pixelPitchBytes: Int
    private var strideY: Int
    private var strideX: Int
    private var offsetY: Int
    private var offsetX: Int
    private var ringRows: Int
    private var ringRow: Int

    /// Nil where results may reach beyond their pixel or row, or rows of phases side by side beyond their ring.
    init?(_ pass: Accumulation) {
        guard
            pass.groups * pass.outputChannels > 0, (0..<pass.outputStrideY).contains(pass.outputOffsetY),
            (0..<pass.outputStrideX).contains(pass.outputOffsetX),
            (pass.columns - 1) * pass.outputStrideX + pass.outputOffsetX < pass.outputTileColumns,
            pass.outputGroupPitchBytes >= 0,
            (pass.groups - 1) * pass.outputGroupPitchBytes + pass.outputChannels * pass.outputBytesPerElement
                <= pass.outputPixelPitchBytes,
            pass.outputRingRows == 0 || pass.rows * pass.outputStrideY <= pass.outputRingRows
        else { return nil }
        (address, tileColumns, pixelPitchBytes) = (
            pass.outputAddress, pass.outputTileColumns, pass.outputPixelPitchBytes
        )
        (strideY, strideX, offsetY, offsetX) = (
            pass.outputStrideY, pass.outputStrideX, pass.outputOffsetY, pass.outputOffsetX
        )
        (ringRows, ringRow) = (pass.outputRingRows, pass.outputRingRow)
    }

    /// Whether the two are phases of one tile, and different ones.
    func isApart(from other: ResultLattice) -> Bool {
        guard offsetY != other.offsetY || offsetX != other.offsetX else { return false }
        var same = other
        (same.offsetY, same.offsetX) = (offsetY, offsetX)
        return self == same
    }
}

extension BufferName {
    fileprivate var memory: CommandFootprint.Memory {
        switch self {
        case .weightBuffer: .weightBuffer
        case .activationBuffer: .activationBuffer
        case .parameterMemory: .parameterMemory
        }
    }
}

extension Transfer {
    /// The external bytes between the first row and the last.
    fileprivate var externalRange: Range<Int> {
        guard bytes > 0 else { return 0..<0 }
        let (plane, row) = ((planes - 1) * planePitchBytes, (rows - 1) * rowPitchBytes)
        let first = externalAddress + min(plane, 0) + min(row, 0)
        return first..<externalAddress + max(plane, 0) + max(row, 0) + rowBytes
    }
}

extension Accumulation {
    fileprivate var accumulatorRange: Range<Int> { accumulatorAddress..<accumulatorAddress + rows * columns * lanes }

    /// What the normalization unit reads of the input tile: the channels of the results.
    fileprivate var valueByteRange: Range<Int> {
        guard rows > 0, columns > 0, lanes > 0 else { return 0..<0 }
        let skipped = firstOutputChannel - firstInputChannel
        let (y, x) = (inputRow(0, tap: 0), inputColumn(0, tap: 0))
        let (lastY, lastX) = (inputRow(rows - 1, tap: 0), inputColumn(columns - 1, tap: 0))
        let pixels = tileByteRange(rows: min(y, lastY)..<max(y, lastY) + 1, columns: min(x, lastX)..<max(x, lastX) + 1)
        return pixels.lowerBound + skipped..<pixels.upperBound - inputChannels + skipped + outputChannels
    }
}

extension Elementwise {
    fileprivate var inputByteRange: Range<Int> {
        byteRange(
            inputAddress, inputRing, rows: function.movesElements ? window.tileRows : rows,
            columns: function.movesElements ? window.tileColumns : columns, pitch: inputPixelPitchBytes,
            bytesPerElement: inputBytesPerElement)
    }

    fileprivate var secondByteRange: Range<Int> {
        byteRange(
            secondAddress, secondRing, rows: rows, columns: columns, pitch: secondPixelPitchBytes,
            bytesPerElement: secondBytesPerElement)
    }

    private func byteRange(
        _ address: Int, _ ring: RowRing, rows: Int, columns: Int, pitch: Int, bytesPerElement: Int
    ) -> Range<Int> {
        guard rows > 0, columns > 0, channels > 0 else { return 0..<0 }
        let places = ring.places(0..<rows)
        return address + places.lowerBound * columns * pitch..<address
            + (places.upperBound * columns - 1) * pitch + channels * bytesPerElement
    }
}
