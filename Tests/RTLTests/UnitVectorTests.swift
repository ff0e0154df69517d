import Diagnostics
import Foundation
import Lowering
import MachineDescription
import RTL
import TestSupport
import TestVectors
import Testing

/// The units' RTL against vectors that are made from the definitions.
@Suite("Unit vectors") struct UnitVectorTests {
    static let units = UnitName.allCases

    @Test("Every reachable point is hit on the three machines", arguments: units, MachineDescription.builtInNames)
    func coverage(_ unit: UnitName, _ machine: String) throws {
        let count = unit == .macArray ? 200 : 2000
        let vectors = try UnitVectors(
            of: unit, for: #require(MachineDescription.builtIn(named: machine)), count: count, seed: 1,
            untilCovered: true
        ).vectors
        let missed = vectors.coverage.groups.flatMap(\.missed)
        #expect(vectors.coverage.isComplete, "\(missed.prefix(5))")
        #expect(vectors.coverage.reachable > 100)
    }

    private func tableMachine(_ name: String, latencyCycles: Int) throws -> MachineDescription {
        var machine = try #require(MachineDescription.builtIn(named: name))
        machine.normalization.method = .table
        machine.normalization.latencyCycles = latencyCycles
        return machine
    }

    @Test("Every reachable point of a table unit is hit", arguments: MachineDescription.builtInNames)
    func tableCoverage(_ machine: String) throws {
        let files = try UnitVectors(
            of: .normalization, for: tableMachine(machine, latencyCycles: 8), count: 2000, seed: 1, untilCovered: true)
        let coverage = files.vectors.coverage
        #expect(coverage.isComplete, "\(coverage.groups.flatMap(\.missed).prefix(5))")
        #expect(files.moduleName == "intaglio_table_normalization_lane" && coverage.reachable > 1000)
    }

    @Test(
        "Icarus runs the testbench of a table unit without a mismatch, at any latency",
        .enabled(if: InstalledProgram.exists("iverilog"), "iverilog is not installed"),
        arguments: [("small", 4), ("large", 11)])
    func tableIcarus(_ machine: String, _ latencyCycles: Int) throws {
        let folder = try ScratchFolder(named: "intaglio-test-")
        let vectors = try UnitVectors(
            of: .normalization, for: tableMachine(machine, latencyCycles: latencyCycles), count: 3000, seed: 5,
            untilCovered: true)
        try vectors.write(to: folder.url.path)
        let simulation = try UnitSimulation(of: folder.url.path, in: .icarus, module: vectors.moduleName, sources: [])
        #expect(simulation.passed && simulation.message.hasPrefix("passed: "), "\(simulation.message)")
    }

