import Commands
import MachineDescription
import Random
import TestSupport
import Testing
import Timing

@Suite struct DMAEnginesTests {
    /// 4 bytes a cycle, latency 10, bursts of 16 bytes (4 beats), 2 outstanding.
    let memory = MemoryDescription(busBytes: 4, latencyCycles: 10, burstBytes: 16, alignmentBytes: 16, outstanding: 2)

    private func transfer(
        _ address: Int, bytes: Int, rows: Int = 1, pitch: Int = 0, planes: Int = 1, planePitch: Int = 0
    ) -> Transfer {
        Transfer(
            externalAddress: address, planes: planes, planePitchBytes: planePitch, rows: rows, rowPitchBytes: pitch,
            rowBytes: bytes, buffer: .activationBuffer,
            bufferAddress: 0, chunkBytes: bytes, chunkPitchBytes: bytes)
    }

    private func end(_ transfer: Transfer, at start: Int = 0) -> Int? {
        var engines = DMAEngines(memory)
        engines.start(transfer, on: .load, at: start)
        return engines.nextCompletion()?.end
    }

    /// 40 bytes at 8: bursts of 8, 16 and 16 bytes: 2, 4 and 4 beats.
    ///     issue  0, 1, max(2, 11 + 1) = 12;   first 10, max(11, 12) = 12, max(22, 16) = 22;   done 11, 15, 25
    @Test func oneRunIsSplitAtBurstBoundaries() {
        #expect(end(transfer(8, bytes: 40)) == 25)
        #expect(end(transfer(8, bytes: 40), at: 100) == 125)
    }

    /// 8 bytes at 6 touch the words at 4, 8 and 12: 3 beats, 10 + 3 - 1.
    @Test func unalignedEndsCostAWholeBeat() {
        #expect(end(transfer(6, bytes: 8)) == 12)
        #expect(end(transfer(4, bytes: 8)) == 11)
        #expect(end(transfer(3, bytes: 1)) == 10)
    }

    /// Two rows of 8 bytes against each other are one burst of 16: done 13. Apart, they are two of 2 beats: done 11 and
    /// 13. Far apart in planes of one row: likewise. Two rows of 12 against each other, 24 bytes: bursts of 4 and 2
    /// beats: done 13, then 15; apart: 12 and 15.
    @Test func rowsThatTouchAreOneRun() {
        #expect(end(transfer(0, bytes: 8, rows: 2, pitch: 8)) == 13)
        #expect(end(transfer(0, bytes: 8, rows: 2, pitch: 32)) == 13)
        #expect(end(transfer(0, bytes: 12, rows: 2, pitch: 12)) == 15)
        // Three rows of 6: one run of 18 bytes is bursts of 4 and 1 beats: 13, 14. Apart at 16: 2 beats each: 11, 13,
        // and the third waits for the first: 12 + 10 + 1.
        #expect(end(transfer(0, bytes: 6, rows: 3, pitch: 6)) == 14)
        #expect(end(transfer(0, bytes: 6, rows: 3, pitch: 16)) == 23)
        #expect(end(transfer(0, bytes: 6, rows: 1, pitch: 999, planes: 3, planePitch: 6)) == 14)
    }

