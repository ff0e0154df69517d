import Commands
import MachineDescription
import Testing
import Timing

/// Costs worked out by hand from the rules of `docs/timing.md`.
@Suite struct CommandCostTests {
    /// C0 = K0 = 8, P0 = 4, 4 activation banks, a step of weights (64 bytes) a cycle, lanes of 8, 4 pipeline stages,
    /// normalization latency 24.
    let machine = MachineDescription.builtIn(named: "small")!

    private func pass(
        rows: Int = 1, columns: Int, taps: Int = 3, inputs: Int, outputs: Int, stride: Int = 1
    ) -> Accumulation {
        var pass = Accumulation()
        (pass.rows, pass.columns) = (rows, columns)
        (pass.tapRows, pass.tapColumns) = (taps, taps)
        (pass.inputChannels, pass.outputChannels) = (inputs, outputs)
        (pass.inputStrideY, pass.inputStrideX) = (stride, stride)
        return pass
    }

    /// 2 rows of 6 columns: ceil(6 / 4) = 2 groups of pixels a row; 20 output channels: 3 groups; G = 2 2 3 = 12.
    /// 9 taps, 16 input channels: T = 9 2 = 18. D = E = 8 4 / 8 = 4 < T, so I = 18.
    /// cycles = 2 + 11 18 + 18 + 4 + 4 + 13 = 239: steps 12 18 = 216, drain 4 and result stages 4 + 9, fill 2 + 4.
    @Test func convolutionBoundBySteps() {
        let cost = CommandCost(pass(rows: 2, columns: 6, inputs: 16, outputs: 20), on: machine)
        #expect(cost.cycles == 239)
        #expect(
            cost.computeCycles == 216 && cost.drainCycles == 17 && cost.fillCycles == 6 && cost.bankConflictCycles == 0)
    }

    /// 1 x 1 over 8 channels: T = 1 < D = 4, so I = 4. 5 columns: G = 2; cycles = 2 + 4 + 1 + 4 + 4 + 13 = 28: steps 2,
    /// drain (4 - 1) + 4 + 13 = 20, fill 6.
    @Test func pointwiseBoundByDrain() {
        let cost = CommandCost(pass(columns: 5, taps: 1, inputs: 8, outputs: 8), on: machine)
        #expect(cost.cycles == 28)
        #expect(cost.computeCycles == 2 && cost.drainCycles == 20 && cost.fillCycles == 6)
    }

    /// All phases of 5 x 5 taps, stride 2, to 3 channels: 12 lanes are 2 groups of 8, and the window has 3 x 3 taps of
    /// 64 channels, 8 steps each. 5 rows of 9 blocks: G = 5 3 2 = 30, T = 72; 2 + 30 72 + 4 + 4 + 13 = 2,183.
    @Test func joinedPhases() {
        var joined = pass(rows: 5, columns: 9, taps: 3, inputs: 64, outputs: 12)
        (joined.outputStrideY, joined.outputStrideX) = (2, 2)
        (joined.lastPhaseRows, joined.lastPhaseColumns) = (2, 1)
        #expect(CommandCost(joined, on: machine).cycles == 2183)
    }

    /// Without taps a group still takes a cycle: the same as one step.
    @Test func aPhaseWithoutTapsTakesOneCycleAGroup() {
        #expect(CommandCost(pass(columns: 5, taps: 0, inputs: 8, outputs: 8), on: machine).cycles == 28)
    }

    /// Stride 2 in 4 banks by x mod 4: lanes at 0, 2, 4, 6 use banks 0 and 2, two words each: 2 cycles a step. Stride
    /// 4: one bank, 4 cycles. Stride 3: all four banks. With x div stride the lanes are consecutive.
    @Test(arguments: [(1, 1), (2, 2), (3, 1), (4, 4), (6, 2)]) func bankConflicts(stride: Int, cyclesAStep: Int) {
        var interleaved = machine
        interleaved.activationBuffer.deinterleave = false
        let strided = pass(columns: 4, inputs: 8, outputs: 8, stride: stride)
        let cost = CommandCost(strided, on: interleaved)
        // One group of 9 steps: 2 + 9 a + 4 + 4 + 13.
        #expect(cost.cycles == 23 + 9 * cyclesAStep)
        #expect(cost.computeCycles == 9 && cost.bankConflictCycles == 9 * (cyclesAStep - 1))
        #expect(CommandCost(strided, on: machine).cycles == 32)
    }

    /// 2 banks for 4 lanes: two words of each bank a step. Half the weight bandwidth: two cycles a step. The slower of
    /// the two counts.
    @Test func fewBanksAndSlowWeightsTakeCyclesAStep() {
        var slow = machine
        slow.activationBuffer.banks = 2
        #expect(CommandCost(pass(columns: 4, inputs: 8, outputs: 8), on: slow).cycles == 23 + 9 * 2)
        slow.weightBuffer.bytesPerCycle = 24
        // ceil(64 / 24) = 3.
        #expect(CommandCost(pass(columns: 4, inputs: 8, outputs: 8), on: slow).cycles == 23 + 9 * 3)
    }

    /// The normalization unit with 4 lanes takes 8 cycles a group of 32 results: T = 1, I = 8, G = 3 groups of
    /// channels: 2 + 2 8 + 1 + 8 + 4 + 24 + 9 = 64.
    @Test func normalizationDrains() {
        var narrow = machine
        narrow.normalization.lanes = 4
        var work = pass(columns: 4, taps: 1, inputs: 8, outputs: 24)
        work.drain = .normalization
        let cost = CommandCost(work, on: narrow)
        #expect(cost.cycles == 64)
        #expect(cost.computeCycles == 3 && cost.fillCycles == 6 && cost.drainCycles == 2 * 7 + 8 + 24 + 9)
    }

    /// Split input channels, T = 1, P0 = 4, G = 2. A pass that is not the last drains sums at a pixel a cycle: 2 + 4 +
    /// 1 + 4 + 4 = 15; earlier sums are added on the way. With 16 post-processor and encoder lanes the last pass drains
    /// in 2 cycles: 2 + 2 + 1 + 2 + 4 + 13 = 24.
    @Test func partialSumPasses() {
        var work = pass(columns: 4, taps: 1, inputs: 8, outputs: 16)
        work.last = false
        #expect(CommandCost(work, on: machine).cycles == 15)
        work.first = false
        #expect(CommandCost(work, on: machine).cycles == 15)
        work.last = true
        var wide = machine
        wide.postProcessor.lanes = 16
        wide.codebookMux.encodeLanes = 16
        #expect(CommandCost(work, on: wide).cycles == 24)
        work.first = true
        #expect(CommandCost(work, on: wide).cycles == 24)
    }

    /// 3 x 5 positions of 20 channels, 8 lanes: G = 45 whatever the number of operands; 2 + 45 + 2 + 13. An encoder of
    /// 4 lanes makes it 5 groups a position: 2 + 75 + 15.
    @Test func elementwise() {
        var work = Elementwise()
        (work.rows, work.columns, work.channels) = (3, 5, 20)
        #expect(CommandCost(work, on: machine).cycles == 62)
        work.function = .add
        work.hasSecond = true
        #expect(CommandCost(work, on: machine).cycles == 62)
        var narrow = machine
        narrow.codebookMux.encodeLanes = 4
        #expect(CommandCost(work, on: narrow).cycles == 92)
        work.function = .copy
        #expect(CommandCost(work, on: narrow).cycles == 92)
    }

    /// 100 positions: 25 groups, 20 channels: 3, 9 taps of 2: 25 3 18 = 1,350 cycles; 6,000 bytes
    /// of input and output at 4 a cycle: 1,500.
    @Test func lowerBound() {
        let bound = LowerBound(
            phases: [.init(positions: 100, taps: 9)], inputChannels: 16, outputChannels: 20, drain: .postProcessor,
            inputBytes: 5000, weightBytes: 4000, outputBytes: 1000, on: machine)
        #expect(
            bound.computeCycles == 1350 && bound.transferCycles == 1500 && bound.cycles == 1500 && bound.bytes == 10_000
        )
        // The four phases of a 5 x 5 kernel with stride 2 have 9, 6, 6 and 4 taps: 25 taps over 25 3 groups of 2 steps.
        let phases = [9, 6, 6, 4].map { LowerBound.Phase(positions: 100, taps: $0) }
        let transposed = LowerBound(
            phases: phases, inputChannels: 16, outputChannels: 20, drain: .postProcessor, inputBytes: 1,
            weightBytes: 1, outputBytes: 1, on: machine)
        #expect(transposed.cycles == 25 * 3 * 2 * 25)
        // Four groups of 16 output channels and one of 4, 8 lanes: 4 2 + 1 = 9 groups of lanes, 25 of pixels, 9 steps.
        let grouped = LowerBound(
            phases: [.init(positions: 100, taps: 9)], groups: 5, inputChannels: 8, outputChannels: 16,
            lastOutputChannels: 4, drain: .postProcessor, inputBytes: 1, weightBytes: 1, outputBytes: 1, on: machine)
        #expect(grouped.computeCycles == 9 * 25 * 9)
        // One tap of 8 channels: a step each, and 4 cycles to drain. Half the normalization lanes: 8 cycles.
        func pointwise(_ drain: Accumulation.Drain) -> LowerBound {
            var slow = machine
            slow.normalization.lanes = 4
            return LowerBound(
                phases: [.init(positions: 100, taps: 1)], inputChannels: 8, outputChannels: 8, drain: drain,
                inputBytes: 1, weightBytes: 1, outputBytes: 1, on: slow)
        }
        #expect(pointwise(.postProcessor).computeCycles == 25 * 4)
        #expect(pointwise(.normalization).computeCycles == 25 * 8)
    }
}
