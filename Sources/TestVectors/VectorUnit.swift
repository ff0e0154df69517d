import Conformance
import Random

/// A unit under test: which stimulus exists, what must come out, and which coverage points a stimulus hits.
///
/// What comes out is computed from the definitions of docs/arithmetic.md on exact integers, never from the machine or
/// the RTL.
protocol VectorUnit: Sendable {
    /// One accepted input.
    associatedtype Stimulus: Sendable

    var name: UnitName { get }
    var interface: UnitInterface { get }
    /// Everything that vectors of this unit should hit.
    var points: [CoveragePoint] { get }
    /// Stimuli made for the points; together they hit every reachable one.
    func directed() -> [Stimulus]
    func random(using generator: inout SeededGenerator) -> Stimulus
    /// In the order of `interface.inputs`; of the last row where an input takes several.
    func inputs(_ stimulus: Stimulus) -> [Int64]
    /// In the order of `interface.outputs`.
    func outputs(_ stimulus: Stimulus) -> [Int64]
    /// Keys of the points that the stimulus hits.
    func hits(_ stimulus: Stimulus) -> [String]
    /// Keys of the points that it hits because of what came before.
    func hits(_ stimulus: Stimulus, after previous: Stimulus) -> [String]
    /// Rows that bring one input, in order: of each the valid bit, then `interface.inputs`, or nil for an idle row. The
    /// last row is the one that has the response.
    func rows(_ stimulus: Stimulus) -> [[Int64]?]
    /// The least number of idle rows between the last row of one input and the first of the next.
    func gap(before stimulus: Stimulus, after previous: Stimulus) -> Int
    /// About how many inputs stand between two resets.
    var resetInterval: Int { get }
}

extension VectorUnit {
    func hits(_ stimulus: Stimulus, after previous: Stimulus) -> [String] { [] }

    func rows(_ stimulus: Stimulus) -> [[Int64]?] {
        [interface.latency == 0 ? inputs(stimulus) : [1] + inputs(stimulus)]
    }

    func gap(before stimulus: Stimulus, after previous: Stimulus) -> Int { 0 }

    var resetInterval: Int { 512 }
}

extension SeededGenerator {
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