    /// What `MemoryDescription` says of a long transfer is what the bus does: from round to round of as many bursts as
    /// bring every state back, the bytes of these take the cycles of its rate. Where bursts do not rest for as long as
    /// each other the rate is an average, and a round may take some cycles more.
    @Test(arguments: MemoryAccess.allCases) func longTransfersReachWhatTheMachineSays(access: MemoryAccess) {
        var random = SeededGenerator(seed: 91)
        var restsAlike = 0
        for _ in 0..<300 {
            let memory = MemoryDescription.random(&random)
            let direction = memory[access]
            let (beats, p) = (memory.burstBeats, memory.efficiency.beats)
            var channel = DMAChannel(memory)
            // c comes back after p bursts, the bursts in flight after as many.
            let count = direction.outstanding * p
            func round() -> Int {
                var last = 0
                for _ in 0..<count { last = channel.issue(access, beats: beats, request: 0).last }
                return last
            }
            for _ in 0..<max(3, 400 / p) { _ = round() }
            let (before, after) = (round(), round())
            let (bytes, rate) = (Double(count * memory.burstBytes), memory.reachedBytesPerCycle(access))
            if beats * memory.efficiency.gapCycles % p == 0 {
                restsAlike += 1
                #expect(bytes / Double(after - before) == rate, "\(memory)")
                #expect(
                    memory.fillsTheBus(access) == (bytes / Double(after - before) == memory.fullBytesPerCycle(access)))
            } else {
                let slower = Double(after - before) - bytes / rate
                #expect(slower > -1e-6 && slower <= Double(count), "\(memory): \(slower)")
            }
        }
        #expect(restsAlike > 100)
    }

    /// A bus that rests for a cycle of every 4, and is lost for 2 behind a read and for 5 behind a write. Reads come
    /// after 30 cycles, responses to writes after 20.
    @Test func beatsRestAsTheEfficiencySays() {
        let memory = MemoryDescription(
            busBytes: 4, alignmentBytes: 16, burstBytes: 16,
            read: MemoryDirection(outstanding: 4, latencyCycles: 30, overheadCycles: 2),
            write: MemoryDirection(outstanding: 4, latencyCycles: 20, overheadCycles: 5),
            efficiency: MemoryEfficiency(beats: 3, cycles: 4))
        var channel = DMAChannel(memory)
        // Thirds of a cycle of rest due before beats 1, 2, 3, 4: 1, 2, 3 and 1: the third beat waits for one.
        let first = channel.issue(.read, beats: 4, request: 0)
        #expect(channel.beatCycles(of: first, beats: 4) == [30, 31, 33, 34])
        #expect(first.last == 34 && first.done == 34)
        // One third is left, and the bus is free from 34 + 1 + 2 on: 2, 3, 1, 2.
        let second = channel.issue(.read, beats: 4, request: 0)
        #expect(second.issue == 1 && channel.beatCycles(of: second, beats: 4) == [37, 39, 40, 41])
        // Two thirds are left: 3, 1, 2, 3; a write needs no latency, and its response comes 20 after its last beat.
        let third = channel.issue(.write, beats: 4, request: 0)
        #expect(third.issue == 2 && channel.beatCycles(of: third, beats: 4) == [45, 46, 47, 49])
        #expect(third.last == 49 && third.done == 69)
        // Behind a write the bus is lost for 5: from 55 on.
        let fourth = channel.issue(.write, beats: 1, request: 60)
        #expect(fourth.issue == 60 && channel.beatCycles(of: fourth, beats: 1) == [61] && fourth.done == 81)
    }

    /// On two buses neither direction knows of the other: a load of two bursts as if alone, 0 and 1 issued, beats
    /// 10...13 and 14...17; a store of two, beats 1...4 and 5...8, the response 9 later.
    @Test func twoBusesDoNotMeet() {
        var both = memory
        both.duplex = .full
        var engines = DMAEngines(both)
        engines.start(transfer(0, bytes: 32), on: .load, at: 0)
        engines.start(transfer(64, bytes: 32), on: .store, at: 0)
        let ends = [engines.nextCompletion(), engines.nextCompletion()].map { $0!.end }
        #expect(ends == [17, 17] && engines.nextCompletion() == nil)
    }

    /// Load of three bursts and store of two, both from cycle 0, in turn where both could issue, the load first:
    ///     load 0    issue 0                     first 10                  last 13
    ///     store 0   issue 1                     first max(2, 14) = 14     last 17   done 26
    ///     load 1    issue 2                     first max(12, 18) = 18    last 21
    ///     store 1   issue 3 (load: 13 + 1)      first max(4, 22) = 22     last 25   done 34
    ///     load 2    issue max(4, 14) = 14       first max(24, 26) = 26    last 29
    @Test func twoEnginesTakeTurns() {
        var engines = DMAEngines(memory)
        engines.start(transfer(64, bytes: 32), on: .store, at: 0)
        engines.start(transfer(0, bytes: 48), on: .load, at: 0)
        let first = engines.nextCompletion()
        #expect(first?.engine == .load && first?.end == 29)
        let second = engines.nextCompletion()
        #expect(second?.engine == .store && second?.end == 34)
        #expect(engines.nextCompletion() == nil)
    }

    @Test func equalsACycleByCycleModel() {
        for seed in UInt64(1)...3000 {
            let script = TransferScript(seed: seed, largestRowBytes: 80)
            let expected = script.endsCycleByCycle()
            #expect(script.ends(burstByBurst: true) == expected, "seed \(seed): \(script)")
            #expect(script.ends(burstByBurst: false) == expected, "seed \(seed): \(script)")
        }
    }

    @Test func equalBurstsTakenTogetherChangeNothing() {
        for seed in UInt64(1)...3000 {
            let script = TransferScript(seed: seed, largestRowBytes: 20_000)
            #expect(script.ends(burstByBurst: false) == script.ends(burstByBurst: true), "seed \(seed): \(script)")
        }
    }
}
