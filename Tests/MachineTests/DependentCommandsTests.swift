import Commands
import Machine
import Random
import Testing
import Threads

/// Threads run commands side by side that touch nothing in common; what they do touch in common must happen in the
/// stream's order.
@Suite struct DependentCommandsTests {
    /// Bytes from the first row of a pass's tile, or of its ring, to the end of its last result.
    private func span(_ pass: Accumulation) -> Int {
        let lastRow = (pass.rows - 1) * pass.outputStrideY + pass.outputOffsetY
        let y = max(lastRow, pass.outputRingRows - 1)
        let x = (pass.columns - 1) * pass.outputStrideX + pass.outputOffsetX
        let lastGroup =
            (pass.groups - 1) * pass.outputGroupPitchBytes + pass.outputChannels * pass.outputBytesPerElement
        return (y * pass.outputTileColumns + x) * pass.outputPixelPitchBytes + lastGroup
    }

    @Test(
        "Passes that overwrite each other's operands and results equal the definition applied one by one",
        arguments: 0..<12)
    func passes(number: Int) throws {
        let seed = UInt64(30_000 + number)
        var random = RandomLayer(seed: seed)
        var generator = SeededGenerator(seed: seed)
        let layer = random.convolution()
        var passes: [Accumulation] = []
        for _ in 0..<8 {
            var pass = layer.pass
            if number % 2 == 0 {
                // Another place in the same ring, or in none.
                pass.outputRingRow = .random(in: 0...max(0, pass.outputRingRows - 1), using: &generator)
                if .random(using: &generator) { (pass.outputRingRows, pass.outputRingRow) = (0, 0) }
            }
            pass.outputAddress = .random(in: 0...layer.activations.count - span(pass), using: &generator)
            pass.accumulatorAddress = 5 * .random(in: 0...2, using: &generator)
            let split = Int.random(in: 0..<4, using: &generator)
            if split == 0 { pass.last = false }
            if split == 1, !passes.isEmpty { pass.first = false }
            passes.append(pass)
        }
        // What a pass continues was summed before.
        let count = passes[0].rows * passes[0].columns * passes[0].groups * passes[0].outputChannels
        for address in [0, 5, 10] where address + count < 10_000 {
            var pass = layer.pass
            (pass.last, pass.accumulatorAddress) = (false, address)
            passes.insert(pass, at: 0)
        }
        var expected = layer.activations
        var partialSums: [Int: Int] = [:]
        for pass in passes {
            _ = NaiveAccumulation(pass: pass, configuration: layer.configuration, activationBits: 16).run(
                weights: layer.weights, activations: &expected, partialSums: &partialSums)
        }
        for threads in [1, 2, 5] {
            var bench = TestBench(
                configuration: layer.configuration, weights: layer.weights, activations: layer.activations)
            bench.threads = threads
            let outcome = try bench.run { addresses in
                passes.map { pass in
                    var pass = pass
                    pass.parameters = addresses
                    return .accumulate(pass)
                }
            }
            #expect(outcome.activations == expected, "seed \(seed), \(threads) threads")
        }
    }

    @Test(
        "Loads, copies and stores at random places give the bytes of one thread, and of the definition",
        arguments: 0..<20)
    func copies(number: Int) throws {
        let seed = UInt64(31_000 + number)
        var generator = SeededGenerator(seed: seed)
        let (externalBytes, onChipBytes) = (400, 300)
        let contents = (0..<externalBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var external = contents
        var onChip = [UInt8](repeating: 0xA5, count: onChipBytes)
        // Each command of a stream waits for the one before, by a semaphore of its own: the stream's order is the only
        // one.
        let chain: [SemaphoreSet] =
            (0..<2).flatMap { [.parametersFull($0), .weightsFull($0), .inputFull($0), .outputFull($0)] } + [
                .layerStored
            ]
        let streams = (0..<40).map { _ in
            (0...chain.count).map { index in
                let bytes = Int.random(in: 1...40, using: &generator)
                let from = Int.random(in: 0...externalBytes - bytes, using: &generator)
                let to = Int.random(in: 0...onChipBytes - bytes, using: &generator)
                let transfer = Transfer(
                    externalAddress: from, rows: 1, rowPitchBytes: 0, rowBytes: bytes, buffer: .activationBuffer,
                    bufferAddress: to, chunkBytes: bytes,
                    chunkPitchBytes: bytes)
                let operation: Command.Operation
                switch Int.random(in: 0..<3, using: &generator) {
                case 0:
                    operation = .load(transfer)
                    onChip.replaceSubrange(to..<to + bytes, with: external[from..<from + bytes])
                case 1:
                    operation = .store(transfer)
                    external.replaceSubrange(from..<from + bytes, with: onChip[to..<to + bytes])
                default:
                    var copy = Elementwise()
                    (copy.channels, copy.inputAddress, copy.outputAddress) = (
                        bytes, to, .random(in: 0...onChipBytes - bytes, using: &generator)
                    )
                    operation = .elementwise(copy)
                    onChip.replaceSubrange(
                        copy.outputAddress..<copy.outputAddress + bytes, with: Array(onChip[to..<to + bytes]))
                }
                return Command(
                    layer: 0, waits: index == 0 ? [] : chain[index - 1],
                    signals: index == chain.count ? [] : chain[index], operation: operation)
            }
        }
        for threads in [1, 2, 5] {
            let memory = try ExternalMemory(contents: contents)
            var machine = Machine(
                description: TestBench.description, externalMemory: memory, activationBits: 12, accumulatorBits: 32,
                team: ThreadTeam(threads: threads))
            for stream in streams { try machine.run(stream) }
            #expect(memory.read(at: 0, count: externalBytes) == external, "seed \(seed), \(threads) threads")
        }
    }

    @Test("What ran before a deadlock has changed the memories, with any number of threads")
    func deadlock() throws {
        for threads in [1, 3] {
            let memory = try ExternalMemory(contents: [1, 2, 3, 4, 0, 0, 0, 0])
            var machine = Machine(
                description: TestBench.description, externalMemory: memory, activationBits: 12, accumulatorBits: 32,
                team: ThreadTeam(threads: threads))
            func move(_ address: Int) -> Transfer {
                Transfer(
                    externalAddress: address, rows: 1, rowPitchBytes: 0, rowBytes: 4, buffer: .activationBuffer,
                    bufferAddress: 0, chunkBytes: 4, chunkPitchBytes: 4)
            }
            let commands = [
                Command(layer: 0, waits: [], signals: .inputFull(0), operation: .load(move(0))),
                Command(layer: 0, waits: .inputFull(0), signals: [], operation: .store(move(4))),
                Command(layer: 0, waits: .outputFull(0), signals: [], operation: .store(move(0))),
            ]
            #expect(throws: MachineError.self) { try machine.run(commands) }
            #expect(memory.read(at: 4, count: 4) == [1, 2, 3, 4])
        }
    }
}
