import FixedPoint

/// What a machine file may leave out: each value follows from what it must say.
///
///     from lanes     weightBuffer      K0 banks, C0 K0 bytes per cycle: a step of weights
///                    activationBuffer  P0 banks, each of which delivers C0 bytes per cycle
///                    result lanes      the fewest that keep up with a normalization of 64 channels, K0 P0 results in
///                                      ceil(64 / C0) steps, but 8 where a group has so many results
///     from bytes     accumulatorBuffer a quarter of the weight buffer
///                    parameterMemory   the same in whole pairs of bytes, at least 128 KiB
///     from the bus   bursts            16 beats, at most 256 bytes, at least one beat
///                    alignment         64 bytes, at least one beat
///                    outstanding       the fewest that fill the bus, rounded up to a power of two, at most 256
///     from reads     write latency     half of theirs, rounded up
enum MachineDefaults {
    static let (activationBits, weightBits) = (16, 12)
    /// Bits of an accumulator beside those of one product: sums of 256 products.
    static let guardBits = 8
    /// It takes no hardware: weights and commands say it all.
    static let mergedGroups = true
    /// It takes a placement for each output lane.
    static let phases = true
    /// It takes a writer of windows in the load engine.
    static let kernelRow = true
    static let pipelineStages = 4
    static let codebooks = 16
    static let normalizationLatencyCycles = 24
    static let (symbolsPerCycle, interleave) = (1, 4)
    static let (states, samplesPerCycle) = (8, 1)

    static func resultLanes(_ array: MACArrayDescription) -> Int {
        let results = array.outputChannelLanes * array.pixelLanes
        let steps = ceilDivide(MachineDescription.normalizationChannels, by: array.inputChannelLanes)
        return max(min(8, results), ceilDivide(results, by: steps))
    }

    static func accumulatorBytes(weightBytes: Int) -> Int { weightBytes / 4 }

    static func parameterBytes(weightBytes: Int) -> Int { max(128 << 10, weightBytes / 8 * 2) }

    static func burstBytes(busBytes: Int) -> Int { max(busBytes, min(256, 16 * busBytes)) }

    static func alignmentBytes(busBytes: Int) -> Int { max(64, busBytes) }

    static func writeLatencyCycles(readLatencyCycles: Int) -> Int { ceilDivide(readLatencyCycles, by: 2) }

    static func outstanding(for access: MemoryAccess, of memory: MemoryDescription) -> Int {
        // A burst that is no whole number of bus words is refused elsewhere.
        let least = memory.burstBytes >= memory.busBytes ? memory.outstandingThatFillTheBus(access) : 1
        var bursts = 1
        while bursts < min(least, MemoryDescription.outstandingRange.upperBound) { bursts *= 2 }
        return bursts
    }
}
