import Commands
import MachineDescription
import Random

/// Executes commands byte by byte with toy arithmetic, as slowly and as literally as the comments of the command words
/// read.
///
/// Every byte on chip remembers whether it was ever written; reading one that was not, reaching outside a buffer or
/// starting a command without its tokens is recorded as a fault. Engines may be interleaved in any order that the
/// semaphores allow.
struct CommandInterpreter {
    enum Interleaving {
        case listed
        /// The first engine that can start, in this order of preference.
        case preferring([Engine])
        case random(seed: Int)
    }

    private(set) var external: [UInt8]
    /// Number of writes to each byte of external memory.
    private(set) var externalWrites: [UInt8]
    private(set) var faults: [String] = []
    private var weightBuffer: [Int16]
    private var activationBuffer: [Int16]
    private var parameterMemory: [Int16]
    private var accumulators: [Int?]
    private(set) var tokens: [Int]

    init(external: [UInt8], machine: MachineDescription) {
        self.external = external
        externalWrites = Array(repeating: 0, count: external.count)
        weightBuffer = Array(repeating: -1, count: machine.weightBuffer.bytes)
        activationBuffer = Array(repeating: -1, count: machine.activationBuffer.bytes)
        parameterMemory = Array(repeating: -1, count: machine.parameterMemory.bytes)
        accumulators = Array(
            repeating: nil, count: machine.accumulatorBuffer.bytes * 8 / machine.macArray.accumulatorBits)
        tokens = (0..<SemaphoreSet.count).map { SemaphoreSet.initial.indices.contains($0) ? 1 : 0 }
    }

    // MARK: - Order

    mutating func run(_ commands: [Command], _ interleaving: Interleaving = .listed) {
        if case .listed = interleaving {
            for (index, command) in commands.enumerated() {
                if !canStart(command) { faults.append("command \(index) waits for a token that nobody put before") }
                execute(command)
            }
            return
        }
        var queues: [Engine: ArraySlice<Command>] = [:]
        for engine in Engine.allCases { queues[engine] = ArraySlice(commands.filter { $0.engine == engine }) }
        var generator = SeededGenerator(seed: 0)
        if case .random(let seed) = interleaving { generator = SeededGenerator(seed: seed) }
        while true {
            var order = Engine.allCases
            switch interleaving {
            case .preferring(let preferred): order = preferred
            default: order.shuffle(using: &generator)
            }
            guard let engine = order.first(where: { engine in queues[engine]!.first.map(canStart) ?? false }) else {
                break
            }
            execute(queues[engine]!.removeFirst())
        }
        if queues.values.contains(where: { !$0.isEmpty }) { faults.append("deadlock: \(queues.mapValues(\.count))") }
    }

    private func canStart(_ command: Command) -> Bool { command.waits.indices.allSatisfy { tokens[$0] > 0 } }

    private mutating func execute(_ command: Command) {
        for index in command.waits.indices { tokens[index] -= 1 }
        switch command.operation {
        case .load(let transfer): load(transfer)
        case .store(let transfer): store(transfer)
        case .accumulate(let accumulation): accumulate(accumulation)
        case .elementwise(let elementwise): perform(elementwise)
        }
        for index in command.signals.indices { tokens[index] += 1 }
    }

    // MARK: - Transfers

    private func externalAddresses(_ transfer: Transfer) -> [Int] {
        var addresses: [Int] = []
        for plane in 0..<transfer.planes {
            for row in 0..<transfer.rows {
                let first = transfer.externalAddress + plane * transfer.planePitchBytes + row * transfer.rowPitchBytes
                addresses += first..<first + transfer.rowBytes
            }
        }
        return addresses
    }

    private func bufferAddress(_ transfer: Transfer, _ index: Int) -> Int {
        transfer.bufferAddress + index / transfer.chunkBytes * transfer.chunkPitchBytes + index % transfer.chunkBytes
    }

