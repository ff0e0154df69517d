import FixedPoint

/// The binary form of commands: what a sequencer fetches. Every command of an engine is a fixed number of little-endian
/// 32-bit words.
///
/// Word 0 of each is `waits`, word 1 `signals` (one bit a semaphore). The other words hold one field each, signed, in
/// the order of the enumerations below, whose raw values are the words' indices; `MachineConstants` gives hardware the
/// same names, `CommandFieldNames` the testbench.
public enum CommandWords {
    /// Words of a load or store.
    public static let transferWords = 16
    /// Words of a command of the compute engine.
    public static let computeWords = 64

    /// Words of a load or store. Rows that touch are joined, as the channel moves them, unless they are laid as
    /// windows.
    public enum TransferField: Int, CaseIterable, Sendable {
        case waits, signals
        case externalAddress, planes, planePitchBytes, rows, rowPitchBytes, rowBytes
        /// 0 weight buffer, 1 activation buffer, 2 parameter memory.
        case buffer
        case bufferAddress, chunkBytes, chunkPitchBytes
        /// 0 where the chunks are no windows.
        case windows
        case windowStepBytes, windowLeadBytes
    }

    /// Words of a command of the compute engine.
    public enum ComputeField: Int, CaseIterable, Sendable {
        case waits, signals
        /// 0 accumulate, 1 element-wise.
        case kind
        // Both kinds
        case inputAddress, inputPixelPitchBytes, outputAddress, outputPixelPitchBytes, outputBytesPerElement, rows,
            columns
        case decodeTable, secondDecodeTable, weightTable, encodeTable, channelBlock
        // Accumulate
        case originY, originX, tileColumns, inputGroupPitchBytes, inputHeight, inputWidth
        case groups, inputChannels, firstInputChannel
        /// Checked by the RTL, not used: `inputChannels` where there are several groups.
        case layerGroupInputChannels
        case outputChannels, firstOutputChannel
        /// Checked by the RTL, not used: `outputChannels` where there are several groups.
        case layerGroupOutputChannels
        case firstRow, firstColumn, inputStrideY, inputStrideX, inputOffsetY, inputOffsetX
        case tapRows, tapColumns, tapStepY, tapStepX
        case weightAddress, weightTapPitchBytes
        case outputTileColumns, outputGroupPitchBytes, outputStrideY, outputStrideX, outputOffsetY, outputOffsetX
        /// 0 value, 1 square, 2 magnitude.
        case operand
        /// Bit 0 first, bit 1 last, bit 2 drains through the normalization unit.
        case passFlags
        case accumulatorAddress
        /// V.
        case activationBits
        /// 0 where the output lanes hold channels alone.
        case lastPhaseRows, lastPhaseColumns
        /// `windowStep` is 0 where the input tile's pixels are no windows.
        case windowStart, windowStep, windowLimit
        /// 0 where rows lie in no ring.
        case inputRingRows, inputRingRow, outputRingRows, outputRingRow
    }

    /// Words of element-wise work, in the place of those of accumulate.
    public enum ElementwiseField: Int, CaseIterable, Sendable {
        /// 0 copy, 1 requantize, 2 add, 3 quantizeLatent, 4 reconstructLatent, 5 multiply, 6 twoStageAdd,
        /// 7 twoStageSubtract, 8 maximum, 9 replicate.
        case function = 15
        case channels
        /// Checked by the RTL, not used: 0 unless the work is a copy.
        case firstChannel
        case inputBytesPerElement, secondAddress, secondPixelPitchBytes, secondBytesPerElement,
            hasSecond, fractionBits
        case shuffleFactor
        /// ceil(2^32 / f^2) modulo 2^32 and ceil(2^32 / f): divisions by multiplication. 0 for f = 1.
        case shuffleAreaReciprocal, shuffleReciprocal
        case windowRows, windowColumns, windowStrideY, windowStrideX, windowOffsetY, windowOffsetX
        case tileRows, elementTileColumns
        case fill
        /// 0 where rows lie in no ring.
        case inputRingRows, inputRingRow, secondRingRows, secondRingRow
        /// secondRingRow columns: where the second operand's pixels are counted from.
        case secondRingPixel
        case outputRingRows, outputRingRow
    }

    /// - Parameter activationBits: V of the network.
    public static func words(of command: Command, activationBits: Int) -> [UInt32] {
        switch command.operation {
        case .load(let transfer), .store(let transfer): words(of: transfer, command)
        case .accumulate(let pass): words(of: pass, command, activationBits: activationBits)
        case .elementwise(let work): words(of: work, command, activationBits: activationBits)
        }
    }

