public import Commands
public import MachineDescription

/// The cycles of one command on the compute engine, from the edge that sees start high to the edge that sees done high. `docs/timing.md` has the rules.
///
///     fill | T | I | I | ... | I | last drain          G groups: the first takes T, every further one I = max(T, drain)
public struct CommandCost: Hashable, Sendable {
    /// Command decode and operand read.
    public static let fillCycles = 2

    /// Cycles that begin a step (or a group of element-wise work).
    public var computeCycles = 0
    public var bankConflictCycles = 0
    public var drainCycles = 0
    public var fillCycles = 0

    public var cycles: Int { computeCycles + bankConflictCycles + drainCycles + fillCycles }

    public init(_ pass: Accumulation, on machine: MachineDescription) {
        let array = machine.macArray
        let groups = pass.groupCount(on: array)
        let steps = max(1, pass.stepsPerGroup(on: array))
        let groupCycles = steps * pass.stepCycles(on: machine)
        let results = array.outputChannelLanes * array.pixelLanes
        var drain = array.pixelLanes
        var latency = 0
        if pass.last {
            drain = max(ceilingDivision(results, machine.postProcessor.lanes), ceilingDivision(results, machine.codebookMux.encodeLanes))
            if pass.drain == .normalization {
                drain = max(drain, ceilingDivision(results, machine.normalization.lanes))
                latency = machine.normalization.latencyCycles
            }
        }
        let preload = pass.first ? 0 : array.pixelLanes
        let interval = max(groupCycles, drain, preload)
        computeCycles = groups * steps
        bankConflictCycles = groups * (groupCycles - steps)
        drainCycles = (groups - 1) * (interval - groupCycles) + drain + latency
        fillCycles = CommandCost.fillCycles + preload + array.pipelineStages
    }

    public init(_ work: Elementwise, on machine: MachineDescription) {
        let lanes = machine.postProcessor.lanes
        let groups = work.rows * work.columns * ceilingDivision(work.channels, lanes)
        // Copies and latents leave as they are; the others pass the encoder.
        let encodes = work.function == .requantize || work.function == .add
        let interval = encodes ? max(1, ceilingDivision(lanes, machine.codebookMux.encodeLanes)) : 1
        computeCycles = groups
        drainCycles = groups * (interval - 1)
        fillCycles = CommandCost.fillCycles + machine.macArray.pipelineStages
    }
}

extension Accumulation {
    /// MAC groups of K0 channels x P0 pixels; ragged ones count whole.
    func groupCount(on array: MACArrayDescription) -> Int {
        groups * rows * ceilingDivision(columns, array.pixelLanes) * ceilingDivision(outputChannels, array.outputChannelLanes)
    }

    /// Steps of one group: taps x groups of C0 input channels. 0 for a phase without taps.
    func stepsPerGroup(on array: MACArrayDescription) -> Int {
        taps * ceilingDivision(inputChannels, array.inputChannelLanes)
    }

    /// Cycles of one step: the weights of C0 x K0, and the busiest activation bank's words, taken over all P0 lanes whether valid or not.
    func stepCycles(on machine: MachineDescription) -> Int {
        let array = machine.macArray
        let buffer = machine.activationBuffer
        // Lanes lie in x at multiples of the stride; these fall into this many different banks, in turn.
        let banks = buffer.deinterleave ? buffer.banks : buffer.banks / greatestCommonDivisor(inputStrideX, buffer.banks)
        let weightCycles = ceilingDivision(array.inputChannelLanes * array.outputChannelLanes, machine.weightBuffer.bytesPerCycle)
        return max(1, weightCycles, ceilingDivision(array.pixelLanes, banks))
    }
}

extension CommandCost {
    /// The cost of a command of the compute engine; nil for a transfer, whose time depends on the channel.
    public init?(of command: Command, on machine: MachineDescription) {
        switch command.operation {
        case .accumulate(let pass): self.init(pass, on: machine)
        case .elementwise(let work): self.init(work, on: machine)
        case .load, .store: return nil
        }
    }
}
