public import Commands
import FixedPoint
public import MachineDescription

/// What no schedule of a layer can beat on a machine.
///
///     bytes  = input (what is read of it) + weights + output, each moved once
///     cycles = max(sum over phases of groups ceil(positions / P0) ceil(K / K0) max(T, drain),
///                  least cycles of input and output on the bus),  T = max(1, taps ceil(C / C0))
///
/// Weights may be loaded while the layer before runs, in cycles that count as that layer's: they take no cycles of
/// their own here. Of a network the cycles are at least the sum of its layers', and at least all bytes over the bus.
///
/// Where lanes can hold something else than channels, merged groups, phases or kernel rows, the least of the counts;
/// weights count without the zeros.
public struct LowerBound: Hashable, Sendable {
    public var inputBytes: Int
    public var weightBytes: Int
    /// Output.
    public var writeBytes: Int
    public var computeCycles: Int
    public var transferCycles: Int

    /// Input and weights.
    public var readBytes: Int { inputBytes + weightBytes }
    public var bytes: Int { readBytes + writeBytes }
    public var cycles: Int { max(computeCycles, transferCycles) }

    /// Output positions that use the same number of taps: all of a convolution, one phase of a transposed convolution.
    public struct Phase: Hashable, Sendable {
        public var positions: Int
        public var taps: Int

        public init(positions: Int, taps: Int) {
            self.positions = positions
            self.taps = taps
        }
    }

    /// - Parameters:
    ///   - phases: empty for a layer that does not use the MAC array.
    ///   - inputChannels, outputChannels: of one group, or merged group; lanes where phases share them.
    ///   - lastOutputChannels: of the last group, where it has fewer.
    ///   - drain: where finished sums go.
    ///   - inputBytes, weightBytes, outputBytes: of the whole layer.
    public init(
        phases: [Phase], groups: Int = 1, inputChannels: Int, outputChannels: Int,
        lastOutputChannels: Int? = nil, drain: Accumulation.Drain, inputBytes: Int, weightBytes: Int,
        outputBytes: Int, on machine: MachineDescription
    ) {
        let array = machine.macArray
        self.inputBytes = inputBytes
        self.weightBytes = weightBytes
        writeBytes = outputBytes
        transferCycles = machine.memory.leastCycles(reading: inputBytes, writing: outputBytes)
        let (lanes, last) = (array.outputChannelLanes, lastOutputChannels ?? outputChannels)
        let channelGroups = (groups - 1) * ceilDivide(outputChannels, by: lanes) + ceilDivide(last, by: lanes)
        let drained = machine.drainCycles(by: drain).drain
        computeCycles = phases.reduce(0) { sum, phase in
            let steps = max(1, drained, phase.taps * ceilDivide(inputChannels, by: array.inputChannelLanes))
            return sum + ceilDivide(phase.positions, by: array.pixelLanes) * channelGroups * steps
        }
    }
}
