public import Commands
import FixedPoint
public import MachineDescription

/// The cycles of one command on the compute engine, from the edge that sees start high to the edge that sees done high.
/// `docs/timing.md` has the rules.
///
///     fill | T | I | I | ... | I | last drain, result stages
///     G groups: the first takes T, every further one I = max(T, drain)
public struct CommandCost: Hashable, Sendable {
    /// Command decode and operand read.
    public static let fillCycles = 2
    /// Registers of a post-processor lane: bias, product, rounding, saturation.
    public static let postProcessorStages = 4
    /// Registers of an encoder lane: eight comparisons, then limits and code map.
    public static let encoderStages = 9
    /// Registers between the activation buffer and the post-processor in element-wise work: the operands as read, and
    /// decoded.
    public static let operandStages = 2
    /// Registers between decoded operands and their sum where each is rescaled before: product, rounding.
    public static let scaleStages = 2

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
        let (drain, stages) = pass.drainCycles(on: machine)
        let interval = max(groupCycles, drain)
        computeCycles = groups * steps
        bankConflictCycles = groups * (groupCycles - steps)
        drainCycles = (groups - 1) * (interval - groupCycles) + drain + stages
        fillCycles = CommandCost.fillCycles + array.pipelineStages
    }

    /// The cost of a pass that leaves out steps: `issuedSteps` has one number for each group of K0 output channels,
    /// group of the layer after group, for every pixel group alike.
    ///
    /// With all steps issued it is the cost of the whole pass. For estimates only: no RTL leaves steps out.
    public init(_ pass: Accumulation, issuedSteps: [Int], on machine: MachineDescription) {
        let array = machine.macArray
        let pixelGroups = pass.rows * ceilDivide(pass.columns, by: array.pixelLanes)
        precondition(
            issuedSteps.count * pixelGroups == pass.groupCount(on: array),
            "\(issuedSteps.count) step counts for \(pass.groupCount(on: array)) groups")
        let stepCycles = pass.stepCycles(on: machine)
        let (drain, stages) = pass.drainCycles(on: machine)
        for steps in issuedSteps.lazy.map({ max(1, $0) }) {
            computeCycles += pixelGroups * steps
            bankConflictCycles += pixelGroups * steps * (stepCycles - 1)
            drainCycles += pixelGroups * max(0, drain - steps * stepCycles)
        }
        // Nothing drains while the first group is summed.
        drainCycles += drain + stages - max(0, drain - max(1, issuedSteps[0]) * stepCycles)
        fillCycles = CommandCost.fillCycles + array.pipelineStages
    }

    public init(_ work: Elementwise, on machine: MachineDescription) {
        computeCycles = work.groupPositions * ceilDivide(work.channels, by: machine.resultLanes)
        drainCycles = CommandCost.postProcessorStages + CommandCost.encoderStages
        fillCycles =
            CommandCost.fillCycles + CommandCost.operandStages
            + (work.function.hasTwoStages ? CommandCost.scaleStages : 0)
    }
}

extension MachineDescription {
    /// Results that leave the compute engine a cycle: the narrower of post-processor and encoder.
    var resultLanes: Int { min(postProcessor.lanes, codebookMux.encodeLanes) }
}

extension Accumulation {
    /// MAC groups of K0 channels x P0 pixels; ragged ones count whole.
    func groupCount(on array: MACArrayDescription) -> Int {
        groups * rows * ceilDivide(columns, by: array.pixelLanes)
            * ceilDivide(outputChannels, by: array.outputChannelLanes)
    }

    /// Steps of one group: taps x groups of C0 input channels. 0 for a phase without taps.
    func stepsPerGroup(on array: MACArrayDescription) -> Int {
        taps * ceilDivide(inputChannels, by: array.inputChannelLanes)
    }

    /// Cycles that a group's results take to leave the accumulators, and the registers that the last ones pass.
    func drainCycles(on machine: MachineDescription) -> (drain: Int, stages: Int) {
        let array = machine.macArray
        guard last else { return (array.pixelLanes, 0) }
        let isNormalization = drain == .normalization
        let lanes = isNormalization ? min(machine.resultLanes, machine.normalization.lanes) : machine.resultLanes
        let stages =
            (isNormalization ? machine.normalization.latencyCycles : CommandCost.postProcessorStages)
            + CommandCost.encoderStages
        return (ceilDivide(array.outputChannelLanes * array.pixelLanes, by: lanes), stages)
    }

    /// Cycles of one step: the weights of C0 x K0, and the busiest activation bank's words, taken over all P0 lanes
    /// whether valid or not.
    func stepCycles(on machine: MachineDescription) -> Int {
        let array = machine.macArray
        let buffer = machine.activationBuffer
        // Lanes lie in x at multiples of the stride; these fall into this many different banks, in turn.
        let banks =
            buffer.deinterleave ? buffer.banks : buffer.banks / greatestCommonDivisor(inputStrideX, buffer.banks)
        let weightCycles = ceilDivide(
            array.inputChannelLanes * array.outputChannelLanes, by: machine.weightBuffer.bytesPerCycle)
        return max(1, weightCycles, ceilDivide(array.pixelLanes, by: banks))
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
