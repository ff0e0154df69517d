/// Numbers that look random and depend on the seed alone: SplitMix64 (Steele, Lea, Flood 2014), the same on every
/// computer.
///
///     var random = SeededGenerator(seed: 7)
///     let side = random.integer(1...64)
///     let law = random.element(of: [Law.linear, .power(2)])
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    /// `seed` modulo 2^64.
    @inlinable
    public init(seed: some BinaryInteger) { state = UInt64(truncatingIfNeeded: seed) }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    @inlinable
    public mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True once in `count`; count >= 1.
    @inlinable
    public mutating func once(in count: Int) -> Bool { integer(1...count) == 1 }

    /// `elements` holds at least one.
    @inlinable
    public mutating func element<Element>(of elements: [Element]) -> Element {
        elements[integer(0...elements.count - 1)]
    }
}
