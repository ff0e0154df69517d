import Graph
import Quantization

/// The magnitude of a value normalized by segments, step by step as docs/arithmetic.md ("Table normalization") writes
/// it.
///
/// With |v| <= 2^15, M < 2^24, y < 2^18, n < 2^40 no number passes 128 bits: `|v| M y` stays below 2^57, and the
/// exponent moves it left by at most 39.
struct TableMagnitude: Sendable {
    let table: NormalizationTable
    /// M.
    let mantissa: Int128
    /// S.
    let shift: Int

    /// Magnitudes above this saturate any result of at most 32 bits.
    static let largest: Int128 = 1 << 32

    /// `magnitude` is |v|, `norm` is n.
    func callAsFunction(_ form: NormalizationForm, magnitude: Int128, norm: Int128) -> Int128 {
        precondition((0...1 << 15).contains(magnitude), "|v| = \(magnitude) is outside 0...2^15")
        precondition((1..<1 << 40).contains(norm), "n = \(norm) is outside 1..<2^40")
        // N = n 2^(39-L): the norm with its leading one at bit 39.
        var (exponent, normalized) = (39, norm)
        while normalized < powerOfTwo(39) { (exponent, normalized) = (exponent - 1, 2 * normalized) }
        let fraction = normalized - powerOfTwo(39)

        let y: Int128
        if form == .igdn1 {
            y = floorOfQuotient(normalized, powerOfTwo(40 - table.baseBits))
        } else {
            // In the square-root forms the parity of L is the top bit of the index.
            let octaveBits = form.isSquareRootForm ? table.indexBits - 1 : table.indexBits
            let parity = form.isSquareRootForm ? exponent % 2 : 0
            let index = parity * (1 << octaveBits) + Int(floorOfQuotient(fraction, powerOfTwo(39 - octaveBits)))
            let belowIndex =
                fraction - floorOfQuotient(fraction, powerOfTwo(39 - octaveBits)) * powerOfTwo(39 - octaveBits)
            let offset = floorOfQuotient(belowIndex, powerOfTwo(39 - octaveBits - table.offsetBits))
            y =
                Int128(table.bases[index])
                + floorOfQuotient(Int128(table.slopes[index]) * offset, powerOfTwo(table.slopeShift))
        }

        let fractionBits = table.baseBits - 1
        let places =
            switch form {
            case .gdn: shift + fractionBits + exponent / 2
            case .igdn: shift + fractionBits - exponent / 2
            case .gdn1: shift + fractionBits + exponent
            case .igdn1: shift + fractionBits - exponent
            }
        let product = magnitude * mantissa * y
        // A product below 2^57 is nothing behind 62 places and more.
        if places > 62 { return 0 }
        let result = places >= 0 ? halfUpOfQuotient(product, powerOfTwo(places)) : product * powerOfTwo(-places)
        return min(result, Self.largest)
    }
}
