import Conformance
import Random

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
        var generator = SeededGenerator(seed: seed)
        var recorder = VectorRecorder(unit)
        let directed = unit.directed()
        for candidate in untilCovered ? directed[...] : directed.prefix(count) {
            recorder.append(candidate, using: &generator)
        }
        while recorder.response.count < count { recorder.append(unit.random(using: &generator), using: &generator) }
        var report = CoverageReport(unit.points, hit: recorder.keys)
        var rounds = 0
        while untilCovered, !report.isComplete, rounds < Self.largestRounds {
            for _ in 0..<count { recorder.append(unit.random(using: &generator), using: &generator) }
            report = CoverageReport(unit.points, hit: recorder.keys)
            rounds += 1
        }
        recorder.finish()
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
    private var previous: Unit.Stimulus?

    init(_ unit: Unit) {
        self.unit = unit
        if unit.interface.latency > 0 { stimulus.append([1] + idle) }
    }

    mutating func append(_ candidate: Unit.Stimulus, using generator: inout SeededGenerator) {
        if unit.interface.latency > 0 {
            if let previous {
                for _ in 0..<unit.gap(before: candidate, after: previous) { stimulus.append([0] + idle) }
            }
            while generator.once(in: 8) { stimulus.append([0] + idle) }
            // Now and then a reset takes one input away that was accepted before it; that input counts for no coverage.
            if generator.once(in: unit.resetInterval) {
                for _ in 0..<unit.interface.latency { stimulus.append([0] + idle) }
                accept(candidate)
                for _ in 0..<generator.integer(0...unit.interface.latency - 1) { stimulus.append([0] + idle) }
                stimulus.append([1] + idle)
                for _ in 0..<unit.gap(before: candidate, after: candidate) { stimulus.append([0] + idle) }
            }
        }
        accept(candidate)
        keys.formUnion(unit.hits(candidate))
        if let previous { keys.formUnion(unit.hits(candidate, after: previous)) }
        previous = candidate
    }

    /// What is held stays one cycle longer than the last input.
    mutating func finish() {
        if unit.interface.latency > 0 { stimulus.append([0] + idle) }
    }

    private mutating func accept(_ candidate: Unit.Stimulus) {
        let outputs = unit.outputs(candidate)
        unit.interface.outputs.require(outputs)
        for row in unit.rows(candidate) {
            guard unit.interface.latency > 0 else {
                unit.interface.inputs.require(row!)
                stimulus.append(row!)
                continue
            }
            let row = [0] + (row ?? idle)
            unit.interface.stimulusPorts.require(row)
            stimulus.append(row)
        }
        response.append(outputs)
    }

    /// What stands on the inputs while they are not valid: all ones, which is a legal word of no unit; what the unit
    /// still reads stays.
    private var idle: [Int64] {
        var row: [Int64] = [0]
        var column = 2
        for port in unit.interface.inputs {
            if port.isHeld, let last = stimulus.last {
                row += last[column..<column + port.lanes]
            } else {
                row += Array(repeating: port.ones, count: port.lanes)
            }
            column += port.lanes
        }
        return row
    }
}

extension [UnitPort] {
    /// Stops where a value of a row does not fit its lane.
    fileprivate func require(_ row: [Int64]) {
        precondition(row.count == columns, "a row of \(row.count) values for \(columns) columns")
        var column = 0
        for port in self {
            let shift = Int64(64 - port.laneBits)
            for value in row[column..<column + port.lanes] {
                let kept =
                    port.isSigned
                    ? (value << shift) >> shift : Int64(bitPattern: UInt64(bitPattern: value << shift) >> UInt64(shift))
                precondition(kept == value, "\(port.name) = \(value) does not fit \(port.laneBits) bits")
            }
            column += port.lanes
        }
    }
}
