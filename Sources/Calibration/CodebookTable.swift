import Quantization

/// What a value becomes when it is encoded and decoded again, by look-up; for calibration and its emulation of integer
/// networks.
///
///     values[r - low] = decode(map(encode(r))),   r clamped to low ... high;
///                                                 everything beyond clamps to the end entries
struct CodebookTable: Sendable {
    let low: Int
    let high: Int
    private let values: [Int32]
    /// The largest magnitude of an entry.
    let magnitude: Int

    /// - Parameter codeMap: what becomes of each code before it is stored.
    init(_ codebook: Codebook, codeMap: [UInt8]? = nil) {
        low = Int(codebook.thresholds.first ?? codebook.entries[0]) - 1
        high = Int(codebook.thresholds.last ?? codebook.entries[0])
        magnitude = codebook.entries.reduce(0) { max($0, Int($1.magnitude)) }
        var values: [Int32] = []
        values.reserveCapacity(high - low + 1)
        var code = 0
        for value in low...high {
            while code < codebook.thresholds.count, value >= Int(codebook.thresholds[code]) { code += 1 }
            values.append(codebook.entries[codeMap.map { Int($0[code]) } ?? code])
        }
        self.values = values
    }

    @inline(__always)
    subscript(value: Int) -> Int { Int(values[min(max(value, low), high) - low]) }
}
