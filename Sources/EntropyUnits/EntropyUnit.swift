import FixedPoint
public import MachineDescription

/// The entropy unit: interleaved rANS over tables in its own memory. What it computes is `InterleavedEncoder` and
/// `InterleavedDecoder`; here is what it takes.
public struct EntropyUnit: Sendable {
    public let description: EntropyCoderDescription
    /// Tables on chip.
    public let tableBytes: Int

    public init(_ description: EntropyCoderDescription, tableBytes: Int) {
        self.description = description
        self.tableBytes = tableBytes
    }

    /// Estimated: symbols at the unit's rate, `interleave` in flight. An escape's bypass bits pass in the symbol's own
    /// slot.
    public func cycles(symbols: Int) -> Int {
        ceilDivide(symbols, by: description.symbolsPerCycle) + description.interleave
    }
}

extension TrellisUnit {
    /// Estimated: all samples once forward and once back.
    public func cycles(samples: Int, _ description: TrellisDescription) -> Int {
        2 * ceilDivide(samples, by: description.samplesPerCycle)
    }
}
