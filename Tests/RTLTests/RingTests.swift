import Conformance
import Foundation
import MachineDescription
import RTL
import TestSupport
import Testing

/// Commands whose operands and results lie in rings of rows: the RTL and the machine, by bytes and cycles.
@Suite(.serialized) struct RingTests {
    private func expectAgreement(
        _ machine: MachineDescription, _ simulator: Simulator, seeds: Range<UInt64>
    ) throws -> [RingStream.Reader: Int] {
        let scratch = try ScratchFolder(named: "intaglio-test-")
        defer { scratch.remove() }
        let build = try MachineBuild(
            machine, simulator: simulator, directory: scratch.url.appendingPathComponent("build"))
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        var ends: [RingStream.Reader: Int] = [:]
        var stored = 0
        for seed in seeds {
            let run = try RingRun(
                generator.layerCase(seed: seed), on: build, directory: scratch.url.appendingPathComponent("case"))
            #expect(run.failure == nil)
            #expect(run.isUnchanged, "seed \(seed): rings change results")
            stored += run.isStored ? 1 : 0
            ends.merge(run.stream.ends, uniquingKeysWith: +)
        }
        #expect(10 * stored >= 9 * seeds.count, "\(stored) cases have results other than 0")
        return ends
    }

    @Test("Every operator with its tiles in rings, compiled") func compiled() throws {
        let ends = try expectAgreement(TestMachine.tiny, .verilator, seeds: 0..<80)
        for reader in [RingStream.Reader.operand, .value, .second, .moved, .result] {
            #expect(ends[reader, default: 0] > 6, "\(reader) around the end of a ring: \(ends)")
        }
    }

    @Test("Split input channels with tiles in rings, compiled") func tight() throws {
        let ends = try expectAgreement(TestMachine.tight, .verilator, seeds: 100..<120)
        #expect(ends[.operand, default: 0] > 6 && ends[.result, default: 0] > 6, "\(ends)")
    }

    @Test("One case of every operator with its tiles in rings, interpreted") func interpreted() throws {
        let ends = try expectAgreement(TestMachine.tiny, .icarus, seeds: 120..<140)
        #expect(ends[.result, default: 0] > 6, "\(ends)")
    }
}