    private static func words(of transfer: Transfer, _ command: Command) -> [UInt32] {
        var (planes, rows, rowBytes) = (transfer.planes, transfer.rows, transfer.rowBytes)
        if transfer.windows == nil, rows == 1 || transfer.rowPitchBytes == rowBytes {
            (rowBytes, rows) = (rowBytes * rows, 1)
            if planes == 1 || transfer.planePitchBytes == rowBytes { (rowBytes, planes) = (rowBytes * planes, 1) }
        }
        var words = [UInt32](repeating: 0, count: transferWords)
        func set(_ field: TransferField, _ value: Int) { words[field.rawValue] = word(value) }
        set(.waits, Int(command.waits.rawValue))
        set(.signals, Int(command.signals.rawValue))
        set(.externalAddress, transfer.externalAddress)
        set(.planes, planes)
        set(.planePitchBytes, transfer.planePitchBytes)
        set(.rows, rows)
        set(.rowPitchBytes, transfer.rowPitchBytes)
        set(.rowBytes, rowBytes)
        set(.buffer, BufferName.allCases.firstIndex(of: transfer.buffer)!)
        set(.bufferAddress, transfer.bufferAddress)
        set(.chunkBytes, transfer.chunkBytes)
        set(.chunkPitchBytes, transfer.chunkPitchBytes)
        set(.windows, transfer.windows?.count ?? 0)
        set(.windowStepBytes, transfer.windows?.stepBytes ?? 0)
        set(.windowLeadBytes, transfer.windows?.leadBytes ?? 0)
        return words
    }

