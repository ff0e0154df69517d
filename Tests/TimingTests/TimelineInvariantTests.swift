import Commands
import Glibc
import MachineDescription
import Random
import Testing
import Timing

@Suite struct TimelineInvariantTests {
    private func transfer(_ address: Int, rows: Int, rowBytes: Int, pitch: Int) -> Transfer {
        Transfer(
            externalAddress: address, rows: rows, rowPitchBytes: pitch, rowBytes: rowBytes, buffer: .activationBuffer,
            bufferAddress: 0, chunkBytes: rowBytes,
            chunkPitchBytes: rowBytes)
    }

    private func randomStream(_ random: inout SeededGenerator) -> [Command] {
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        var stream = NetworkStream()
        for layer in 0..<pick(1...4) {
            let bytes = pick(1...800)
            stream.appendLayer(
                layer, weights: transfer(pick(0...99), rows: 1, rowBytes: pick(1...3000), pitch: 1), tiles: pick(1...5)
            ) { _ in
                var pass = Accumulation()
                (pass.rows, pass.columns, pass.inputWidth) = (pick(1...4), pick(1...20), 64)
                (pass.tapRows, pass.inputStrideX) = (pick(0...3), pick(1...4))
                (pass.inputChannels, pass.outputChannels) = (pick(1...40), pick(1...40))
                var passes = [pass]
                if pick(0...2) == 0 {
                    passes = [pass, pass]
                    (passes[0].last, passes[1].first) = (false, false)
                }
                return (
                    transfer(
                        pick(0...7) * 16, rows: pick(1...6), rowBytes: bytes, pitch: pick(0...1) == 0 ? bytes : 1024),
                    passes,
                    transfer(pick(0...7) * 16, rows: pick(1...6), rowBytes: bytes, pitch: 1024)
                )
            }
        }
        return stream.commands
    }

    @Test func cyclesAreAttributedOnceAndSumToTheTotal() throws {
        for seed in UInt64(1)...600 {
            var random = SeededGenerator(seed: seed)
            var machine = MachineDescription.builtIn(named: ["small", "mid", "large"][Int(seed % 3)])!
            machine.memory.read.outstanding = Int.random(in: 1...40, using: &random)
            machine.memory.write.outstanding = Int.random(in: 1...40, using: &random)
            machine.memory.duplex = Bool.random(using: &random) ? .half : .full
            machine.activationBuffer.deinterleave = Bool.random(using: &random)
            let commands = randomStream(&random)
            let timeline = try Timeline(simulating: commands, on: machine)
            for layer in timeline.layers {
                #expect(
                    layer.computeCycles + layer.stallCycles.total == layer.simulatedCycles,
                    "seed \(seed), layer \(layer.layer)")
            }
            #expect(timeline.layers.reduce(0) { $0 + $1.simulatedCycles } == timeline.totalCycles, "seed \(seed)")
            #expect(timeline.totalCycles == timeline.commands.map(\.end).max()! + 1, "seed \(seed)")
            // All steps that are issued are computing cycles, one each (a group without taps takes one too).
            let compute = commands.compactMap { CommandCost(of: $0, on: machine)?.computeCycles }.reduce(0, +)
            #expect(timeline.layers.reduce(0) { $0 + $1.computeCycles } == compute, "seed \(seed)")
            for (index, timing) in timeline.commands.enumerated() {
                if let cost = CommandCost(of: commands[index], on: machine) {
                    #expect(timing.cycles == cost.cycles, "seed \(seed)")
                }
                if timing.boundByCommand >= 0 {
                    #expect(timeline.commands[timing.boundByCommand].end + 1 == timing.start, "seed \(seed)")
                }
            }
            #expect(try Timeline(simulating: commands, on: machine, burstByBurst: true) == timeline, "seed \(seed)")
        }
    }

    /// About the traffic of a network on a 3840 x 2160 picture in bursts of 64 bytes: 24 layers of 500 tiles, 27 KiB in
    /// and out of each, 640 MB, ten million bursts, 48,000 commands. Taking equal bursts together must pay: clearly
    /// faster than burst by burst (about 5 times were measured); where each row begins and ends inside a burst there is
    /// little to take together, and it may not cost. And the same cycles.
    @Test(arguments: [(0, 3.0), (32, 0.6)]) func aLargePictureIsTimedQuickly(offset: Int, gain: Double) throws {
        var machine = MachineDescription.builtIn(named: "mid")!
        machine.memory.burstBytes = 64
        (machine.memory.read.outstanding, machine.memory.write.outstanding) = (4, 4)
        var stream = NetworkStream()
        for layer in 0..<24 {
            stream.appendLayer(layer, weights: transfer(0, rows: 1, rowBytes: 100_000, pitch: 100_000), tiles: 500) {
                tile in
                var pass = Accumulation()
                (pass.rows, pass.columns, pass.inputChannels, pass.outputChannels) = (4, 16, 64, 64)
                (pass.tapRows, pass.tapColumns, pass.inputHeight, pass.inputWidth) = (3, 3, 64, 64)
                let rows = transfer(64 * tile + offset, rows: 16, rowBytes: 1728, pitch: 65_536)
                return (rows, [pass, pass], rows)
            }
        }
        var quick: Timeline?
        var slow: Timeline?
        let quickTime = try (0..<3).map { _ in
            try threadSeconds { quick = try Timeline(simulating: stream.commands, on: machine) }
        }.min()!
        let slowTime = try threadSeconds {
            slow = try Timeline(simulating: stream.commands, on: machine, burstByBurst: true)
        }
        print(
            """
            offset \(offset): \(stream.commands.count) commands, \(quick!.totalCycles) cycles: \(quickTime) s, burst \
            by burst \(slowTime) s
            """
        )
        #expect(quick == slow)
        #expect(quickTime * gain < slowTime)
    }

    /// Processor time of this thread, which other work on the machine does not lengthen.
    private func threadSeconds(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        try body()
        return now() - start
    }
}
