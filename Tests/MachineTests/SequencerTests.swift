import Commands
import Machine
import Testing

@Suite struct SequencerTests {
    private func machine(_ memory: ExternalMemory) -> Machine {
        Machine(description: TestBench.description, externalMemory: memory, activationBits: 12, accumulatorBits: 32)
    }

    private func transfer(_ external: Int, buffer: Int) -> Transfer {
        Transfer(
            externalAddress: external, rows: 1, rowPitchBytes: 0, rowBytes: 4, buffer: .activationBuffer,
            bufferAddress: buffer, chunkBytes: 4, chunkPitchBytes: 4)
    }

    private func command(
        _ operation: Command.Operation, waits: SemaphoreSet = [], signals: SemaphoreSet = []
    ) -> Command {
        Command(layer: 0, waits: waits, signals: signals, operation: operation)
    }

    @Test("A store that waits for nobody's token deadlocks, by name")
    func deadlock() throws {
        var machine = try machine(ExternalMemory(bytes: 16))
        let commands = [
            command(.load(transfer(0, buffer: 0)), signals: .inputFull(0)),
            command(.store(transfer(8, buffer: 0)), waits: .outputFull(1)),
        ]
        #expect(throws: MachineError.deadlock([.init(index: 1, engine: .store, semaphores: ["outputFull1"])])) {
            try machine.run(commands)
        }
    }

    @Test("A semaphore holds one token: another is refused, by name")
    func overflow() throws {
        var machine = try machine(ExternalMemory(bytes: 16))
        let commands = Array(repeating: command(.load(transfer(0, buffer: 0)), signals: .inputFull(1)), count: 2)
        try machine.run([commands[0]])
        #expect(throws: MachineError.semaphoreOverflow(command: 1, semaphore: "inputFull1", tokens: 1)) {
            try machine.run(commands)
        }
    }

    @Test("With its semaphores a buffer half is used twice; without the second load overtakes the first store")
    func missingSemaphore() throws {
        for isGuarded in [true, false] {
            let memory = try ExternalMemory(contents: [1, 2, 3, 4, 5, 6, 7, 8] + Array(repeating: 0, count: 8))
            var machine = machine(memory)
            let free: SemaphoreSet = isGuarded ? .inputFree(0) : []
            // Without the guard the first token is still there when the second load ends, so it has another place.
            let second: SemaphoreSet = .inputFull(isGuarded ? 0 : 1)
            try machine.run([
                command(.load(transfer(0, buffer: 0)), waits: free, signals: .inputFull(0)),
                command(.store(transfer(8, buffer: 0)), waits: .inputFull(0), signals: free),
                command(.load(transfer(4, buffer: 0)), waits: free, signals: second),
                command(.store(transfer(12, buffer: 0)), waits: second, signals: free),
            ])
            #expect(memory.read(at: 8, count: 8) == (isGuarded ? [1, 2, 3, 4, 5, 6, 7, 8] : [5, 6, 7, 8, 5, 6, 7, 8]))
        }
    }

    @Test("A 3-D descriptor gathers rows of planes and leaves the gaps between chunks as they were")
    func descriptor() throws {
        let memory = try ExternalMemory(contents: (0..<100).map { UInt8($0) } + Array(repeating: 0, count: 60))
        var machine = machine(memory)
        // Planes at 0 and 40, rows 10 apart, 6 bytes each: chunks of 4 at a pitch of 5.
        let load = Transfer(
            externalAddress: 2, planes: 2, planePitchBytes: 40, rows: 2, rowPitchBytes: 10, rowBytes: 6,
            buffer: .activationBuffer, bufferAddress: 0,
            chunkBytes: 4, chunkPitchBytes: 5)
        let store = Transfer(
            externalAddress: 100, rows: 1, rowPitchBytes: 0, rowBytes: 30, buffer: .activationBuffer, bufferAddress: 0,
            chunkBytes: 30, chunkPitchBytes: 30)
        let run = try machine.run([
            command(.load(load), signals: .inputFull(0)), command(.store(store), waits: .inputFull(0)),
        ])
        let stream: [UInt8] = [
            2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 42, 43, 44, 45, 46, 47, 52, 53, 54, 55, 56, 57,
        ]
        var expected = [UInt8](repeating: 0xA5, count: 30)
        for (index, byte) in stream.enumerated() { expected[index / 4 * 5 + index % 4] = byte }
        #expect(memory.read(at: 100, count: 30) == expected)
        #expect(run.activity[0].externalReadBytes == 24 && run.activity[0].bufferWriteBytes == 24)
        #expect(run.activity[1].externalWriteBytes == 30 && run.activity[1].bufferReadBytes == 30)
    }
}