    private static func words(of pass: Accumulation, _ command: Command, activationBits: Int) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: computeWords)
        func set(_ field: ComputeField, _ value: Int) { words[field.rawValue] = word(value) }
        set(.waits, Int(command.waits.rawValue))
        set(.signals, Int(command.signals.rawValue))
        set(.inputAddress, pass.inputAddress)
        set(.inputPixelPitchBytes, pass.inputPixelPitchBytes)
        set(.outputAddress, pass.outputAddress)
        set(.outputPixelPitchBytes, pass.outputPixelPitchBytes)
        set(.outputBytesPerElement, pass.outputBytesPerElement)
        set(.rows, pass.rows)
        set(.columns, pass.columns)
        setParameters(pass.parameters, &words)
        set(.originY, pass.originY)
        set(.originX, pass.originX)
        set(.tileColumns, pass.tileColumns)
        set(.inputGroupPitchBytes, pass.inputGroupPitchBytes)
        set(.inputHeight, pass.inputHeight)
        set(.inputWidth, pass.inputWidth)
        set(.groups, pass.groups)
        set(.inputChannels, pass.inputChannels)
        set(.firstInputChannel, pass.firstInputChannel)
        set(.layerGroupInputChannels, pass.layerGroupInputChannels)
        set(.outputChannels, pass.outputChannels)
        set(.firstOutputChannel, pass.firstOutputChannel)
        set(.layerGroupOutputChannels, pass.layerGroupOutputChannels)
        set(.firstRow, pass.firstRow)
        set(.firstColumn, pass.firstColumn)
        set(.inputStrideY, pass.inputStrideY)
        set(.inputStrideX, pass.inputStrideX)
        set(.inputOffsetY, pass.inputOffsetY)
        set(.inputOffsetX, pass.inputOffsetX)
        set(.tapRows, pass.tapRows)
        set(.tapColumns, pass.tapColumns)
        set(.tapStepY, pass.tapStepY)
        set(.tapStepX, pass.tapStepX)
        set(.weightAddress, pass.weightAddress)
        set(.weightTapPitchBytes, pass.weightTapPitchBytes)
        set(.outputTileColumns, pass.outputTileColumns)
        set(.outputGroupPitchBytes, pass.outputGroupPitchBytes)
        set(.outputStrideY, pass.outputStrideY)
        set(.outputStrideX, pass.outputStrideX)
        set(.outputOffsetY, pass.outputOffsetY)
        set(.outputOffsetX, pass.outputOffsetX)
        set(.operand, Accumulation.Operand.allCases.firstIndex(of: pass.operand)!)
        set(.passFlags, (pass.first ? 1 : 0) | (pass.last ? 2 : 0) | (pass.drain == .normalization ? 4 : 0))
        set(.accumulatorAddress, pass.accumulatorAddress)
        set(.activationBits, activationBits)
        set(.lastPhaseRows, pass.lastPhaseRows)
        set(.lastPhaseColumns, pass.lastPhaseColumns)
        set(.windowStart, pass.windowStart)
        set(.windowStep, pass.windowStep)
        set(.windowLimit, pass.windowLimit)
        set(.inputRingRows, pass.inputRingRows)
        set(.inputRingRow, pass.inputRingRow)
        set(.outputRingRows, pass.outputRingRows)
        set(.outputRingRow, pass.outputRingRow)
        return words
    }

    private static func words(of work: Elementwise, _ command: Command, activationBits: Int) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: computeWords)
        func set(_ field: ComputeField, _ value: Int) { words[field.rawValue] = word(value) }
        func setOwn(_ field: ElementwiseField, _ value: Int) { words[field.rawValue] = word(value) }
        set(.waits, Int(command.waits.rawValue))
        set(.signals, Int(command.signals.rawValue))
        set(.kind, 1)
        set(.inputAddress, work.inputAddress)
        set(.inputPixelPitchBytes, work.inputPixelPitchBytes)
        set(.outputAddress, work.outputAddress)
        set(.outputPixelPitchBytes, work.outputPixelPitchBytes)
        set(.outputBytesPerElement, work.outputBytesPerElement)
        set(.rows, work.rows)
        set(.columns, work.columns)
        setParameters(work.parameters, &words)
        setOwn(.function, Elementwise.Function.allCases.firstIndex(of: work.function)!)
        setOwn(.channels, work.channels)
        setOwn(.firstChannel, work.firstChannel)
        setOwn(.inputBytesPerElement, work.inputBytesPerElement)
        setOwn(.secondAddress, work.secondAddress)
        setOwn(.secondPixelPitchBytes, work.secondPixelPitchBytes)
        setOwn(.secondBytesPerElement, work.secondBytesPerElement)
        setOwn(.hasSecond, work.hasSecond ? 1 : 0)
        setOwn(.fractionBits, work.fractionBits)
        setOwn(.shuffleFactor, work.shuffleFactor)
        setOwn(
            .shuffleAreaReciprocal, work.shuffleFactor == 1 ? 0 : reciprocal(work.shuffleFactor * work.shuffleFactor))
        setOwn(.shuffleReciprocal, work.shuffleFactor == 1 ? 0 : reciprocal(work.shuffleFactor))
        setOwn(.windowRows, work.window.rows)
        setOwn(.windowColumns, work.window.columns)
        setOwn(.windowStrideY, work.window.strideY)
        setOwn(.windowStrideX, work.window.strideX)
        setOwn(.windowOffsetY, work.window.offsetY)
        setOwn(.windowOffsetX, work.window.offsetX)
        setOwn(.tileRows, work.window.tileRows)
        setOwn(.elementTileColumns, work.window.tileColumns)
        setOwn(.fill, work.window.fill)
        setOwn(.inputRingRows, work.inputRingRows)
        setOwn(.inputRingRow, work.inputRingRow)
        setOwn(.secondRingRows, work.secondRingRows)
        setOwn(.secondRingRow, work.secondRingRow)
        setOwn(.secondRingPixel, work.secondRingRow * work.columns)
        setOwn(.outputRingRows, work.outputRingRows)
        setOwn(.outputRingRow, work.outputRingRow)
        set(.activationBits, activationBits)
        return words
    }

    private static func setParameters(_ addresses: ParameterAddresses, _ words: inout [UInt32]) {
        words[ComputeField.decodeTable.rawValue] = word(addresses.decodeTable)
        words[ComputeField.secondDecodeTable.rawValue] = word(addresses.secondDecodeTable)
        words[ComputeField.weightTable.rawValue] = word(addresses.weightTable)
        words[ComputeField.encodeTable.rawValue] = word(addresses.encodeTable)
        words[ComputeField.channelBlock.rawValue] = word(addresses.channelBlock)
    }

    /// ceil(2^32 / n): c reciprocal >> 32 is floor(c / n) for every c < 2^16 and n < 2^16.
    private static func reciprocal(_ n: Int) -> Int { ceilDivide(1 << 32, by: n) }

    private static func word(_ value: Int) -> UInt32 {
        precondition(value >= Int(Int32.min) && value <= Int(UInt32.max), "\(value) fits a 32-bit command word")
        return UInt32(truncatingIfNeeded: value)
    }
}
