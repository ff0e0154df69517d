import Commands

/// Plain integer arithmetic in place of codebooks and requantization: enough to see from the result which elements met
/// which weights.
///
/// A stored code means code + 1, so that a stored zero differs from padding; a weight code means code - 128, as linear
/// weights do. Results keep their lowest bits.
enum ToyArithmetic {
    static func value(_ element: Int, bytes: Int) -> Int {
        bytes == 1 ? element + 1 : Int(Int16(truncatingIfNeeded: element))
    }
    static func weight(_ code: Int) -> Int { code - 128 }
    static func operand(_ value: Int, _ kind: Accumulation.Operand) -> Int { kind == .square ? value &* value : value }
    static func postProcessed(_ sum: Int, channel: Int) -> Int { sum &* 31 &+ channel }
    static func normalized(_ sum: Int, value: Int) -> Int { sum &* 3 &+ value &* 7 }
    static func requantized(_ value: Int, channel: Int) -> Int { value &* 3 &+ channel }
    static func added(_ a: Int, _ b: Int) -> Int { a &+ b &* 5 }
    static func multiplied(_ a: Int, _ b: Int, channel: Int) -> Int { a &* b &+ channel }
    static func twoStaged(_ a: Int, _ b: Int, leftShift: Int, subtracts: Bool, channel: Int) -> Int {
        let (first, second) = ((a &<< leftShift) &* 3, (b &<< leftShift) &* 5)
        return (subtracts ? first &- second : first &+ second) &+ channel
    }
    static func quantized(_ y: Int, mean: Int, fractionBits: Int) -> Int {
        (y &- mean &+ ((1 << fractionBits) >> 1)) >> fractionBits
    }
    static func reconstructed(_ k: Int, mean: Int, fractionBits: Int) -> Int { (k &<< fractionBits) &+ mean }
    static func stored(_ result: Int, bytes: Int) -> Int { result & (bytes == 1 ? 0xFF : 0xFFFF) }
}
