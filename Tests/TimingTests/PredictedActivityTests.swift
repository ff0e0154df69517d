import Commands
import MachineDescription
import Random
import Testing
import Timing

@Suite struct PredictedActivityTests {
    let machine = MachineDescription.builtIn(named: "small")!

    private func activity(_ operation: Command.Operation) -> UnitActivity {
        predictedActivity(of: Command(layer: 0, waits: [], signals: [], operation: operation), on: machine)
    }

    /// The definition, counted step by step and lane by lane.
    private func counted(_ pass: Accumulation) -> UnitActivity {
        let array = machine.macArray
        var count = UnitActivity()
        for _ in 0..<pass.groups {
            for channel in stride(from: 0, to: pass.outputChannels, by: array.outputChannelLanes) {
                for i in 0..<pass.rows {
                    for column in stride(from: 0, to: pass.columns, by: array.pixelLanes) {
                        count.groups += 1
                        let lanes = column..<min(column + array.pixelLanes, pass.columns)
                        for r in 0..<pass.tapRows {
                            for s in 0..<pass.tapColumns {
                                for _ in stride(from: 0, to: pass.inputChannels, by: array.inputChannelLanes) {
                                    count.steps += 1
                                    count.bufferReadBytes += array.inputChannelLanes * array.outputChannelLanes
                                    let y =
                                        (pass.firstRow + i) * pass.inputStrideY + r * pass.tapStepY + pass.inputOffsetY
                                    for j in lanes {
                                        let x =
                                            (pass.firstColumn + j) * pass.inputStrideX + s * pass.tapStepX
                                            + pass.inputOffsetX
                                        guard (0..<pass.inputHeight).contains(y), (0..<pass.inputWidth).contains(x)
                                        else { continue }
                                        count.bufferReadBytes += array.inputChannelLanes
                                    }
                                }
                            }
                        }
                        let results = lanes.count * min(array.outputChannelLanes, pass.outputChannels - channel)
                        if !pass.first { count.partialSumReads += results }
                        if pass.last {
                            count.bufferWriteBytes += results * pass.outputBytesPerElement
                            if pass.drain == .normalization { count.bufferReadBytes += results }
                        } else {
                            count.partialSumWrites += results
                        }
                    }
                }
            }
        }
        return count
    }

    /// 2 x 2 phases of 3 channels over 3 rows of 4 blocks; the first column of blocks has one phase in the tile, the
    /// last row one: 5 rows of 7 results. Partial sums are those of all lanes.
    @Test func blocksOfPhasesWriteWhatLiesInTheTile() {
        var pass = Accumulation()
        (pass.rows, pass.columns, pass.outputChannels) = (3, 4, 12)
        (pass.outputStrideY, pass.outputStrideX) = (2, 2)
        (pass.outputOffsetY, pass.outputOffsetX) = (0, -1)
        (pass.lastPhaseRows, pass.lastPhaseColumns) = (1, 2)
        pass.outputBytesPerElement = 2
        #expect(activity(.accumulate(pass)).bufferWriteBytes == 5 * 7 * 3 * 2)
        pass.last = false
        #expect(activity(.accumulate(pass)).partialSumWrites == 3 * 4 * 12)
        #expect(activity(.accumulate(pass)).bufferWriteBytes == 0)
    }

