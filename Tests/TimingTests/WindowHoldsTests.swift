import Commands
import MachineDescription
import Random
import TestSupport
import Testing
import Timing

/// Loads that lay their rows as windows: how long each bus word holds the channel.
@Suite struct WindowHoldsTests {
    /// 4 bytes a cycle, latency 10, bursts of 16 bytes, 2 outstanding.
    private let memory = MemoryDescription(
        busBytes: 4, latencyCycles: 10, burstBytes: 16, alignmentBytes: 16, outstanding: 2)

    private func transfer(
        _ address: Int, rowBytes: Int, rows: Int = 1, pitch: Int = 64, chunkBytes: Int, _ windows: TransferWindows
    ) -> Transfer {
        Transfer(
            externalAddress: address, rows: rows, rowPitchBytes: pitch, rowBytes: rowBytes, buffer: .activationBuffer,
            bufferAddress: 0, chunkBytes: chunkBytes,
            chunkPitchBytes: (chunkBytes + windows.wordBytes - 1) / windows.wordBytes * windows.wordBytes,
            windows: windows)
    }

    /// A row of 12 bytes is laid as windows of 6 bytes, in words of 4, that begin at -2, 0, 2 ... 10. Last bytes in the
    /// row: first words 1, 3, 5, 7, 9, 11 and 11, second words 3, 5, 7, 9, 11, 11 and 11. So the bus words of bytes
    /// 0...3, 4...7 and 8...11 end 2 + 1, 2 + 2 and 3 + 4 words and hold for as many cycles: 14 in all.
    @Test func wordsEndWithTheirLastByte() {
        let load = transfer(
            0, rowBytes: 12, chunkBytes: 6, TransferWindows(count: 7, stepBytes: 2, leadBytes: 2, wordBytes: 4))
        let bursts = BurstSequence(load, on: memory)
        #expect(bursts.nextBeats == 3 && bursts.nextHolds == [2, 3, 6] && bursts.nextHeldCycles == 11)
        #expect(bursts.equalBursts.count == 1)
        var channel = DMAChannel(memory)
        let burst = channel.issue(.read, beats: 3, heldCycles: 11, request: 0)
        #expect(burst.first == 10 && burst.last == 10 + 14 - 1)
        #expect(channel.beatCycles(of: burst, beats: 3, holds: bursts.nextHolds) == [12, 16, 23])
        // The next burst's words wait: issued in 1, first behind the last.
        #expect(channel.issue(.read, beats: 1, request: 0).first == 24)
    }

    /// Rows that touch are not one run: each ends with its own last word.
    @Test func rowsStayApart() {
        let load = transfer(
            0, rowBytes: 4, rows: 2, pitch: 4, chunkBytes: 4,
            TransferWindows(count: 1, stepBytes: 4, leadBytes: 0, wordBytes: 4))
        var bursts = BurstSequence(load, on: memory)
        #expect(bursts.nextBeats == 1)
        bursts.advance()
        #expect(!bursts.isFinished && bursts.nextBeats == 1 && bursts.nextHolds == [0])
        bursts.advance()
        #expect(bursts.isFinished)
    }

    /// The holds of every word of random loads, byte by byte from the definition; and the bytes that windows take.
    @Test func holdsAreThoseOfTheDefinition() {
        var random = SeededGenerator(seed: 19)
        for _ in 0..<600 {
            func pick(_ range: ClosedRange<Int>) -> Int { random.integer(range) }
            let bus = 1 << pick(0...5)
            let memory = MemoryDescription(
                busBytes: bus, latencyCycles: 10, burstBytes: bus << pick(0...3), alignmentBytes: bus, outstanding: 2)
            let windows = TransferWindows(
                count: pick(1...20), stepBytes: pick(1...24), leadBytes: pick(-30...30), wordBytes: pick(1...16))
            let rowBytes = pick(1...90)
            let load = transfer(
                pick(0...70), rowBytes: rowBytes, rows: pick(1...3), pitch: rowBytes + pick(0...9),
                chunkBytes: pick(1...8 * windows.wordBytes), windows)
            var bursts = BurstSequence(load, on: memory)
            for row in 0..<load.rows {
                let address = load.externalAddress + row * load.rowPitchBytes
                var ended: [Int: Int] = [:]
                for window in 0..<windows.count {
                    for word in 0..<(load.chunkBytes + windows.wordBytes - 1) / windows.wordBytes {
                        let places = (word * windows.wordBytes..<(word + 1) * windows.wordBytes).filter {
                            $0 < load.chunkBytes
                        }.map { $0 + window * windows.stepBytes - windows.leadBytes }
                        let last = places.filter { (0..<rowBytes).contains($0) }.max()
                        // None in the row: with the first byte where the word lies before it, otherwise the last.
                        let end = last ?? (places.last! < 0 ? 0 : rowBytes - 1)
                        ended[(address + end) / bus, default: 0] += 1
                    }
                }
                var word = address / bus
                while word <= (address + rowBytes - 1) / bus {
                    for held in bursts.nextHolds {
                        #expect(held == max(1, ended[word] ?? 0) - 1, "\(load), row \(row), word \(word)")
                        word += 1
                    }
                    #expect(bursts.nextHeldCycles == bursts.nextHolds.reduce(0, +))
                    bursts.advance()
                }
            }
            #expect(bursts.isFinished)
        }
    }
}
