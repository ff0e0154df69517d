import Graph
import Networks
import Quantization
import Random

extension SeededGenerator {
    /// A table as `quantize` derives it, at its own widths or at any; or lines drawn one by one, rising and falling, up
    /// to both ends of B bits.
    mutating func normalizationTable(_ form: NormalizationForm) -> NormalizationTable {
        let widths = NormalizationTable.Widths(
            indexBits: integer(NormalizationTable.indexBitsRange),
            offsetBits: integer(NormalizationTable.offsetBitsRange),
            baseBits: integer(NormalizationTable.baseBitsRange), slopeBits: integer(NormalizationTable.slopeBitsRange))
        switch integer(0...3) {
        case 0: return .derived(for: form)
        case 1: return .derived(for: form, widths: widths)
        default: return form.tableFunction == nil ? .product(baseBits: widths.baseBits) : lines(widths)
        }
    }

    private mutating func lines(_ widths: NormalizationTable.Widths) -> NormalizationTable {
        let shift = integer(NormalizationTable.slopeShiftRange)
        let (largest, lastOffset) = (1 << widths.baseBits - 1, 1 << widths.offsetBits - 1)
        let limit = 1 << (widths.slopeBits - 1)
        var (bases, slopes): ([UInt32], [Int32]) = ([], [])
        for _ in 0..<1 << widths.indexBits {
            let base = element(of: [0, largest, integer(0...largest), integer(0...largest)])
            let slope = integer(-limit...limit - 1)
            let last = base + (slope * lastOffset) >> shift
            bases.append(UInt32(base))
            // What leaves B bits is laid level, or given the slope of one unit.
            slopes.append(
                Int32(
                    (0...largest).contains(last) ? slope : base + lastOffset >> shift <= largest ? min(1, limit - 1) : 0
                ))
        }
        return NormalizationTable(
            indexBits: widths.indexBits, offsetBits: widths.offsetBits, baseBits: widths.baseBits,
            slopeBits: widths.slopeBits, slopeShift: shift, bases: bases,
            slopes: slopes)
    }
}
