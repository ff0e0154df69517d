import Conformance

/// The vectors of one unit, row by row as the testbench applies them, with what they covered.
public struct UnitVectorSet: Sendable {
    public let unit: UnitName
    public let coverage: CoverageReport
    let interface: UnitInterface
    /// One row a cycle, in the order of `interface.stimulusPorts`.
    let stimulus: [[Int64]]
    /// One row an accepted input, in the order of `interface.outputs`.
    let response: [[Int64]]

    /// Rounds of random stimuli after which `untilCovered` gives up; what is missing then stands in the report.
    private static let largestRounds = 64

    /// - Parameters:
    ///   - count: accepted inputs; with `untilCovered` at least so many.
    init(_ unit: some VectorUnit, count: Int, seed: UInt64, untilCovered: Bool) {
        self.unit = unit.name
        interface = unit.interface
        var generator = SplitMix64(seed: seed)
        var recorder = VectorRecorder(unit)
        let directed = unit.directed()
        for candidate in untilCovered ? directed[...] : directed.prefix(count) { recorder.append(candidate, using: &generator) }
        while recorder.response.count < count { recorder.append(unit.random(using: &generator), using: &generator) }
        var report = CoverageReport(unit.points, hit: recorder.keys)
        var rounds = 0
        while untilCovered, !report.isComplete, rounds < Self.largestRounds {
            for _ in 0..<count { recorder.append(unit.random(using: &generator), using: &generator) }
            report = CoverageReport(unit.points, hit: recorder.keys)
            rounds += 1
        }
        coverage = report
        stimulus = recorder.stimulus
        response = recorder.response
    }
}

/// Rows as they grow: accepted inputs with idle cycles and resets between them.
private struct VectorRecorder<Unit: VectorUnit> {
    let unit: Unit
    private(set) var stimulus: [[Int64]] = []
    private(set) var response: [[Int64]] = []
    private(set) var keys: Set<String> = []

    init(_ unit: Unit) {
        self.unit = unit
        if unit.interface.latency > 0 { stimulus.append([1, 0] + idle) }
    }

    mutating func append(_ candidate: Unit.Stimulus, using generator: inout SplitMix64) {
        if unit.interface.latency > 0 {
            while generator.once(in: 8) { stimulus.append([0, 0] + idle) }
            // Now and then a reset takes one input away that was accepted before it; that input counts for no coverage.
            if generator.once(in: 512) {
                for _ in 0..<unit.interface.latency { stimulus.append([0, 0] + idle) }
                stimulus.append([0, 1] + unit.inputs(candidate))
                response.append(unit.outputs(candidate))
                for _ in 0..<generator.integer(0...unit.interface.latency - 1) { stimulus.append([0, 0] + idle) }
                stimulus.append([1, 0] + idle)
            }
        }
        let inputs = unit.inputs(candidate)
        let outputs = unit.outputs(candidate)
        for (port, value) in zip(unit.interface.inputs, inputs) { port.require(value) }
        for (port, value) in zip(unit.interface.outputs, outputs) { port.require(value) }
        stimulus.append(unit.interface.latency > 0 ? [0, 1] + inputs : inputs)
        response.append(outputs)
        keys.formUnion(unit.hits(candidate))
    }

    /// What stands on the inputs while they are not valid: all ones, which is a legal word of no unit.
    private var idle: [Int64] { unit.interface.inputs.map { $0.isSigned ? -1 : $0.bits == 64 ? -1 : Int64(1) << Int64($0.bits) - 1 } }
}

extension UnitPort {
    fileprivate func require(_ value: Int64) {
        let shift = Int64(64 - bits)
        let kept = isSigned ? (value << shift) >> shift : Int64(bitPattern: UInt64(bitPattern: value << shift) >> UInt64(shift))
        precondition(kept == value, "\(name) = \(value) does not fit \(bits) bits")
    }
}
