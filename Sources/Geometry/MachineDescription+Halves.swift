package import MachineDescription

/// What one half of a buffer holds.
extension MachineDescription {
    package var weightHalves: Int { weightBuffer.pingPong ? 2 : 1 }
    package var weightHalfBytes: Int { weightBuffer.bytes / weightHalves }
    package var activationHalves: Int { activationBuffer.pingPong ? 2 : 1 }
    /// Partial sums that the accumulator buffer holds, A bits each.
    package var accumulators: Int { accumulatorBuffer.bytes * 8 / macArray.accumulatorBits }
    /// Whole words of 8 bytes.
    package var parameterHalfBytes: Int { parameterMemory.bytes / 16 * 8 }
}