    @Test("A table unit with fewer stages than it needs is refused")
    func tooShort() throws {
        for method in NormalizationDescription.Method.allCases {
            var machine = try tableMachine("mid", latencyCycles: 3)
            machine.normalization.method = method
            let refusal = #expect(throws: Diagnostic.self) {
                try UnitVectors(of: .normalization, for: machine, count: 10, seed: 1, untilCovered: false)
            }
            #expect(refusal?.code == .vectorsUnitNotBuilt && refusal?.found == "3")
        }
    }

    @Test("Vectors without --until-covered are as many as asked for, and say what they miss")
    func shortSet() throws {
        let vectors = try UnitVectors(
            of: .encoder, for: #require(MachineDescription.builtIn(named: "mid")), count: 50, seed: 1,
            untilCovered: false
        ).vectors
        #expect(!vectors.coverage.isComplete)
        #expect(vectors.coverage.hit <= 50 * 8)
        #expect(vectors.coverage.groups.contains { $0.name == "thresholds" && !$0.missed.isEmpty })
    }

    @Test(
        "Icarus runs the testbench of every unit without a mismatch",
        .enabled(if: InstalledProgram.exists("iverilog"), "iverilog is not installed"),
        arguments: units, ["small", "large"])
    func icarus(_ unit: UnitName, _ machine: String) throws {
        // 4,096 multipliers are for Verilator.
        guard unit != .macArray || machine == "small" else { return }
        let message = try verdict(unit, machine, .icarus)
        #expect(message.hasPrefix("passed: "), "\(message)")
    }

    /// The MAC array's testbench takes minutes to compile there; the machine's own cases run the array in Verilator.
    @Test(
        "Verilator runs the testbench of a unit without a mismatch",
        .enabled(if: InstalledProgram.exists("verilator"), "verilator is not installed"),
        arguments: [(UnitName.postProcessor, "mid"), (.normalization, "mid")])
    func verilator(_ unit: UnitName, _ machine: String) throws {
        let message = try verdict(unit, machine, .verilator)
        #expect(message.hasPrefix("passed: "), "\(message)")
    }

    private func verdict(_ unit: UnitName, _ machine: String, _ simulator: Simulator) throws -> String {
        let folder = try ScratchFolder(named: "intaglio-test-")
        // Icarus takes 10 ms for one normalization.
        let isSlow = unit == .normalization && simulator == .icarus
        let count = unit == .macArray ? 150 : isSlow ? 300 : 3000
        let vectors = try UnitVectors(
            of: unit, for: #require(MachineDescription.builtIn(named: machine)), count: count, seed: 11,
            untilCovered: !isSlow)
        try vectors.write(to: folder.url.path)
        let simulation = try UnitSimulation(of: folder.url.path, in: simulator, module: vectors.moduleName, sources: [])
        #expect(simulation.passed)
        return simulation.message
    }

    @Test("The same machine and seed give the same bytes")
    func repeatable() throws {
        let folders = try [ScratchFolder(named: "intaglio-test-"), ScratchFolder(named: "intaglio-test-")]
        for folder in folders {
            try UnitVectors(
                of: .normalization, for: #require(MachineDescription.builtIn(named: "mid")), count: 100, seed: 3,
                untilCovered: false
            ).write(to: folder.url.path)
        }
        for file in ["stimulus.hex", "response.hex", "stimulus.npy", "manifest.json", "testbench.sv", "coverage.json"] {
            let texts = try folders.map { try Data(contentsOf: URL(fileURLWithPath: $0.url.path + "/" + file)) }
            #expect(texts[0] == texts[1] && !texts[0].isEmpty, "\(file)")
        }
    }

    @Test(
        "Verilator finds nothing to warn of in the units",
        .enabled(if: InstalledProgram.exists("verilator"), "verilator is not installed"),
        arguments: [
            "decode_lane", "encode_lane", "post_processor_lane", "normalization_lane", "table_normalization_lane",
            "linear_codec_lane", "mac_lane", "mac_array", "machine",
        ])
    func lint(_ name: String) throws {
        let folder = try ScratchFolder(named: "intaglio-test-")
        for file in SystemVerilogSources.files {
            try file.text.write(toFile: folder.url.path + "/" + file.name, atomically: true, encoding: .utf8)
        }
        let machine = try #require(MachineDescription.builtIn(named: "small"))
        try MachineConstants(machine, externalMemoryBytes: 1 << 16, commands: 1 << 10).text(machine: "small")
            .write(toFile: folder.url.path + "/intaglio_constants.sv", atomically: true, encoding: .utf8)
        let found = try InstalledProgram.run(
            [
                "verilator", "--lint-only", "-Wall", "--unroll-count", "8192", "--unroll-stmts", "1000000", "-y", ".",
                "--top-module", "intaglio_\(name)",
                "intaglio_constants.sv", "intaglio_bundles.sv", "intaglio_\(name).sv",
            ], in: folder.url.path)
        #expect(found.status == 0 && found.output.isEmpty, "\(found.output)")
    }

    @Test("The sums of the MAC array are what its files say, lane by lane")
    func macArraySums() throws {
        let folder = try ScratchFolder(named: "intaglio-test-")
        let machine = try #require(MachineDescription.builtIn(named: "small"))
        try UnitVectors(of: .macArray, for: machine, count: 150, seed: 3, untilCovered: true).write(to: folder.url.path)
        let files = try MACArrayFiles(folder, machine.macArray)
        var sums: [Int: [Int]] = [:]
        var (words, weights) = (Array(repeating: 0, count: 32), Array(repeating: 0, count: 64))
        var number = 0
        for row in files.stimulus where row["reset"] == [0] {
            for place in 0..<32 where row["served_pixels"]![place / 8] == 1 {
                words[place] = row["activation_words"]![place]
            }
            for place in 0..<64 where row["served_weights"]![place] == 1 {
                weights[place] = row["weight_words"]![place]
            }
            guard row["fire"] == [1] else { continue }
            let bank = row["bank"]![0]
            if row["first_step"] == [1] { sums[bank] = Array(repeating: 0, count: 32) }
            for p in 0..<4 where row["padding"]![p] == 0 {
                let end = min(row["end_lanes"]![p], row["channels_left"]![0])
                for c in row["first_lanes"]![p]..<max(end, row["first_lanes"]![p]) {
                    let operand = files.operand(code: words[8 * p + c], channel: row["channel_index"]![0] + c, row)
                    for k in 0..<8 { sums[bank]![8 * p + k] += operand * files.weights[weights[8 * k + c]] }
                }
            }
            guard row["last_step"] == [1] else { continue }
            #expect(
                files.response[number]["sums"] == sums[bank] && files.response[number]["drain_tag"] == row["tag"]
                    && files.response[number]["drain_tag_bank"] == [bank])
            number += 1
        }
        #expect(number == files.response.count && number >= 150)
    }
}
