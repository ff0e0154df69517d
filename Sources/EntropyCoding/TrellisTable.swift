public import Diagnostics

/// The state machine of dependent quantization: which of two quantizers a state uses, and where the parity of an index
/// leads.
///
///     quantizer 0   levels 2 k D                    reconstruction of index k by quantizer b:  (2 k - b sgn k) D
///     quantizer 1   levels (2 k - sgn k) D          D is the union step
public struct TrellisTable: Hashable, Sendable {
    /// `2 state + parity` to the next state.
    public let transitions: [UInt8]
    /// Of each state, 0 or 1.
    public let quantizers: [UInt8]

    public static let stateCounts = [2, 4, 8, 16]

    /// - Throws: `trellisTableInvalid` unless every state exists, leads to two different states, has two predecessors,
    ///   and both quantizers are used.
    public init(transitions: [[Int]], quantizers: [Int], at place: String) throws(Diagnostic) {
        let states = transitions.count
        func invalid(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .trellisTableInvalid, at: place, found: found, expected: expected, remedy: "correct the trellis table")
        }
        guard Self.stateCounts.contains(states), quantizers.count == states else {
            throw invalid(
                "\(states) states, \(quantizers.count) quantizers",
                "one of \(Self.stateCounts) states, with a quantizer each")
        }
        guard Set(quantizers) == [0, 1] else { throw invalid("quantizers \(quantizers)", "0 and 1, both used") }
        for (state, next) in transitions.enumerated() {
            guard next.count == 2, next[0] != next[1], next.allSatisfy({ (0..<states).contains($0) }) else {
                throw invalid("state \(state) leads to \(next)", "two different states in 0...\(states - 1)")
            }
        }
        for state in 0..<states {
            let predecessors = transitions.flatMap { $0 }.filter { $0 == state }.count
            guard predecessors == 2 else {
                throw invalid("state \(state) has \(predecessors) predecessors", "2: one add-compare-select a state")
            }
        }
        self.transitions = transitions.flatMap { $0.map { UInt8($0) } }
        self.quantizers = quantizers.map { UInt8($0) }
    }

    private init(_ transitions: [[UInt8]], quantizers: [UInt8]) {
        self.transitions = transitions.flatMap { $0 }
        self.quantizers = quantizers
    }

    /// The four states of VVC.
    public static let fourStates = TrellisTable([[0, 2], [2, 0], [1, 3], [3, 1]], quantizers: [0, 0, 1, 1])
    /// The eight states of the neural network coding standard's reference software.
    public static let eightStates = TrellisTable(
        [[0, 2], [7, 5], [1, 3], [6, 4], [2, 0], [5, 7], [3, 1], [4, 6]], quantizers: [0, 1, 0, 1, 0, 1, 0, 1])

    public var stateCount: Int { quantizers.count }

    @inlinable
    public func next(_ state: Int, parity: Int) -> Int { Int(transitions[2 * state + parity]) }
    @inlinable
    public func quantizer(of state: Int) -> Int { Int(quantizers[state]) }
}
