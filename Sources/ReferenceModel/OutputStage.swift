import Diagnostics
import Networks
import Quantization

/// One stored element and whether it met a limit of the storage.
struct StoredElement {
    let element: Int32
    let isSaturated: Bool
}

/// From the rounded result r to the stored element, in the order of `docs/arithmetic.md`: saturate to R bits, clip,
/// encode or store as 16 bits, map codes.
struct OutputStage: Sendable {
    private let format: TensorFormat
    private let resultLow: Int128
    private let resultHigh: Int128
    private let clipLow: Int128
    private let clipHigh: Int128
    private let codeMap: [UInt8]?

    init(
        target: LayerTarget, resultBits: Int, clipLow: Int32, clipHigh: Int32, codeMap: [UInt8]? = nil
    ) throws(Diagnostic) {
        try target.require(resultBits == 24 || resultBits == 32, "resultBits \(resultBits)", expected: "24 or 32")
        try target.require(
            clipLow <= clipHigh, "clipLow \(clipLow), clipHigh \(clipHigh)", expected: "clipLow <= clipHigh")
        if let codeMap {
            try target.require(codeMap.count == 256, "a code map of \(codeMap.count) codes", expected: "256 codes")
            try target.require(
                target.format.bytesPerElement == 1, "a code map on 16-bit outputs", expected: "a code map on codes only"
            )
        }
        format = target.format
        resultLow = -powerOfTwo(resultBits - 1)
        resultHigh = powerOfTwo(resultBits - 1) - 1
        self.clipLow = Int128(clipLow)
        self.clipHigh = Int128(clipHigh)
        self.codeMap = codeMap
    }

    func store(_ rounded: Int128, channel: Int) -> StoredElement {
        let saturated = min(max(rounded, resultLow), resultHigh)
        let r = min(max(saturated, clipLow), clipHigh)
        let stored =
            switch format {
            case .codes(let set): encode(r, set, channel: channel)
            case .integers16: store16Bits(r)
            }
        let element = codeMap.map { Int32($0[Int(stored.element)]) } ?? stored.element
        return StoredElement(element: element, isSaturated: stored.isSaturated || saturated != rounded)
    }

    /// `code = number of i in 1..<n with (r - offset) >= threshold[i]`.
    private func encode(_ r: Int128, _ set: CodebookSet, channel: Int) -> StoredElement {
        let codebook = set.codebooks[Int(set.selects[channel])]
        let level = Int64(r) - Int64(set.offsets[channel])
        var code: Int32 = 0
        for threshold in codebook.thresholds where level >= Int64(threshold) { code += 1 }
        let isInside = Int64(codebook.entries.first!) <= level && level <= Int64(codebook.entries.last!)
        return StoredElement(element: code, isSaturated: !isInside)
    }
}

/// The nearest 16-bit integer.
func store16Bits(_ value: Int128) -> StoredElement {
    let stored = min(max(value, -32768), 32767)
    return StoredElement(element: Int32(stored), isSaturated: stored != value)
}