    /// Each row's bytes go to every window that has them.
    private mutating func load(_ transfer: Transfer, as windows: TransferWindows) {
        if transfer.buffer != .activationBuffer || transfer.planes != 1 { faults.append("windows of \(transfer)") }
        for row in 0..<transfer.rows {
            for byte in 0..<transfer.rowBytes {
                let address = transfer.externalAddress + row * transfer.rowPitchBytes + byte
                guard external.indices.contains(address) else {
                    return faults.append("load reads external byte \(address)")
                }
                for window in 0..<windows.count {
                    let place = byte + windows.leadBytes - window * windows.stepBytes
                    guard (0..<transfer.chunkBytes).contains(place) else { continue }
                    let target =
                        transfer.bufferAddress + (row * windows.count + window) * transfer.chunkPitchBytes + place
                    if !CommandInterpreter.write(&activationBuffer, target, external[address]) {
                        faults.append("load writes byte \(target) of windows")
                    }
                }
            }
        }
    }

    private mutating func load(_ transfer: Transfer) {
        if let windows = transfer.windows { return load(transfer, as: windows) }
        if transfer.bytes % transfer.chunkBytes != 0 {
            faults.append("chunks of \(transfer.chunkBytes) do not divide \(transfer.bytes) bytes")
        }
        for (index, address) in externalAddresses(transfer).enumerated() {
            guard external.indices.contains(address) else {
                return faults.append("load reads external byte \(address)")
            }
            let target = bufferAddress(transfer, index)
            let byte = external[address]
            let fits =
                switch transfer.buffer {
                case .weightBuffer: CommandInterpreter.write(&weightBuffer, target, byte)
                case .activationBuffer: CommandInterpreter.write(&activationBuffer, target, byte)
                case .parameterMemory: CommandInterpreter.write(&parameterMemory, target, byte)
                }
            if !fits { faults.append("load writes byte \(target) of \(transfer.buffer)") }
        }
    }

    private mutating func store(_ transfer: Transfer) {
        for (index, address) in externalAddresses(transfer).enumerated() {
            guard external.indices.contains(address) else {
                return faults.append("store writes external byte \(address)")
            }
            external[address] = UInt8(read(activationBuffer, bufferAddress(transfer, index)))
            externalWrites[address] += 1
        }
    }

    private static func write(_ buffer: inout [Int16], _ address: Int, _ byte: UInt8) -> Bool {
        guard buffer.indices.contains(address) else { return false }
        buffer[address] = Int16(byte)
        return true
    }

    private mutating func read(_ buffer: [Int16], _ address: Int) -> Int {
        guard buffer.indices.contains(address), buffer[address] >= 0 else {
            if faults.count < 20 { faults.append("byte \(address) is read and was never written") }
            return 0
        }
        return Int(buffer[address])
    }

    private mutating func element(_ address: Int, bytes: Int) -> Int {
        let low = read(activationBuffer, address)
        return ToyArithmetic.value(bytes == 1 ? low : low | read(activationBuffer, address + 1) << 8, bytes: bytes)
    }

    private mutating func put(_ result: Int, _ address: Int, bytes: Int) {
        let stored = ToyArithmetic.stored(result, bytes: bytes)
        var fits = CommandInterpreter.write(&activationBuffer, address, UInt8(stored & 0xFF))
        if bytes == 2 { fits = CommandInterpreter.write(&activationBuffer, address + 1, UInt8(stored >> 8)) && fits }
        if !fits { faults.append("result at byte \(address)") }
    }

    // MARK: - Compute

    /// The buffer's row of a row of a tile.
    private func place(_ row: Int, _ ringRow: Int, _ ringRows: Int) -> Int {
        ringRows > 0 && ringRow + row >= ringRows ? ringRow + row - ringRows : ringRow + row
    }

    private mutating func accumulate(_ a: Accumulation) {
        for i in 0..<a.rows {
            for j in 0..<a.columns {
                for g in 0..<a.groups {
                    for k in 0..<a.outputChannels { accumulate(a, i, j, g, k) }
                }
            }
        }
    }

