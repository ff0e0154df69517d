import Commands
import MachineDescription
import TestSupport
import Testing
import Timing

/// Streams timed by hand. Every transfer is one burst of 16 bytes: 14 cycles alone (a load: latency 10, 4 beats; a
/// store: 1, 4 beats, response 9 later). Every pass is
/// one group of one step: fill 2, step 1, drain 4, pipeline 4, post-processor 4, encoder 9: 24 cycles, of which 1
/// computes, 6 fill and 17 drain.
@Suite struct TimelineTests {
    let machine = {
        var machine = MachineDescription.builtIn(named: "small")!
        machine.memory = MemoryDescription(
            busBytes: 4, latencyCycles: 10, burstBytes: 16, alignmentBytes: 16, outstanding: 2)
        return machine
    }()
    private let burst = Transfer(
        externalAddress: 0, rows: 1, rowPitchBytes: 16, rowBytes: 16, buffer: .activationBuffer, bufferAddress: 0,
        chunkBytes: 16, chunkPitchBytes: 16)
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

    /// Layer 0: weights 0...13, input 14...27, pass 28...51, store 52...65. Layer 1: weights are loaded ahead, 28...41;
    /// its input waits for the store: 66...79; pass 80...103, store 104...117.
    @Test func twoLayers() throws {
        let stream = [
            load(0, .weightsFree(0), .weightsFull(0)), load(0, .inputFree(0), .inputFull(0)),
            compute(
                0, [.weightsFull(0), .inputFull(0), .outputFree(0)], [.weightsFree(0), .inputFree(0), .outputFull(0)]),
            store(0, .outputFull(0), [.outputFree(0), .layerStored]),
            load(1, .weightsFree(1), .weightsFull(1)), load(1, [.inputFree(1), .layerStored], .inputFull(1)),
            compute(
                1, [.weightsFull(1), .inputFull(1), .outputFree(1)], [.weightsFree(1), .inputFree(1), .outputFull(1)]),
            store(1, .outputFull(1), [.outputFree(1), .layerStored]),
        ]
        let timeline = try Timeline(simulating: stream, on: machine)
        #expect(
            timeline.commands.map { [$0.start, $0.end] } == [
                [0, 13], [14, 27], [28, 51], [52, 65], [28, 41], [66, 79], [80, 103], [104, 117],
            ])
        #expect(timeline.totalCycles == 118)
        let layers = timeline.layers
        #expect(
            layers.map(\.layer) == [0, 1] && layers.map(\.simulatedCycles) == [66, 52]
                && layers.map(\.computeCycles) == [1, 1])
        #expect(layers[0].stallCycles == stalls([.waitingForLoad: 28, .fill: 6, .drain: 17, .waitingForStore: 14]))
        #expect(layers[1].stallCycles == stalls([.waitingForLoad: 14, .fill: 6, .drain: 17, .waitingForStore: 14]))
        #expect(layers.map(\.issuedMACs) == [256, 256])
        #expect(layers[0].activity.externalReadBytes == 32 && layers[0].activity.externalWriteBytes == 16)
    }

    /// A response 29 cycles after the last beat, so that a store takes 34 cycles. Three tiles into two halves: passes
    /// 0...23 and 24...47; the third
    /// waits for the first store, 24...57: 58...81. The other stores 58...91 and 92...125.
    @Test func fullOutputBuffer() throws {
        let stream = [0, 1, 0].flatMap { half in
            [compute(0, .outputFree(half), .outputFull(half)), store(0, .outputFull(half), .outputFree(half))]
        }
        var far = machine
        far.memory.write.latencyCycles = 29
        let timeline = try Timeline(simulating: stream, on: far)
        #expect(timeline.commands.map(\.end) == [23, 57, 47, 91, 81, 125])
        #expect(
            timeline.layers[0].stallCycles == stalls([.bufferFull: 10, .fill: 18, .drain: 51, .waitingForStore: 44]))
        #expect(timeline.layers[0].simulatedCycles == 126 && timeline.layers[0].computeCycles == 3)
    }

    /// Within one layer number: pass 0...23, store 24...37, a load that waits for it 38...51, pass 52...75, store
    /// 76...89.
    @Test func loadThatWaitsForAStore() throws {
        let stream = [
            compute(0, .outputFree(0), .outputFull(0)), store(0, .outputFull(0), [.outputFree(0), .layerStored]),
            load(0, .layerStored, .inputFull(0)), compute(0, [.inputFull(0), .outputFree(1)], .outputFull(1)),
            store(0, .outputFull(1), .outputFree(1)),
        ]
        let timeline = try Timeline(simulating: stream, on: machine)
        #expect(
            timeline.layers[0].stallCycles
                == stalls([.dependency: 14, .waitingForLoad: 14, .fill: 12, .drain: 34, .waitingForStore: 14]))
        #expect(timeline.totalCycles == 90)
    }

    /// A layer that only moves: load 0...13, store 14...27 (they share nothing here, so the store waits for a token of
    /// the load through a pass of another layer is not needed: it starts at once and follows the load's burst on the
    /// bus: issue 1, first 14, last 17, its response in 26).
    @Test func layerWithoutCompute() throws {
        let stream = [load(0, .inputFree(0), .inputFull(0)), store(0, [], [])]
        let timeline = try Timeline(simulating: stream, on: machine)
        #expect(timeline.commands.map(\.end) == [13, 26])
        #expect(timeline.layers[0].stallCycles == stalls([.waitingForLoad: 14, .waitingForStore: 13]))
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

    /// Loads take 4 cycles more than the latency and put their tokens in their last; a pass takes 24, so that the
    /// second pass takes the first token in cycle 24. The second token comes in that cycle (five loads of 5 cycles) and
    /// finds place, or in the cycle before (three of 8) and finds none.
    @Test(arguments: [(1, 5, nil), (4, 3, 2)] as [(Int, Int, Int?)])
    func oneTokenFindsPlace(_ latency: Int, _ loads: Int, _ refused: Int?) throws {
        var near = machine
        near.memory.read.latencyCycles = latency
        let stream =
            (0..<loads).map { load(0, [], $0 < loads - 2 ? [] : .inputFull(0)) }
            + [compute(0, [], []), compute(0, .inputFull(0), []), compute(0, .inputFull(0), [])]
        guard let refused else {
            let timeline = try Timeline(simulating: stream, on: near)
            #expect(timeline.commands[loads - 1].end == 24 && timeline.commands[loads + 1].start == 24)
            return
        }
        #expect(throws: TimelineError.semaphoreOverflow(command: refused, name: "inputFull0")) {
            try Timeline(simulating: stream, on: near)
        }
    }

    @Test func tokenThatNobodyTakesLeavesNoPlace() {
        let twice = [load(0, [], .inputFull(1)), load(0, [], .inputFull(1))]
        #expect(throws: TimelineError.semaphoreOverflow(command: 1, name: "inputFull1")) {
            try Timeline(simulating: twice, on: machine)
        }
        // There from the beginning, and put without having been taken.
        #expect(throws: TimelineError.semaphoreOverflow(command: 0, name: "outputFree0")) {
            try Timeline(simulating: [store(0, [], .outputFree(0))], on: machine)
        }
    }

    @Test func semaphoreOfTwoEnginesIsRefused() {
        let waits = [load(0, .inputFree(0), []), compute(0, .inputFree(0), [])]
        #expect(throws: TimelineError.semaphoreShared(name: "inputFree0", first: .load, second: .compute, command: 1)) {
            try Timeline(simulating: waits, on: machine)
        }
        let signals = [load(0, [], .outputFull(1)), compute(0, [], .outputFull(1))]
        #expect(throws: TimelineError.semaphoreShared(name: "outputFull1", first: .load, second: .compute, command: 1))
        {
            try Timeline(simulating: signals, on: machine)
        }
    }
}
