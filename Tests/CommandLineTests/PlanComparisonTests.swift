import Foundation
import TestSupport
import Testing

/// Tables in a given width, traffic by cause, plans side by side.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct PlanComparisonTests {
    private func plan(_ arguments: [String]) throws -> JSON {
        try Tool.run(["plan", "--network", "lapped8", "--json"] + arguments, in: ScratchFolder()).report()
    }

    @Test("Causes sum to what is read and written; results and inputs are counted once")
    func causes() throws {
        let report = try plan(["--size", "768x512", "--fuse", "off"])
        for layer in report["layers"]!.elements + [report["totals"]!] {
            let causes = layer["dramByCause"]!.members.mapValues { $0.integer! }
            #expect(
                causes.values.reduce(0, +) == layer["dramReadBytes"]!.integer! + layer["dramWriteBytes"]!.integer!)
            #expect(causes["output"] == layer["dramWriteBytes"]!.integer! && causes["partialSums"] == 0)
        }
        // lapped8: 8x8 taps of stride 4 over 3 x 768 x 512 samples, padded by 2 or more: every sample is read; the
        // transforms in between read each of their elements.
        let inputs = report["layers"]!.elements.map { $0["dramByCause"]!["input"]!.integer! }
        #expect(
            inputs == [
                3 * 768 * 512, 48 * 192 * 128, 48 * 192 * 128, 128 * 96 * 64, 48 * 192 * 128, 48 * 192 * 128,
            ])
        // In a group the first layer alone loads an input.
        let fused = try plan(["--size", "768x512"])
        for (plain, layer) in zip(report["layers"]!.elements, fused["layers"]!.elements) {
            let input = layer["dramByCause"]!["input"]!
            #expect(input == plain["dramByCause"]!["input"]! || (layer["group"] != nil && input == .integer(0)))
        }
        #expect(
            fused["layers"]!.elements.count { $0["dramByCause"]!["input"] == .integer(0) }
                == fused["layers"]!.elements.count { $0["group"] != nil }
                - Set(fused["layers"]!.elements.compactMap { $0["group"]?.integer }).count)
        // GDN has no halo and all its weights stay.
        let gdn = report["layers"]!.elements[1]["dramByCause"]!
        #expect(gdn["inputAgain"] == .integer(0) && gdn["weights"] == .integer(48 * 48))
    }

    @Test("Tiles never need more of a memory than there is")
    func peaks() throws {
        for network in ["lapped8", "mbt2018-mean-mse"] {
            for (machine, kibibytes) in [
                ("small", [128, 128, 32, 128]), ("mid", [256, 512, 64, 128]), ("large", [512, 2048, 128, 128]),
            ] {
                let report = try Tool.run(
                    ["plan", "--network", network, "--machine", machine, "--size", "768x512", "--json"],
                    in: ScratchFolder()
                ).report()
                for layer in report["layers"]!.elements {
                    let parts = ["weightBuffer", "activationBuffer", "accumulatorBuffer", "parameterMemory"].map {
                        layer[$0 + "PeakBytes"]!.integer!
                    }
                    #expect(zip(parts, kibibytes).allSatisfy { $0 <= $1 * 1024 }, "\(network) \(machine) \(parts)")
                }
                #expect(report["totals"]!["sramBytes"] == .integer(kibibytes.reduce(0, +) * 1024))
            }
        }
    }

    @Test("--fps: bytes a second, the clock that suffices, and whether it is there")
    func frameRate() throws {
        let report = try plan(["--fps", "24"])
        let (totals, rate) = (report["totals"]!, report["totals"]!["frameRate"]!)
        let wanted = Double(totals["dramBytes"]!.integer!) * 24 / 1e9
        #expect(abs(rate["dramGigabytesPerSecond"]!.number! / wanted - 1) < 1e-12)
        #expect(rate["dramGigabytesPerSecondPeak"]!.number! == 6.4)
        let clock = Double(totals["simulatedCycles"]!.integer!) * 24 / 1e6
        #expect(abs(rate["neededClockMegahertz"]!.number! / clock - 1) < 1e-12)
        #expect(rate["isMet"] == .boolean(clock <= 400))
        #expect(try plan(["--fps", "2000"])["totals"]!["frameRate"]!["isMet"] == .boolean(false))
    }

    @Test("Several machines, networks or schedules: a document for each, and a table with ratios")
    func sideBySide() throws {
        let folder = try ScratchFolder()
        let arguments = ["plan", "--network", "lapped8", "--machine", "small", "--machine", "large"]
        let both = try Tool.run(arguments + ["--json"], in: folder).report()
        #expect(both["plans"]!.elements.map { $0["machine"]!["name"]!.string } == ["small", "large"])
        for (machine, report) in zip(["small", "large"], both["plans"]!.elements) {
            #expect(try plan(["--machine", machine]) == report)
        }
        let text = try Tool.run(arguments, in: folder).output
        let cycles = both["plans"]!.elements.map { Double($0["totals"]!["simulatedCycles"]!.integer!) }
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("cycles") })
        #expect(row.hasSuffix(String(format: "%.3f", cycles[1] / cycles[0])), "\(row)")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        let crossed = try Tool.run(
            ["plan", "--network", "lapped8", "--network", "mbt2018-mean-mse"] + arguments.dropFirst(3) + ["--json"],
            in: folder
        ).report()
        #expect(
            crossed["plans"]!.elements.map { "\($0["network"]!["name"]!.string!) \($0["machine"]!["name"]!.string!)" }
                == ["lapped8 small", "lapped8 large", "mbt2018-mean-mse small", "mbt2018-mean-mse large"])
    }

    @Test("Files of one name keep their folders apart; a wanted rate stands beside each; machines differ once")
    func namesAndRates() throws {
        let folder = try ScratchFolder()
        let yaml = try Tool.run(["machines", "mid"], in: folder).output
        for name in ["one", "two"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        try folder.write(yaml, "one/m.yaml")
        try folder.write(yaml.replacing("clockMegahertz: 400", with: "clockMegahertz: 100"), "two/m.yaml")
        let arguments = ["plan", "--network", "lapped8", "--machine", "one/m.yaml", "--machine", "two/m.yaml"]
        let text = try Tool.run(arguments + ["--fps", "100", "-o", "out"], in: folder).output
        #expect(text.contains("one/m.yaml") && text.contains("two/m.yaml"))
        let cycles = try #require(try plan([])["totals"]!["simulatedCycles"]!.integer)
        let clock = String(format: "%.3f", Double(cycles) * 100 / 1e6)
        #expect((101..<400).contains(cycles * 100 / 1_000_000))
        let needed = try #require(text.split(separator: "\n").first { $0.contains("needed MHz") })
        #expect(needed.contains("\(clock) met") && needed.contains("\(clock) not met"))
        let rows = String(decoding: try folder.bytes("out/layers.csv"), as: UTF8.self)
        #expect(rows.contains("\none/m.yaml,0,") && rows.contains("\ntwo/m.yaml,0,"))
        let crossed = try Tool.run(arguments + ["--network", "mbt2018-mean-mse"], in: folder).output
        #expect(crossed.split(separator: "\n").count { $0.hasPrefix("clockMegahertz ") } == 1)
    }

    @Test("schedule --explain: the groups of the schedule, and the cycles that the timeline counts")
    func explain() throws {
        let folder = try ScratchFolder()
        let schedule = ["schedule", "--network", "lapped8", "--machine", "large"]
        let document = try Tool.run(schedule + ["--explain", "--json"], in: folder).report()
        let taken = document["search"]!["groups"]!.elements.filter { $0["isTaken"] == .boolean(true) }
        #expect(taken.map { $0["layers"]! } == document["schedule"]!["groups"]!.elements.map { $0["layers"]! })
        #expect(!taken.isEmpty)
        let text = try Tool.run(schedule + ["--explain", "-o", "s.yaml"], in: folder).output
        let cycles = try plan(["--machine", "large", "--schedule", folder.path("s.yaml")])["totals"]![
            "simulatedCycles"]!
        let counted = try #require(text.split(separator: "\n").last { $0.contains("The timeline counts ") })
        #expect(counted.filter(\.isNumber).hasSuffix("\(cycles.integer!)"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(try Tool.run(schedule + ["--explain", "--schedule", "s.yaml"], in: folder).status == 2)
    }

    @Test("--output: the document, and a row for each layer of each plan")
    func output() throws {
        let folder = try ScratchFolder()
        let arguments = ["plan", "--network", "lapped8", "--machine", "small", "--machine", "mid", "-o", "out"]
        #expect(try Tool.run(arguments, in: folder).status == 0)
        let rows = String(decoding: try folder.bytes("out/layers.csv"), as: UTF8.self).split(separator: "\n")
        #expect(rows.count == 13 && rows[0].hasPrefix("plan,layerID,name,") && rows[7].hasPrefix("mid,0,analysis0,"))
        #expect(try JSON(Data(folder.bytes("out/report.json")))["plans"]!.elements.count == 2)
        #expect(try Tool.run(["plan", "--network", "lapped8", "-o", "one"], in: folder).status == 0)
        #expect(try JSON(Data(folder.bytes("one/report.json"))) == plan([]))
    }

    @Test("Tables of every width have no longer line; --columns shows what was asked for")
    func columns() throws {
        let folder = try ScratchFolder()
        for command in [["plan"], ["plan", "--network", "lapped8", "--fps", "30"]] {
            let lines = try Tool.run(command, in: folder).output.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 100 })
        }
        let some = try Tool.run(
            ["plan", "--network", "lapped8", "--columns", "name,simulatedCycles,inputAgain"], in: folder)
        #expect(
            some.output.split(separator: "\n")[1].split(separator: " ").map(String.init) == [
                "layer", "cycles", "again", "B",
            ])
        for (columns, found) in [
            ("cycles", "no column 'cycles': did you mean 'simulatedCycles'?"), ("outputDigest", "only after a run"),
            ("all,name", "leave the others out"), ("worstChannel", "only after a run"),
        ] {
            let refused = try Tool.run(["plan", "--columns", columns], in: folder)
            #expect(refused.status == 2 && refused.errors.contains(found), "\(refused.errors)")
        }
    }

    @Test(
        "What cannot stand side by side is refused",
        arguments: [
            ["--machine", "mid", "--machine", "mid"], ["--machine", "small", "--machine", "mid", "--codec"],
            ["--machine", "small", "--machine", "mid", "--columns", "all"], ["--fps", "0"],
            ["--machine", "small", "--machine", "mid", "--schedule", "a.yaml"], ["--columns", "name", "--json"],
        ])
    func refused(_ arguments: [String]) throws {
        let outcome = try Tool.run(["plan"] + arguments, in: ScratchFolder())
        #expect(outcome.status == 2 && outcome.errors.contains("ARGUMENTS") && outcome.output.isEmpty)
    }
}
