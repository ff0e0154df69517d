/// What a command did to the units. The machine counts it while it runs; timing predicts it from the command alone; the
/// two must be equal.
public struct UnitActivity: Hashable, Sendable, BitwiseCopyable {
    /// MAC groups (K0 channels x P0 pixels) begun.
    public var groups = 0
    /// MAC steps issued: C0 x K0 x P0 multiplications each, padding and ragged lanes included.
    public var steps = 0
    /// Bytes moved between external memory and buffers.
    public var externalReadBytes = 0
    /// Parts of them: those that go into the weight buffer and into parameter memory.
    public var externalWeightBytes = 0
    public var externalParameterBytes = 0
    public var externalWriteBytes = 0
    /// Bytes read from the weight and activation buffers: a whole word of C0 x K0 weights each step; a word of C0
    /// activations for each valid (inside the tensor) pixel lane of each step; operands of element-wise work and of the
    /// normalization unit; stores. What the units read of parameter memory is not counted.
    public var bufferReadBytes = 0
    /// Bytes written on chip: loads, those of parameter memory included, and results.
    public var bufferWriteBytes = 0
    /// Partial sums moved, in accumulators.
    public var partialSumReads = 0
    public var partialSumWrites = 0

    public init() {}

    public static func += (sum: inout UnitActivity, activity: UnitActivity) {
        sum.groups += activity.groups
        sum.steps += activity.steps
        sum.externalReadBytes += activity.externalReadBytes
        sum.externalWeightBytes += activity.externalWeightBytes
        sum.externalParameterBytes += activity.externalParameterBytes
        sum.externalWriteBytes += activity.externalWriteBytes
        sum.bufferReadBytes += activity.bufferReadBytes
        sum.bufferWriteBytes += activity.bufferWriteBytes
        sum.partialSumReads += activity.partialSumReads
        sum.partialSumWrites += activity.partialSumWrites
    }
}