    private mutating func accumulate(_ a: Accumulation, _ i: Int, _ j: Int, _ g: Int, _ k: Int) {
        let sumAddress = a.accumulatorAddress + ((i * a.columns + j) * a.groups + g) * a.outputChannels + k
        var sum = 0
        if !a.first {
            if !accumulators.indices.contains(sumAddress) || accumulators[sumAddress] == nil {
                faults.append("no partial sum at \(sumAddress)")
            }
            sum = accumulators.indices.contains(sumAddress) ? accumulators[sumAddress] ?? 0 : 0
        }
        for r in 0..<a.tapRows {
            let y = (a.firstRow + i) * a.inputStrideY + r * a.tapStepY + a.inputOffsetY
            for s in 0..<a.tapColumns {
                let x = (a.firstColumn + j) * a.inputStrideX + s * a.tapStepX + a.inputOffsetX
                guard (0..<a.inputHeight).contains(y), (0..<a.inputWidth).contains(x) else { continue }
                if !(0..<a.tileRows).contains(y - a.originY) || !(0..<a.tileColumns).contains(x - a.originX) {
                    faults.append("(\(y), \(x)) is not in the tile")
                }
                let pixel =
                    a.inputAddress
                    + (place(y - a.originY, a.inputRingRow, a.inputRingRows) * a.tileColumns + (x - a.originX))
                    * a.inputPixelPitchBytes + g * a.inputGroupPitchBytes
                let weights =
                    a.weightAddress + ((g * a.outputChannels + k) * a.taps + r * a.tapColumns + s)
                    * a.weightTapPitchBytes
                for c in 0..<a.inputChannels {
                    if a.hasWindows,
                        !(0..<a.windowLimit).contains(a.windowStart + j * a.windowStep + c)
                    {
                        continue
                    }
                    sum &+=
                        ToyArithmetic.operand(element(pixel + c, bytes: 1), a.operand)
                        &* ToyArithmetic.weight(read(weightBuffer, weights + c))
                }
            }
        }
        guard a.last else {
            if accumulators.indices.contains(sumAddress) {
                accumulators[sumAddress] = sum
            } else {
                faults.append("partial sum at \(sumAddress)")
            }
            return
        }
        let lane = a.firstOutputChannel + g * a.layerGroupOutputChannels + k
        guard !a.joinsPhases else { return place(a, i, j, lane: lane, sum) }
        let channel = lane
        var result = ToyArithmetic.postProcessed(sum, channel: channel)
        if a.drain == .normalization {
            let row = place((a.firstRow + i) - a.originY, a.inputRingRow, a.inputRingRows)
            let pixel = row * a.tileColumns + (a.firstColumn + j) - a.originX
            result = ToyArithmetic.normalized(
                sum, value: element(a.inputAddress + pixel * a.inputPixelPitchBytes + channel, bytes: 1))
        }
        let position =
            place(i * a.outputStrideY + a.outputOffsetY, a.outputRingRow, a.outputRingRows) * a.outputTileColumns
            + j * a.outputStrideX + a.outputOffsetX
        put(
            result,
            a.outputAddress + position * a.outputPixelPitchBytes + g * a.outputGroupPitchBytes + k
                * a.outputBytesPerElement,
            bytes: a.outputBytesPerElement)
    }

    /// A result of a block of phases, by its lane's placement in the channel block.
    private mutating func place(_ a: Accumulation, _ i: Int, _ j: Int, lane: Int, _ sum: Int) {
        let block = a.parameters.channelBlock
        let start = word(block + 60, bytes: 4)
        let placement = block + Int(Int32(truncatingIfNeeded: start)) + 8 * lane
        let (phaseRow, phaseColumn) = (word(placement + 4, bytes: 1), word(placement + 5, bytes: 1))
        if i == 0, phaseRow < -a.outputOffsetY { return }
        if j == 0, phaseColumn < -a.outputOffsetX { return }
        if i == a.rows - 1, phaseRow >= a.lastPhaseRows { return }
        if j == a.columns - 1, phaseColumn >= a.lastPhaseColumns { return }
        let position =
            (i * a.outputStrideY + a.outputOffsetY) * a.outputTileColumns + j * a.outputStrideX + a.outputOffsetX
        put(
            ToyArithmetic.postProcessed(sum, channel: word(placement + 6, bytes: 2)),
            a.outputAddress + position * a.outputPixelPitchBytes + word(placement, bytes: 4),
            bytes: a.outputBytesPerElement)
    }

