import Commands
import MachineDescription
import TestSupport
import Testing
import Timing

/// Loads through a decoder and passes with fewer steps, worked out by hand on `small`: C0 = K0 = 8, P0 = 4, drain 4,
/// result stages 13, fill 6.
@Suite struct WeightCodingCostTests {
    let machine = {
        var machine = MachineDescription.builtIn(named: "small")!
        machine.memory = MemoryDescription(
            busBytes: 4, latencyCycles: 10, burstBytes: 16, alignmentBytes: 16, outstanding: 2)
        return machine
    }()

    private func pass(rows: Int, columns: Int, taps: Int, inputs: Int, outputs: Int) -> Accumulation {
        var pass = Accumulation()
        (pass.rows, pass.columns, pass.tapRows, pass.tapColumns, pass.inputChannels, pass.outputChannels) = (
            rows, columns, taps, taps, inputs, outputs
        )
        return pass
    }

    @Test(
        "With every step issued a pass costs what it costs",
        arguments: [(1, 5, 1, 8, 8), (2, 6, 3, 16, 20), (3, 1, 0, 8, 9), (1, 1, 5, 3, 64)])
    func allSteps(rows: Int, columns: Int, taps: Int, inputs: Int, outputs: Int) {
        for drain in [Accumulation.Drain.postProcessor, .normalization] {
            for last in [true, false] {
                var whole = pass(rows: rows, columns: columns, taps: taps, inputs: inputs, outputs: outputs)
                (whole.drain, whole.last) = (drain, last)
                let steps = taps * taps * ((inputs + 7) / 8)
                #expect(
                    CommandCost(whole, issuedSteps: Array(repeating: steps, count: (outputs + 7) / 8), on: machine)
                        == CommandCost(whole, on: machine))
            }
        }
    }

    /// 2 rows of 6 columns: 4 pixel groups for each of 3 groups of channels, which issue 18, 2 and 0 steps. Sums: 4 (18
    /// + 2 + 1) = 84 steps. The groups of 2 and 1 wait for a drain of 4: 4 (2 + 3) = 20. Last drain and stages 17, fill
    /// 6.
    @Test func fewerSteps() {
        let cost = CommandCost(
            pass(rows: 2, columns: 6, taps: 3, inputs: 16, outputs: 20), issuedSteps: [18, 2, 0], on: machine)
        #expect(
            cost.computeCycles == 84 && cost.drainCycles == 37 && cost.fillCycles == 6 && cost.bankConflictCycles == 0)
        // The first group of all does not wait: 4 (3 + 2) - 3 = 17.
        let turned = CommandCost(
            pass(rows: 2, columns: 6, taps: 3, inputs: 16, outputs: 20), issuedSteps: [0, 2, 18], on: machine)
        #expect(turned.computeCycles == 84 && turned.drainCycles == 17 + 17)
    }

    /// A burst of 16 bytes is there in cycles 0...13. 40 symbols at one a cycle end in max(13, 0 + 10 - 1 + 40) + 2 =
    /// 51; at 16 a cycle in max(13, 12) + 2 = 15. What waits starts one later, and so does the next load.
    @Test(arguments: [(1, 51), (16, 15), (4, 21)]) func decodedLoad(symbolsPerCycle: Int, end: Int) throws {
        let burst = Transfer(
            externalAddress: 0, rows: 1, rowPitchBytes: 16, rowBytes: 16, buffer: .weightBuffer, bufferAddress: 0,
            chunkBytes: 16, chunkPitchBytes: 16)
        var pass = Accumulation()
        (pass.columns, pass.inputChannels, pass.outputChannels, pass.inputWidth) = (4, 8, 8, 4)
        var stream = TimedStream(on: machine)
        stream.append(
            Command(layer: 0, waits: .weightsFree(0), signals: .weightsFull(0), operation: .load(burst)),
            decoding: DecodedLoad(symbols: 40, symbolsPerCycle: symbolsPerCycle))
        stream.append(Command(layer: 0, waits: .inputFree(0), signals: .inputFull(0), operation: .load(burst)))
        let work = Command(
            layer: 0, waits: [.weightsFull(0), .outputFree(0)], signals: .outputFull(0), operation: .accumulate(pass))
        stream.append(work, cost: CommandCost(pass, issuedSteps: [1], on: machine))
        let timeline = try Timeline(simulating: stream)
        #expect(
            timeline.commands.map { [$0.start, $0.end] } == [[0, end], [end + 1, end + 14], [end + 1, end + 24]])
    }
}