    @Test func equalsTheStepByStepCount() {
        for seed in UInt64(1)...1500 {
            var random = SeededGenerator(seed: seed)
            func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
            var pass = Accumulation()
            pass.groups = pick(1...2)
            (pass.inputChannels, pass.outputChannels) = (pick(1...17), pick(1...17))
            (pass.rows, pass.columns) = (pick(1...5), pick(1...9))
            (pass.firstRow, pass.firstColumn) = (pick(0...12), pick(0...12))
            (pass.inputStrideY, pass.inputStrideX) = (pick(1...3), pick(1...3))
            (pass.inputOffsetY, pass.inputOffsetX) = (pick(-9...9), pick(-9...9))
            (pass.tapRows, pass.tapColumns) = (pick(0...4), pick(0...4))
            (pass.tapStepY, pass.tapStepX) = (pick(-3...3), pick(-3...3))
            (pass.inputHeight, pass.inputWidth) = (pick(1...20), pick(1...20))
            (pass.first, pass.last) = (pick(0...1) == 0, pick(0...1) == 0)
            pass.outputBytesPerElement = pick(1...2)
            pass.drain = pick(0...1) == 0 ? .postProcessor : .normalization
            #expect(activity(.accumulate(pass)) == counted(pass), "seed \(seed): \(pass)")
        }
    }

    /// 3 rows of 10 bytes in 2 planes.
    @Test func transfersCountTheirBytesOnce() {
        let transfer = Transfer(
            externalAddress: 5, planes: 2, planePitchBytes: 100, rows: 3, rowPitchBytes: 20, rowBytes: 10,
            buffer: .activationBuffer, bufferAddress: 0,
            chunkBytes: 10, chunkPitchBytes: 16)
        var load = UnitActivity()
        (load.externalReadBytes, load.bufferWriteBytes) = (60, 60)
        #expect(activity(.load(transfer)) == load)
        var weights = transfer
        weights.buffer = .weightBuffer
        load.externalWeightBytes = 60
        #expect(activity(.load(weights)) == load)
        weights.buffer = .parameterMemory
        (load.externalWeightBytes, load.externalParameterBytes) = (0, 60)
        #expect(activity(.load(weights)) == load)
        var store = UnitActivity()
        (store.externalWriteBytes, store.bufferReadBytes) = (60, 60)
        #expect(activity(.store(transfer)) == store)
    }

    /// 2 x 3 positions of 5 channels = 30 elements; operands of 2 and 1 bytes, results of 2.
    @Test func elementwiseReadsItsOperands() {
        var work = Elementwise()
        work.function = .quantizeLatent
        (work.rows, work.columns, work.channels) = (2, 3, 5)
        (work.inputBytesPerElement, work.secondBytesPerElement, work.outputBytesPerElement) = (2, 1, 2)
        #expect(activity(.elementwise(work)).bufferReadBytes == 60)
        work.hasSecond = true
        #expect(activity(.elementwise(work)).bufferReadBytes == 90)
        #expect(activity(.elementwise(work)).bufferWriteBytes == 60)
    }

    /// 2 x 3 windows of 2 x 2 with stride 2, the first beginning a row and a column before a tile of 3 x 5: rows -1...0
    /// and 1...2 have 1 and 2 inside, columns -1...0, 1...2 and 3...4 have 1, 2 and 2. 3 x 5 positions of 4 channels.
    @Test func windowsReadWhatTheTileHas() {
        var work = Elementwise()
        work.function = .maximum
        (work.rows, work.columns, work.channels) = (2, 3, 4)
        (work.window.rows, work.window.columns, work.window.strideY, work.window.strideX) = (2, 2, 2, 2)
        (work.window.offsetY, work.window.offsetX, work.window.tileRows, work.window.tileColumns) = (1, 1, 3, 5)
        #expect(activity(.elementwise(work)).bufferReadBytes == 60)
        #expect(activity(.elementwise(work)).bufferWriteBytes == 24)
    }

    /// 2 x 3 positions of 5 channels, each to 9 places.
    @Test func copiesAreWrittenAgainAndAgain() {
        var work = Elementwise()
        (work.function, work.shuffleFactor) = (.replicate, 3)
        (work.rows, work.columns, work.channels) = (2, 3, 5)
        (work.window.tileRows, work.window.tileColumns) = (2, 3)
        #expect(activity(.elementwise(work)).bufferReadBytes == 30)
        #expect(activity(.elementwise(work)).bufferWriteBytes == 270)
    }
}
