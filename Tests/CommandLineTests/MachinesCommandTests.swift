import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct MachinesCommandTests {
    @Test("A file of a few lines is printed whole, and what is printed is the same machine")
    func shortFile() throws {
        let folder = try ScratchFolder()
        try folder.write(
            """
            name: mine
            clockMegahertz: 1.2 GHz
            macArray: {inputChannelLanes: 8, outputChannelLanes: 16, pixelLanes: 4}
            weightBuffer: {bytes: 256 KiB}
            activationBuffer: {bytes: 0.5 MiB}
            memory: {busBytes: 8, read: {latencyCycles: 60}}

            """, "m.yaml")
        let printed = try Tool.run(["machines", "m.yaml"], in: folder)
        #expect(printed.status == 0 && printed.errors.isEmpty && printed.output.contains("\n  bytesPerCycle: 128\n"))
        try folder.write(printed.output, "whole.yaml")
        #expect(try Tool.run(["machines", "whole.yaml"], in: folder).output == printed.output)
        #expect(try Tool.run(["machines", "m.yaml", "whole.yaml"], in: folder).output == "no field differs\n")
        #expect(try Tool.run(["plan", "--network", "lapped8", "--machine", "m.yaml"], in: folder).status == 0)
    }

    @Test("All problems of a file at once, as text and as JSON")
    func problems() throws {
        let folder = try ScratchFolder()
        let text = try Tool.run(["machines", "mid"], in: folder).output
        try folder.write(
            text.replacing("pixelLanes: 4", with: "pixelLanes: 0").replacing("burstBytes", with: "burstByte")
                .replacing("bytes: 512 KiB", with: "bytes: 512 kB"), "m.yaml")
        for command in [["machines", "m.yaml"], ["plan", "--machine", "m.yaml"], ["run", "--machine", "m.yaml"]] {
            let outcome = try Tool.run(command, in: folder)
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            let lines = outcome.errors.split(separator: "\n")
            #expect(
                lines.filter { $0.hasPrefix("error[") }.count == 3 && lines.last == "refused: m.yaml has 3 problems")
            #expect(outcome.errors.contains("\n  remedy: did you mean burstBytes?\n"))
        }
        let outcome = try Tool.run(["machines", "m.yaml", "--json"], in: folder)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        let document = try JSON(Data(outcome.errors.utf8))
        #expect(
            document["errors"]?.elements.map { $0["code"]?.string } == ["MACHINE-004", "MACHINE-007", "MACHINE-007"])
        #expect(document["consequence"]?.string == "refused: m.yaml has 3 problems")
    }

    @Test(
        "One document for the list, for one machine and for several",
        arguments: [
            (["machines"], ["small", "mid", "large"]), (["machines", "large", "small"], ["large", "small"]),
            (["machines", "mid"], ["mid"]), (["machines", "--random", "3"], ["random-3"]),
        ])
    func documents(_ command: [String], _ names: [String]) throws {
        let folder = try ScratchFolder()
        let outcome = try Tool.run(command + ["--json"], in: folder)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let document = try JSON(Data(outcome.output.utf8))
        #expect(document["schemaVersion"]?.integer == 2)
        #expect(document["tool"]?["name"]?.string == "intaglio")
        let version = try Tool.run(["--version"], in: folder).output
        #expect(document["tool"]?["version"]?.string.map { $0 + "\n" } == version)
        #expect(document["machines"]?.elements.map { $0["name"]?.string } == names)
        #expect(document["machines"]?.elements.allSatisfy { $0["memory"]?["burstBytes"]?.integer != nil } == true)
    }

    @Test("Side by side: the fields that differ, in 100 columns")
    func sideBySide() throws {
        let folder = try ScratchFolder()
        let outcome = try Tool.run(["machines", "small", "mid", "large"], in: folder)
        let lines = outcome.output.split(separator: "\n")
        #expect(outcome.status == 0 && lines.allSatisfy { $0.count <= 100 })
        #expect(lines.contains { $0.split(separator: " ") == ["MACs", "256", "1,024", "4.00x", "4,096", "16.0x"] })
        #expect(!outcome.output.contains("pipelineStages"))
        try Tool.expectRefusal(.machineMissing, ["machines", "mid", "larg"], in: folder)
    }
}
