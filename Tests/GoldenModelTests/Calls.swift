import CGoldenModel
// The link to the Swift side: without it the C declarations have no bodies.
import GoldenModel
import Testing

/// A call that must be accepted, and what it wrote.
func requantize(_ rule: Int, _ accumulator: Int64, _ mantissa: UInt32, _ exponent: Int, bits: Int = 32) -> Int? {
    var result: Int32 = 0
    let status = intaglio_golden_requantize(Int32(rule), accumulator, mantissa, Int32(exponent), Int32(bits), &result)
    return status == INTAGLIO_GOLDEN_OK ? Int(result) : nil
}

func normalize(_ form: Int, _ value: Int, _ norm: Int64, _ scale: UInt32, _ shift: Int, bits: Int = 32) -> Int? {
    var result: Int32 = 0
    let status = intaglio_golden_normalize(Int32(form), Int32(value), norm, scale, Int32(shift), Int32(bits), &result)
    return status == INTAGLIO_GOLDEN_OK ? Int(result) : nil
}

func decode(_ codes: [UInt8], entries: [Int32], offset: Int32) -> [Int32]? {
    var values = Array(repeating: Int32(-1), count: codes.count)
    let status = intaglio_golden_decode(entries, Int32(entries.count), offset, codes, Int32(codes.count), &values)
    return status == INTAGLIO_GOLDEN_OK ? values : nil
}

func encode(_ results: [Int32], thresholds: [Int32], offset: Int32) -> [UInt8]? {
    var codes = Array(repeating: UInt8(0), count: results.count)
    let status = intaglio_golden_encode(
        thresholds, Int32(thresholds.count), offset, results, Int32(results.count), &codes)
    return status == INTAGLIO_GOLDEN_OK ? codes : nil
}

/// The low `bits` bits of a number, sign extended.
func wrapped(_ value: Int128, bits: Int) -> Int64 {
    let modulus = Int128(1) << Int128(bits)
    let rest = ((value % modulus) + modulus) % modulus
    return Int64(rest >= modulus / 2 ? rest - modulus : rest)
}