    /// Of the parameter memory, the lowest byte first.
    private mutating func word(_ address: Int, bytes: Int) -> Int {
        (0..<bytes).reduce(0) { $0 | read(parameterMemory, address + $1) << (8 * $1) }
    }

    private mutating func perform(_ e: Elementwise) {
        let f = e.shuffleFactor
        for i in 0..<e.rows {
            for j in 0..<e.columns {
                for c in 0..<e.channels {
                    let pixel = place(i, e.inputRingRow, e.inputRingRows) * e.columns + j
                    let second = place(i, e.secondRingRow, e.secondRingRows) * e.columns + j
                    let a = e.function.movesElements ? largest(e, i, j, c) : operand(e, pixel, c)
                    let b =
                        e.hasSecond
                        ? element(
                            e.secondAddress + second * e.secondPixelPitchBytes + c * e.secondBytesPerElement,
                            bytes: e.secondBytesPerElement) : 0
                    let value = result(e, a, b, channel: e.firstChannel + c)
                    let isReplicated = e.function == .replicate
                    let (k, dy, dx) = isReplicated ? (c, 0, 0) : (c / (f * f), c % (f * f) / f, c % f)
                    for copy in 0..<(isReplicated ? f * f : 1) {
                        let (y, x) = (i * f + dy + copy / f, j * f + dx + copy % f)
                        let address =
                            e.outputAddress + (place(y, e.outputRingRow, e.outputRingRows) * e.columns * f + x)
                            * e.outputPixelPitchBytes + k * e.outputBytesPerElement
                        put(value, address, bytes: e.outputBytesPerElement)
                    }
                }
            }
        }
    }

    private mutating func operand(_ e: Elementwise, _ pixel: Int, _ c: Int) -> Int {
        element(
            e.inputAddress + pixel * e.inputPixelPitchBytes + c * e.inputBytesPerElement, bytes: e.inputBytesPerElement)
    }

    /// The value of the window's largest element; a window of one position has one.
    private mutating func largest(_ e: Elementwise, _ i: Int, _ j: Int, _ c: Int) -> Int {
        let window = e.window
        var largest = Int.min
        for r in 0..<window.rows {
            for s in 0..<window.columns {
                let (y, x) = (i * window.strideY + r - window.offsetY, j * window.strideX + s - window.offsetX)
                let isInside = (0..<window.tileRows).contains(y) && (0..<window.tileColumns).contains(x)
                let found =
                    isInside
                    ? operand(e, place(y, e.inputRingRow, e.inputRingRows) * window.tileColumns + x, c)
                    : ToyArithmetic.value(window.fill, bytes: e.inputBytesPerElement)
                largest = max(largest, found)
            }
        }
        return largest
    }

    private func result(_ e: Elementwise, _ a: Int, _ b: Int, channel: Int) -> Int {
        switch e.function {
        case .copy, .maximum, .replicate: e.inputBytesPerElement == 1 ? a - 1 : a
        case .multiply: ToyArithmetic.multiplied(a, b, channel: channel)
        case .twoStageAdd, .twoStageSubtract:
            ToyArithmetic.twoStaged(
                a, b, leftShift: e.fractionBits, subtracts: e.function == .twoStageSubtract, channel: channel)
        case .requantize: ToyArithmetic.requantized(a, channel: channel)
        case .add: ToyArithmetic.added(a, b)
        case .quantizeLatent: ToyArithmetic.quantized(a, mean: b, fractionBits: e.fractionBits)
        case .reconstructLatent: ToyArithmetic.reconstructed(a, mean: b, fractionBits: e.fractionBits)
        }
    }
}
