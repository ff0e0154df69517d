public import Diagnostics

/// From an 8-bit weight code to the integer that is multiplied: one table for all channels of a layer, whose scales
/// live in the requantization multipliers.
public struct WeightDecoder: Hashable, Sendable {
    /// 256 values; `entries[code]` is the expanded weight.
    public let entries: [Int16]
    /// Whether a closed form makes the table (no ROM), or it must be stored.
    public let isMemoryFree: Bool
    /// The law in words, for reports: `linear`, `power 3/2`, `table`...
    public let law: String

    /// - Throws: `codebookSizeOutOfRange`.
    public init(entries: [Int16], isMemoryFree: Bool, law: String) throws(Diagnostic) {
        guard entries.count == 256 else {
            throw Diagnostic(
                .codebookSizeOutOfRange, at: "weight decoder", found: "\(entries.count) entries",
                expected: "256 entries", remedy: "give one entry for each code")
        }
        self.entries = entries
        self.isMemoryFree = isMemoryFree
        self.law = law
    }

    /// `entries[code] = code - 128 + offset`: int8 weights, 9 bits with an offset.
    public static func linear(offset: Int = 0) -> WeightDecoder {
        try! WeightDecoder(entries: (0..<256).map { Int16($0 - 128 + offset) }, isMemoryFree: true, law: "linear")
    }

    /// The first code that decodes to 0; nil where none does.
    public var zeroCode: UInt8? { entries.firstIndex(of: 0).map { UInt8($0) } }

    /// Smallest signed width that holds every entry.
    public var bits: Int {
        entries.reduce(1) { width, entry in
            max(width, Int16.bitWidth - (entry < 0 ? ~entry : entry).leadingZeroBitCount + 1)
        }
    }
}

extension WeightDecoder {
    /// The law's decoder of signed weight codes to W bits.
    ///
    /// - Throws: as `Law.weightEntries`.
    public static func weights(_ law: Law, bits: Int, at place: String) throws(Diagnostic) -> WeightDecoder {
        try WeightDecoder(
            entries: law.weightEntries(bits: bits, at: place), isMemoryFree: law.isMemoryFree, law: law.description)
    }

    /// The law's decoder of unsigned gamma codes to W bits signed.
    ///
    /// - Throws: as `Law.gammaEntries`.
    public static func gammas(_ law: Law, bits: Int, at place: String) throws(Diagnostic) -> WeightDecoder {
        try WeightDecoder(
            entries: law.gammaEntries(bits: bits, at: place), isMemoryFree: law.isMemoryFree, law: law.description)
    }
}
