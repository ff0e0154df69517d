import Conformance
import Foundation
import MachineDescription
import RTL
import Schedules
import Simulation
import TestSupport
import Testing
import Timing

/// Chains of layers that run together, on the modelled machine and its RTL: stored elements, and the first and last
/// cycle of every command.
@Suite(.serialized) struct ChainSimulationTests {
    /// The first seeds whose chains, in drawn groups by rows, take few cycles on the tiny machine.
    static func shortSeeds(_ count: Int) -> [UInt64] {
        let generator = LayerCaseGenerator(limits: CaseLimits(TestMachine.tiny))
        var (found, seed): ([UInt64], UInt64) = ([], 0)
        while found.count < count, seed < 10_000 {
            if let plan = try? SimulationPlan(
                generator.chainCase(seed: seed, drawsGroups: true), on: TestMachine.tiny),
                plan.timeline.totalCycles < 12_000, plan.schedule.groups.contains(where: { !$0.ringRows.isEmpty })
            {
                found.append(seed)
            }
            seed += 1
        }
        return found
    }

    /// - Returns: how many cases had groups by rows, and tile by tile.
    private func expectAgreement(
        _ machine: MachineDescription, _ simulator: Simulator, seeds: some Collection<UInt64>, drawsGroups: Bool
    ) throws -> (byRows: Int, tileByTile: Int) {
        let scratch = try ScratchFolder(named: "intaglio-test-")
        defer { scratch.remove() }
        let folder = scratch.url
        let build = try MachineBuild(machine, simulator: simulator, directory: folder.appendingPathComponent("build"))
        let generator = LayerCaseGenerator(limits: CaseLimits(machine))
        var (byRows, tileByTile) = (0, 0)
        for seed in seeds {
            let layerCase = generator.chainCase(seed: seed, drawsGroups: drawsGroups)
            let groups = try SimulationPlan(layerCase, on: machine).schedule.groups
            if groups.contains(where: { !$0.ringRows.isEmpty }) { byRows += 1 }
            if groups.contains(where: \.ringRows.isEmpty) { tileByTile += 1 }
            let verification = try RTLVerification(
                layerCase, on: build, directory: folder.appendingPathComponent("case"))
            #expect(verification.failure == nil)
            #expect(verification.rtlCycles == verification.simulatedCycles && verification.elements > 0)
        }
        return (byRows, tileByTile)
    }

    @Test("Drawn groups, compiled") func compiled() throws {
        let found = try expectAgreement(TestMachine.tiny, .verilator, seeds: 0..<40, drawsGroups: true)
        #expect(found.byRows > 25)
    }

    @Test("Groups as they are searched, on a bus that rests") func searched() throws {
        let found = try expectAgreement(TestMachine.resting, .verilator, seeds: 40..<60, drawsGroups: false)
        #expect(found.byRows + found.tileByTile > 5, "\(found)")
    }

    @Test("One half, uneven lanes, four banks") func oddMachine() throws {
        let found = try expectAgreement(MachineSimulationTests.odd, .verilator, seeds: 60..<80, drawsGroups: true)
        #expect(found.byRows > 12)
    }

    @Test("Drawn groups, interpreted") func interpreted() throws {
        let found = try expectAgreement(
            TestMachine.tiny, .icarus, seeds: Self.shortSeeds(5), drawsGroups: true)
        #expect(found.byRows == 5)
    }
}
