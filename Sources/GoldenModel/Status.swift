import CGoldenModel

/// The header's statuses.
enum Status {
    static let ok = Int32(INTAGLIO_GOLDEN_OK)
    static let nullPointer = Int32(INTAGLIO_GOLDEN_NULL_POINTER)
    static let count = Int32(INTAGLIO_GOLDEN_COUNT)
    static let rule = Int32(INTAGLIO_GOLDEN_RULE)
    static let form = Int32(INTAGLIO_GOLDEN_FORM)
    static let multiplier = Int32(INTAGLIO_GOLDEN_MULTIPLIER)
    static let operand = Int32(INTAGLIO_GOLDEN_OPERAND)
    static let codebook = Int32(INTAGLIO_GOLDEN_CODEBOOK)
}

/// Widths of results, in bits.
let resultBits = 2...32
