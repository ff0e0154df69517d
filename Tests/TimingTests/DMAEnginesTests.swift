import Commands
import MachineDescription
import Random
import Testing
import Timing

@Suite struct DMAEnginesTests {
    /// 4 bytes a cycle, latency 10, bursts of 16 bytes (4 beats), 2 outstanding.
    let dma = DMADescription(bytesPerCycle: 4, latencyCycles: 10, burstBytes: 16, alignmentBytes: 16, outstanding: 2)

    private func transfer(
        _ address: Int, bytes: Int, rows: Int = 1, pitch: Int = 0, planes: Int = 1, planePitch: Int = 0
    ) -> Transfer {
        Transfer(
            externalAddress: address, planes: planes, planePitchBytes: planePitch, rows: rows, rowPitchBytes: pitch,
            rowBytes: bytes, buffer: .activationBuffer,
            bufferAddress: 0, chunkBytes: bytes, chunkPitchBytes: bytes)
    }

    private func end(_ transfer: Transfer, at start: Int = 0) -> Int? {
        var engines = DMAEngines(dma)
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

    /// What `DMADescription` says of a long transfer is what the channel does: from round to round of `outstanding`
    /// bursts the bytes of these take the same cycles, latency and one burst, or as many as the bus needs for them
    /// where that is more.
    @Test func longTransfersReachWhatTheMachineSays() {
        var random = SeededGenerator(seed: 91)
        for _ in 0..<300 {
            let bytes = 1 << Int.random(in: 0...6, using: &random)
            let dma = DMADescription(
                bytesPerCycle: bytes, latencyCycles: .random(in: 1...300, using: &random),
                burstBytes: bytes << Int.random(in: 0...5, using: &random), alignmentBytes: 64,
                outstanding: .random(in: 1...64, using: &random))
            var channel = DMAChannel(dma)
            func round() -> Int {
                for _ in 0..<dma.outstanding { channel.issue(beats: dma.burstBytes / bytes, request: 0) }
                return channel.lastDone
            }
            for _ in 0..<400 { _ = round() }
            let (before, after) = (round(), round())
            #expect(
                Double(dma.outstanding * dma.burstBytes) / Double(after - before) == dma.reachedBytesPerCycle, "\(dma)")
            #expect(dma.fillsTheBus == (dma.outstanding * dma.burstBytes == (after - before) * bytes))
        }
    }

    /// Load of three bursts and store of two, both from cycle 0, in turn, the load first:
    ///     load 0    issue 0                   first 10                  done 13
    ///     store 0   issue 1                   first max(11, 14) = 14    done 17
    ///     load 1    issue max(2, 14) = 14     first 24                  done 27
    ///     store 1   issue max(15, 18) = 18    first max(28, 28) = 28    done 31
    ///     load 2    issue max(19, 28) = 28    first 38                  done 41
    @Test func twoEnginesTakeTurns() {
        var engines = DMAEngines(dma)
        engines.start(transfer(64, bytes: 32), on: .store, at: 0)
        engines.start(transfer(0, bytes: 48), on: .load, at: 0)
        let first = engines.nextCompletion()
        #expect(first?.engine == .store && first?.end == 31)
        let second = engines.nextCompletion()
        #expect(second?.engine == .load && second?.end == 41)
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
