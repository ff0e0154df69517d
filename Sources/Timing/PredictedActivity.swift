public import Commands
import FixedPoint
public import MachineDescription

/// What `command` does to the units of `machine`, in closed form. The machine counts the same while it runs.
public func predictedActivity(of command: Command, on machine: MachineDescription) -> UnitActivity {
    switch command.operation {
    case .load(let transfer): return UnitActivity(loading: transfer)
    case .store(let transfer): return UnitActivity(storing: transfer)
    case .accumulate(let pass): return UnitActivity(pass, on: machine.macArray)
    case .elementwise(let work): return UnitActivity(work)
    }
}

extension UnitActivity {
    init(loading transfer: Transfer) {
        self.init()
        externalReadBytes = transfer.bytes
        externalWeightBytes = transfer.buffer == .weightBuffer ? transfer.bytes : 0
        externalParameterBytes = transfer.buffer == .parameterMemory ? transfer.bytes : 0
        bufferWriteBytes = transfer.windows.map { transfer.rows * $0.writtenBytes(ofRow: transfer) } ?? transfer.bytes
    }

    init(storing transfer: Transfer) {
        self.init()
        bufferReadBytes = transfer.bytes
        externalWriteBytes = transfer.bytes
    }

    init(_ pass: Accumulation, on array: MACArrayDescription) {
        self.init()
        let results = pass.rows * pass.columns * pass.groups * pass.outputChannels
        groups = pass.groupCount(on: array)
        steps = groups * pass.stepsPerGroup(on: array)
        bufferReadBytes =
            steps * array.inputChannelLanes * array.outputChannelLanes + activationWords(pass, on: array)
            * array.inputChannelLanes
        if pass.last {
            // The normalization unit reads v of each result's own channel.
            if pass.drain == .normalization { bufferReadBytes += results }
            bufferWriteBytes = (pass.joinsPhases ? pass.placedResults : results) * pass.outputBytesPerElement
        } else {
            partialSumWrites = results
        }
        if !pass.first { partialSumReads = results }
    }

    init(_ work: Elementwise) {
        self.init()
        let elements = work.rows * work.columns * work.channels
        let window = work.window
        let read =
            validPairs(
                positions: work.rows, first: 0, stride: window.strideY, taps: window.rows, tapStep: 1,
                offset: -window.offsetY, extent: window.tileRows)
            * validPairs(
                positions: work.columns, first: 0, stride: window.strideX, taps: window.columns, tapStep: 1,
                offset: -window.offsetX, extent: window.tileColumns) * work.channels
        bufferReadBytes =
            (work.function.movesElements ? read : elements) * work.inputBytesPerElement
            + (work.hasSecond ? elements * work.secondBytesPerElement : 0)
        let copies = work.function == .replicate ? work.shuffleFactor * work.shuffleFactor : 1
        bufferWriteBytes = elements * copies * work.outputBytesPerElement
    }
}

extension Accumulation {
    /// Results of blocks of phases that lie in the output tile.
    fileprivate var placedResults: Int {
        let tileRows = (rows - 1) * outputStrideY + outputOffsetY + lastPhaseRows
        let tileColumns = (columns - 1) * outputStrideX + outputOffsetX + lastPhaseColumns
        return tileRows * tileColumns * groups * outputChannels / lanesOfChannel
    }
}

extension TransferWindows {
    /// Bytes of one row that windows take, each as often as they do.
    fileprivate func writtenBytes(ofRow transfer: Transfer) -> Int {
        (0..<count).reduce(0) { sum, window in
            let first = window * stepBytes - leadBytes
            return sum + max(0, min(first + transfer.chunkBytes, transfer.rowBytes) - max(first, 0))
        }
    }
}

/// Words of C0 activations: one for each position inside the command and tap whose pixel lies inside the tensor, each
/// group of C0 input channels, each group of K0 output channels and each channel group.
private func activationWords(_ pass: Accumulation, on array: MACArrayDescription) -> Int {
    let validY = validPairs(
        positions: pass.rows, first: pass.firstRow, stride: pass.inputStrideY, taps: pass.tapRows,
        tapStep: pass.tapStepY, offset: pass.inputOffsetY,
        extent: pass.inputHeight)
    let validX = validPairs(
        positions: pass.columns, first: pass.firstColumn, stride: pass.inputStrideX, taps: pass.tapColumns,
        tapStep: pass.tapStepX, offset: pass.inputOffsetX,
        extent: pass.inputWidth)
    let channelGroups =
        ceilDivide(pass.inputChannels, by: array.inputChannelLanes)
        * ceilDivide(pass.outputChannels, by: array.outputChannelLanes)
    return validY * validX * channelGroups * pass.groups
}

/// Pairs (i, r), 0 <= i < positions, 0 <= r < taps, with 0 <= (first + i) stride + r tapStep + offset < extent.
private func validPairs(
    positions: Int, first: Int, stride: Int, taps: Int, tapStep: Int, offset: Int, extent: Int
) -> Int {
    precondition(stride > 0, "input stride \(stride) > 0")
    var pairs = 0
    for tap in 0..<taps {
        let origin = first * stride + tap * tapStep + offset
        // i >= ceil(-origin / stride) and i <= floor((extent - 1 - origin) / stride).
        let lowest = origin >= 0 ? 0 : ceilDivide(-origin, by: stride)
        let room = extent - 1 - origin
        let highest = room < 0 ? -1 : min(positions - 1, room / stride)
        pairs += max(0, highest - lowest + 1)
    }
    return pairs
}
