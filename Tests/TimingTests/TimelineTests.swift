import Commands
import MachineDescription
import Testing
import Timing

/// Streams timed by hand. Every transfer is one burst of 16 bytes: 14 cycles alone (latency 10, 4 beats). Every pass is one group of one step: fill 2, step 1,
/// drain 4, pipeline 4: 11 cycles, of which 1 computes, 6 fill and 4 drain.
@Suite struct TimelineTests {
    let machine = {
        var machine = MachineDescription.builtIn(named: "small")!
        machine.dma = DMADescription(bytesPerCycle: 4, latencyCycles: 10, burstBytes: 16, alignmentBytes: 16, outstanding: 2)
        return machine
    }()
    private let burst = Transfer(
        externalAddress: 0, rows: 1, rowPitchBytes: 16, rowBytes: 16, buffer: .activationBuffer, bufferAddress: 0, chunkBytes: 16, chunkPitchBytes: 16)
    private let pass = {
        var pass = Accumulation()
        (pass.columns, pass.inputChannels, pass.outputChannels, pass.inputWidth) = (4, 8, 8, 4)
        return pass
    }()

    private func load(_ layer: Int, _ waits: SemaphoreSet, _ signals: SemaphoreSet) -> Command {
        Command(layer: layer, waits: waits, signals: signals, operation: .load(burst))
    }
    private func compute(_ layer: Int, _ waits: SemaphoreSet, _ signals: SemaphoreSet) -> Command {
        Command(layer: layer, waits: waits, signals: signals, operation: .accumulate(pass))
    }
    private func store(_ layer: Int, _ waits: SemaphoreSet, _ signals: SemaphoreSet) -> Command {
        Command(layer: layer, waits: waits, signals: signals, operation: .store(burst))
    }

    private func stalls(_ cycles: [StallReason: Int]) -> StallCycles {
        var stalls = StallCycles()
        for (reason, count) in cycles { stalls[reason] = count }
        return stalls
    }

    /// Layer 0: weights 0...13, input 14...27, pass 28...38, store 39...52. Layer 1: weights are loaded ahead, 28...41; its input waits for the store: 53...66;
    /// pass 67...77, store 78...91.
    @Test func twoLayers() throws {
        let stream = [
            load(0, .weightsFree(0), .weightsFull(0)), load(0, .inputFree(0), .inputFull(0)),
            compute(0, [.weightsFull(0), .inputFull(0), .outputFree(0)], [.weightsFree(0), .inputFree(0), .outputFull(0)]),
            store(0, .outputFull(0), [.outputFree(0), .layerStored]),
            load(1, .weightsFree(1), .weightsFull(1)), load(1, [.inputFree(1), .layerStored], .inputFull(1)),
            compute(1, [.weightsFull(1), .inputFull(1), .outputFree(1)], [.weightsFree(1), .inputFree(1), .outputFull(1)]),
            store(1, .outputFull(1), [.outputFree(1), .layerStored]),
        ]
        let timeline = try Timeline(simulating: stream, on: machine)
        #expect(timeline.commands.map { [$0.start, $0.end] } == [[0, 13], [14, 27], [28, 38], [39, 52], [28, 41], [53, 66], [67, 77], [78, 91]])
        #expect(timeline.totalCycles == 92)
        let layers = timeline.layers
        #expect(layers.map(\.layer) == [0, 1] && layers.map(\.simulatedCycles) == [53, 39] && layers.map(\.computeCycles) == [1, 1])
        #expect(layers[0].stallCycles == stalls([.waitingForLoad: 28, .fill: 6, .drain: 4, .waitingForStore: 14]))
        #expect(layers[1].stallCycles == stalls([.waitingForLoad: 14, .fill: 6, .drain: 4, .waitingForStore: 14]))
        #expect(layers.map(\.issuedMACs) == [256, 256])
        #expect(layers[0].activity.externalReadBytes == 32 && layers[0].activity.externalWriteBytes == 16)
    }

    /// Three tiles into two halves: passes 0...10 and 11...21; the third waits for the first store, 11...24: 25...35. Stores 25...38 and 39...52.
    @Test func fullOutputBuffer() throws {
        let stream = [0, 1, 0].flatMap { half in [compute(0, .outputFree(half), .outputFull(half)), store(0, .outputFull(half), .outputFree(half))] }
        let timeline = try Timeline(simulating: stream, on: machine)
        #expect(timeline.commands.map(\.end) == [10, 24, 21, 38, 35, 52])
        #expect(timeline.layers[0].stallCycles == stalls([.bufferFull: 3, .fill: 18, .drain: 12, .waitingForStore: 17]))
        #expect(timeline.layers[0].simulatedCycles == 53 && timeline.layers[0].computeCycles == 3)
    }

    /// Within one layer number: pass 0...10, store 11...24, a load that waits for it 25...38, pass 39...49, store 50...63.
    @Test func loadThatWaitsForAStore() throws {
        let stream = [
            compute(0, .outputFree(0), .outputFull(0)), store(0, .outputFull(0), [.outputFree(0), .layerStored]),
            load(0, .layerStored, .inputFull(0)), compute(0, [.inputFull(0), .outputFree(1)], .outputFull(1)), store(0, .outputFull(1), .outputFree(1)),
        ]
        let timeline = try Timeline(simulating: stream, on: machine)
        #expect(timeline.layers[0].stallCycles == stalls([.dependency: 14, .waitingForLoad: 14, .fill: 12, .drain: 8, .waitingForStore: 14]))
        #expect(timeline.totalCycles == 64)
    }

    /// A layer that only moves: load 0...13, store 14...27 (they share nothing here, so the store waits for a token of the load through a pass of another layer is
    /// not needed: it starts at once and follows the load's burst on the channel: issue 1, first 14, done 17).
    @Test func layerWithoutCompute() throws {
        let stream = [load(0, .inputFree(0), .inputFull(0)), store(0, [], [])]
        let timeline = try Timeline(simulating: stream, on: machine)
        #expect(timeline.commands.map(\.end) == [13, 17])
        #expect(timeline.layers[0].stallCycles == stalls([.waitingForLoad: 14, .waitingForStore: 4]))
    }

    @Test func emptyStream() throws {
        let timeline = try Timeline(simulating: [], on: machine)
        #expect(timeline.totalCycles == 0 && timeline.layers.isEmpty)
    }

    @Test func deadlockNamesTheCommandAndTheSemaphores() {
        let stream = [load(0, .inputFree(0), .inputFull(0)), compute(3, [.inputFull(0), .weightsFull(1)], [])]
        #expect(throws: TimelineError.deadlock(command: 1, layer: 3, engine: .compute, missing: ["weightsFull1"])) {
            try Timeline(simulating: stream, on: machine)
        }
    }

    @Test func semaphoreOfTwoEnginesIsRefused() {
        let waits = [load(0, .inputFree(0), []), compute(0, .inputFree(0), [])]
        #expect(throws: TimelineError.semaphoreShared(name: "inputFree0", first: .load, second: .compute, command: 1)) {
            try Timeline(simulating: waits, on: machine)
        }
        let signals = [load(0, [], .outputFull(1)), compute(0, [], .outputFull(1))]
        #expect(throws: TimelineError.semaphoreShared(name: "outputFull1", first: .load, second: .compute, command: 1)) {
            try Timeline(simulating: signals, on: machine)
        }
    }
}
