import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct MachineAndScheduleInputTests {
    /// A text with one place changed; the place must be there.
    static func changed(_ text: String, _ old: String, _ new: String) throws -> String {
        let range = try #require(text.range(of: old), "\(old)")
        return text.replacingCharacters(in: range, with: new)
    }

    @Test(
        "Machine files with a field that is negative, zero, huge, missing, of a wrong type or unknown",
        arguments: [
            ("inputChannelLanes: 16", "inputChannelLanes: -16", DiagnosticCode.machineValueOutOfRange),
            ("inputChannelLanes: 16", "inputChannelLanes: 0", .machineValueOutOfRange),
            ("inputChannelLanes: 16", "inputChannelLanes: 99999999999999999999", .machineValueOutOfRange),
            ("clockMegahertz: 400", "clockMegahertz: 0.0", .machineValueOutOfRange),
            ("clockMegahertz: 400", "clockMegahertz: .inf", .machineWrongType),
            ("bytes: 512 KiB", "bytes: 9000000000000000000", .machineValueOutOfRange),
            ("  busBytes: 16\n", "", .machineMissingField),
            ("macArray:", "macArrays:", .machineUnknownKey),
            ("pingPong: true", "pingPong: 3", .machineWrongType),
            ("inputChannelLanes: 16", "inputChannelLanes: wide", .machineWrongType),
            ("inputChannelLanes: 16", "inputChannelLanes: [16]", .machineWrongType),
            (
                "  outputChannelLanes: 16\n", "  outputChannelLanes: 16\n  outputChannelLanes: 16\n",
                .machineDuplicateKey
            ),
            ("laneMapping: channels", "laneMapping: tapsAndChannels", .machineNotBuiltYet),
            ("name: mid", "name: [mid", .machineNotYAML),
            ("activationBits: 16", "activationBits: 11", .machineWidthExceeded),
            ("weightBits: 12", "weightBits: 8", .machineWidthExceeded),
            ("accumulatorBits: 36", "accumulatorBits: 31", .machineWidthExceeded),
            ("accumulatorBits: 36", "accumulatorBits: 24", .machineInconsistent),
            ("codebooks: 16", "codebooks: 1", .machineCodebooksExceeded),
            ("bytes: 256 KiB", "bytes: 1024", .scheduleNotFound),
        ])
    func machine(_ old: String, _ new: String, _ code: DiagnosticCode) throws {
        let folder = try ScratchFolder()
        let text = try Tool.run(["machines", "mid"], in: folder).output
        try folder.write(text, "whole.yaml")
        #expect(try Tool.run(["plan", "--network", "lapped8", "--machine", "whole.yaml"], in: folder).status == 0)
        try folder.write(Self.changed(text, old, new), "m.yaml")
        for command in ["run", "plan"] {
            try Tool.expectRefusal(code, [command, "--network", "lapped8", "--machine", "m.yaml"], in: folder)
        }
    }

    @Test("A machine that is missing, empty or a folder")
    func noMachine() throws {
        let folder = try ScratchFolder()
        try folder.write("", "empty.yaml")
        try Tool.expectRefusal(.machineMissing, ["plan", "--machine", "midd"], in: folder)
        try Tool.expectRefusal(.machineMissing, ["plan", "--machine", "nowhere/m.yaml"], in: folder)
        try Tool.expectRefusal(.machineUnreadable, ["plan", "--machine", "."], in: folder)
        try Tool.expectRefusal(.machineNotYAML, ["plan", "--machine", "empty.yaml"], in: folder)
    }

    @Test(
        "Schedules that overflow a buffer, skip a tile, name a missing layer or are for another run",
        arguments: [
            (
                "outputRows: 22, outputColumns: 16", "outputRows: 128, outputColumns: 192",
                DiagnosticCode.scheduleActivationBufferOverflow
            ),
            ("outputRows: 22, outputColumns: 16", "outputRows: 0, outputColumns: 16", .scheduleWrongValue),
            ("outputRows: 22, outputColumns: 16", "outputRows: 129, outputColumns: 16", .scheduleTileOutOfRange),
            ("outputRows: 22, outputColumns: 16", "outputRows: -6, outputColumns: 16", .scheduleWrongValue),
            ("outputRows: 22, outputColumns: 16", "outputRows: six, outputColumns: 16", .scheduleWrongValue),
            ("input: [0, 11264]", "input: [0, 64]", .scheduleRegionsOverlap),
            (
                "weights: [0, 131072], accumulators: 0", "weights: [0, 262144], accumulators: 0",
                .scheduleWeightBufferOverflow
            ),
            ("\"gdn0\"", "\"gdn9\"", .scheduleUnknownLayer),
            ("network: \"lapped8\"", "network: \"lapped9\"", .scheduleForAnotherRun),
            ("machine: \"mid\"", "machine: \"large\"", .scheduleForAnotherRun),
            ("height: 512", "height: 520", .scheduleSizeMismatch),
            ("layers:", "layer:", .scheduleUnknownKey),
            ("network: \"lapped8\"", "network: [", .scheduleSyntax),
        ])
    func schedule(_ old: String, _ new: String, _ code: DiagnosticCode) throws {
        let folder = try ScratchFolder()
        let text = try Tool.run(["schedule", "--network", "lapped8", "--fuse", "off"], in: folder).output
        try folder.write(Self.changed(text, old, new), "s.yaml")
        for command in ["run", "plan", "verify", "explain"] {
            try Tool.expectRefusal(code, [command, "--network", "lapped8", "--schedule", "s.yaml"], in: folder)
        }
    }

    @Test("A schedule without a layer is refused; one that is missing or a folder too")
    func noSchedule() throws {
        let folder = try ScratchFolder()
        let text = try Tool.run(["schedule", "--network", "lapped8", "--fuse", "off"], in: folder).output
        let start = try #require(text.range(of: "  - name: \"gdn0\"")).lowerBound
        let end = try #require(text.range(of: "  - name: \"analysis1\"")).lowerBound
        try folder.write(text.replacingCharacters(in: start..<end, with: ""), "s.yaml")
        try Tool.expectRefusal(
            .scheduleMissingLayer, ["run", "--network", "lapped8", "--schedule", "s.yaml"], in: folder)
        try Tool.expectRefusal(
            .scheduleUnreadable, ["plan", "--network", "lapped8", "--schedule", "nowhere.yaml"], in: folder)
        try Tool.expectRefusal(.scheduleUnreadable, ["plan", "--network", "lapped8", "--schedule", "."], in: folder)
    }

    @Test("A written schedule is read back: the same report, and another tiling gives the same bytes in other cycles")
    func written() throws {
        let folder = try ScratchFolder()
        #expect(try Tool.run(["schedule", "--network", "lapped8", "-o", "s.yaml"], in: folder).status == 0)
        let best = try Tool.run(["run", "--network", "lapped8", "--json"], in: folder)
        #expect(
            try Tool.run(["run", "--network", "lapped8", "--json", "--schedule", "s.yaml"], in: folder).output
                == best.output)
        let text = try Tool.run(["schedule", "--network", "lapped8", "--fuse", "off"], in: folder).output
        try folder.write(
            Self.changed(text, "outputRows: 22, outputColumns: 16", "outputRows: 6, outputColumns: 16"), "other.yaml")
        let other = try Tool.run(["run", "--network", "lapped8", "--json", "--schedule", "other.yaml"], in: folder)
            .report()
        let expected = try best.report()
        func digests(_ report: JSON) -> [String?] { report["layers"]!.elements.map { $0["outputDigest"]?.string } }
        #expect(digests(other) == digests(expected))
        #expect(other["totals"]!["simulatedCycles"] != expected["totals"]!["simulatedCycles"])
    }
}
