import Conformance

/// A unit under test: which stimulus exists, what must come out, and which coverage points a stimulus hits.
///
/// What comes out is computed from the definitions of docs/arithmetic.md on exact integers, never from the machine or the RTL.
protocol VectorUnit: Sendable {
    /// One accepted input.
    associatedtype Stimulus: Sendable

    var name: UnitName { get }
    var interface: UnitInterface { get }
    /// Everything that vectors of this unit should hit.
    var points: [CoveragePoint] { get }
    /// Stimuli made for the points; together they hit every reachable one.
    func directed() -> [Stimulus]
    func random(using generator: inout SplitMix64) -> Stimulus
    /// In the order of `interface.inputs`.
    func inputs(_ stimulus: Stimulus) -> [Int64]
    /// In the order of `interface.outputs`.
    func outputs(_ stimulus: Stimulus) -> [Int64]
    /// Keys of the points that the stimulus hits.
    func hits(_ stimulus: Stimulus) -> [String]
}

extension SplitMix64 {
    mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func element<Element>(of elements: [Element]) -> Element { elements[integer(0...elements.count - 1)] }

    mutating func once(in count: Int) -> Bool { integer(1...count) == 1 }

    /// Any number of bits up to `bits` equally often, so that small magnitudes and powers of two are no rarity.
    mutating func unsigned(bits: Int) -> Int64 {
        let width = integer(0...bits)
        let mask = UInt64.max >> UInt64(64 - bits)
        switch integer(0...3) {
        case 0: return Int64((UInt64(1) << UInt64(width) &- 1) & mask)
        case 1: return Int64((UInt64(1) << UInt64(width)) & mask)
        default: return width == 0 ? 0 : Int64(next() >> UInt64(64 - width))
        }
    }

    mutating func signed(bits: Int) -> Int64 {
        let magnitude = unsigned(bits: bits - 1)
        return once(in: 2) ? magnitude : -magnitude - Int64(integer(0...1))
    }
}
