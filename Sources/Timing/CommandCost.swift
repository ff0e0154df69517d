public import Commands
import FixedPoint
public import MachineDescription

/// The cycles of one command on the compute engine, from the edge that sees start high to the edge that sees done high.
/// `docs/timing.md` has the rules.
///
///     fill | T | I | I | ... | I | last drain, result stages
///     n MAC groups: the first takes T, every further one I = max(T, drain)
///
/// A MAC group is K0 channels x P0 pixels, summed in as many steps as it takes; then its sums drain: they leave the
/// accumulators for the post-processor, the normalization unit or the accumulator buffer while the next is summed.
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
    /// Results that leave the compute engine per cycle: the narrower of post-processor and encoder.
    var resultLanes: Int { min(postProcessor.lanes, codebookMux.encodeLanes) }

    /// Cycles of one step: the weights of C0 x K0, and the busiest activation bank's words, taken over all P0 lanes
    /// whether valid or not.
    ///
    /// - Parameter stride: between the input columns of neighbouring lanes.
    package func stepCycles(stride: Int) -> Int {
        // Lanes lie in x at multiples of the stride; these fall into this many different banks, in turn.
        let banks =
            activationBuffer.deinterleave
            ? activationBuffer.banks : activationBuffer.banks / greatestCommonDivisor(stride, activationBuffer.banks)
        let weightCycles = ceilDivide(
            macArray.inputChannelLanes * macArray.outputChannelLanes, by: weightBuffer.bytesPerCycle)
        return max(1, weightCycles, ceilDivide(macArray.pixelLanes, by: banks))
    }

    /// Cycles that a MAC group's finished sums take to leave the accumulators, and the registers that the last ones
    /// pass. Partial sums take P0 cycles and pass none.
    package func drainCycles(by unit: Accumulation.Drain) -> (drain: Int, stages: Int) {
        let results = macArray.outputChannelLanes * macArray.pixelLanes
        switch unit {
        case .postProcessor:
            return (
                ceilDivide(results, by: resultLanes), CommandCost.postProcessorStages + CommandCost.encoderStages
            )
        case .normalization:
            return (
                ceilDivide(results, by: min(resultLanes, normalization.lanes)),
                normalization.latencyCycles + CommandCost.encoderStages
            )
        }
    }
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

    /// Cycles that a MAC group's sums take to leave the accumulators, and the registers that the last ones pass.
    func drainCycles(on machine: MachineDescription) -> (drain: Int, stages: Int) {
        last ? machine.drainCycles(by: drain) : (machine.macArray.pixelLanes, 0)
    }

    /// Cycles of one step.
    func stepCycles(on machine: MachineDescription) -> Int { machine.stepCycles(stride: inputStrideX) }
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
