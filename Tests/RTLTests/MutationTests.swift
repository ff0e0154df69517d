import Foundation
import Lowering
import MachineDescription
import RTL
import TestSupport
import TestVectors
import Testing

/// Every fault that is put into a unit's RTL must be noticed by the unit's vectors.
@Suite("Mutation", .enabled(if: InstalledProgram.exists("iverilog"), "iverilog is not installed"), .serialized)
struct MutationTests {
    private static let all = ProcessInfo.processInfo.environment["INTAGLIO_ALL_MUTANTS"] != nil

    @Test("At least 20 faults over the units, each place found once")
    func table() throws {
        #expect(Mutant.all.count >= 20)
        for mutant in Mutant.all {
            let text = try #require(SystemVerilogSources.files.first { $0.name == mutant.file }, "\(mutant)").text
            #expect(text.components(separatedBy: mutant.find).count == 2, "\(mutant)")
        }
    }

    @Test("The vectors catch every fault", arguments: UnitName.allCases)
    func caught(_ unit: UnitName) throws {
        // Icarus takes 2 ms for a cycle of 256 multipliers.
        let (machine, count) = unit == .macArray ? ("small", 150) : ("mid", 2000)
        try expectCaught(
            unit, by: #require(MachineDescription.builtIn(named: machine)),
            Mutant.all.filter { $0.unit == unit && !$0.isByTable }, count: count)
    }

    @Test("The vectors of a table unit catch every fault")
    func caughtByTable() throws {
        var machine = try #require(MachineDescription.builtIn(named: "mid"))
        machine.normalization = NormalizationDescription(method: .table, lanes: 16, latencyCycles: 6)
        try expectCaught(.normalization, by: machine, Mutant.all.filter(\.isByTable))
    }

    private func expectCaught(
        _ unit: UnitName, by machine: MachineDescription, _ mutants: [Mutant], count: Int = 2000
    ) throws {
        let folder = try ScratchFolder(named: "intaglio-test-")
        let vectors = try UnitVectors(of: unit, for: machine, count: count, seed: 7, untilCovered: true)
        try vectors.write(to: folder.url.path)
        let sound = try UnitSimulation(of: folder.url.path, in: .icarus, module: vectors.moduleName, sources: [])
        #expect(sound.passed, "\(sound.message)")
        for mutant in mutants where mutant.isAlways || Self.all {
            // Generated beside the bundled modules where they need it.
            let constantsPath = folder.url.path + "/rtl/intaglio_constants.sv"
            let constants = FileManager.default.fileExists(atPath: constantsPath) ? [constantsPath] : []
            let modules = try SystemVerilogSources.files.compactMap { file -> String? in
                guard FileManager.default.fileExists(atPath: folder.url.path + "/rtl/" + file.name) else { return nil }
                let text =
                    file.name == mutant.file
                    ? file.text.replacingOccurrences(of: mutant.find, with: mutant.replace) : file.text
                let path = folder.url.path + "/mutant_" + file.name
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                return path
            }
            let outcome = try UnitSimulation(
                of: folder.url.path, in: .icarus, module: vectors.moduleName, sources: constants + modules)
            #expect(!outcome.passed, "survivor: \(mutant)")
            if Self.all { print("\(mutant.unit.rawValue): \(mutant.meaning): \(outcome.message)") }
        }
    }
}
