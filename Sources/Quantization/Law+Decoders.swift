public import Diagnostics

extension Codebook {
    /// The law's codebook of signed codes (code 128 = 0) with the default thresholds.
    ///
    /// - Throws: as `Law.signedEntries`.
    public static func signed(_ law: Law, range: Int, bits: Int, at place: String) throws(Diagnostic) -> Codebook {
        try Codebook(entries: law.signedEntries(range: range, bits: bits, at: place))
    }

    /// The law's codebook of unsigned codes (code 0 = 0) with the default thresholds.
    ///
    /// - Throws: as `Law.unsignedEntries`.
    public static func unsigned(_ law: Law, range: Int, bits: Int, at place: String) throws(Diagnostic) -> Codebook {
        try Codebook(entries: law.unsignedEntries(range: range, bits: bits, at: place))
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
