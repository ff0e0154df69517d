/// Partial sums of tiles whose input channels are split, at A bits each.
///
/// Addresses count accumulators. A sum is kept in two's complement: the network's proof says that it fits, and what
/// would not fit would wrap here as in silicon.
struct AccumulatorBuffer: ~Copyable {
    /// A.
    let bits: Int
    /// Accumulators that the buffer's bytes hold.
    let capacity: Int
    private let sums: AlignedMemory<Int64>

    init(bytes: Int, bits: Int) {
        precondition((1...64).contains(bits), "accumulators of \(bits) bits")
        self.bits = bits
        capacity = bytes * 8 / bits
        sums = AlignedMemory(
            repeating: AccumulatorBuffer.wrapped(Int64(bitPattern: 0xA5A5_A5A5_A5A5_A5A5), bits: bits), count: capacity)
    }

    /// The sums in `range`, for reading and for writing with `wrapped`.
    func pointer(_ range: Range<Int>) -> UnsafeMutablePointer<Int64> {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= capacity,
            "accumulator buffer: sums \(range) of 0..<\(capacity)")
        return sums.base + range.lowerBound
    }

    /// The low `bits` bits, sign extended.
    static func wrapped(_ sum: Int64, bits: Int) -> Int64 { (sum << (64 - bits)) >> (64 - bits) }
}
