import Foundation
import TestSupport
import Testing

/// What binds a result, on machines that lack something each.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct BindingTests {
    /// `mid` with lines replaced.
    private static func machine(_ changes: [(String, String)], in folder: ScratchFolder) throws -> String {
        var text = try Tool.run(["machines", "mid"], in: folder).output.replacingOccurrences(
            of: "name: mid", with: "name: mine")
        for (old, new) in changes {
            #expect(text.contains(old))
            text = text.replacingOccurrences(of: old, with: new)
        }
        try folder.write(Array(text.utf8), "mine.yaml")
        return "mine.yaml"
    }

    static let cases: [(changes: [(String, String)], resource: String, help: String, warning: String?)] = [
        (
            [("  phases: true", "  phases: false"), ("  kernelRow: true", "  kernelRow: false")], "macArray",
            "multipliers work in a step", nil
        ),
        (
            [
                ("burstBytes: 256", "burstBytes: 64"), ("{outstanding: 16", "{outstanding: 2"),
                ("{outstanding: 8", "{outstanding: 14"),
            ], "dma", "DMA reads reach 1.2 of 16 bytes per cycle: 26 bursts in flight would fill the bus, 2 are",
            "DMA reads reach 1.2 of 16 bytes per cycle: 26 bursts in flight"
        ),
        (
            [
                ("  busBytes: 16", "  busBytes: 1")
            ], "dma",
            "of 1 bytes per cycle", nil
        ),
        (
            [("  banks: 16\n  bytesPerCycle: 256", "  banks: 16\n  bytesPerCycle: 64")], "weightBuffer",
            "a step takes 4 cycles", "delivers 64 of the 256 bytes per cycle"
        ),
        (
            [("postProcessor:\n  lanes: 16", "postProcessor:\n  lanes: 1")], "resultLanes", "16 lanes in postProcessor",
            "1 result lane takes 64 cycles"
        ),
        // Latency that whole bursts would hide, and rows of tiles that are shorter.
        (
            [
                ("latencyCycles: 100", "latencyCycles: 60000"), ("burstBytes: 256", "burstBytes: 4096"),
                ("outstanding: 16", "outstanding: 236"),
            ], "dma", "waits for the first bytes of short transfers, 60000 cycles each", nil
        ),
    ]

    @Test("The sentence, the JSON document and the warning name what binds", arguments: cases.indices)
    func binds(_ index: Int) throws {
        let (changes, resource, help, warning) = Self.cases[index]
        let folder = try ScratchFolder()
        let machine = try Self.machine(changes, in: folder)
        let plan = ["plan", "--network", "lapped8", "--machine", machine, "--size", "192x96"]
        let text = try Tool.run(plan, in: folder)
        let report = try Tool.run(plan + ["--json"], in: folder).report()
        let binding = try #require(report["totals"]?["binding"])
        #expect(binding["resource"]?.string == resource)
        let sentence = try #require(binding["sentence"]?.string)
        #expect(sentence.contains(help), "\(sentence)")
        // The last lines, which break between words.
        let lines = text.output.split(separator: "\n").joined(separator: " ")
        #expect(lines.hasSuffix(sentence.prefix(1).uppercased() + sentence.dropFirst() + "."))
        if let warning {
            #expect(text.errors.contains("warning: machine mine: ") && text.errors.contains(warning))
        } else {
            #expect(text.errors == "")
        }
        // Counted again from the layers.
        let bound = report["layers"]!.elements.filter { $0["boundBy"]?.string == resource }
        #expect(
            binding["layers"]?.integer == bound.count
                && binding["cycles"]?.integer == bound.reduce(0) { $0 + $1["simulatedCycles"]!.integer! })
        for layer in report["layers"]!.elements {
            let own = ["bankConflict", "drain", "fill"].reduce(layer["computeCycles"]!.integer!) {
                $0 + (layer["stallCycles"]![$1]?.integer ?? 0)
            }
            let (reads, writes) = (layer["dramReadBytes"]!.integer!, layer["dramWriteBytes"]!.integer!)
            let width = index == 2 ? 1.0 : 16
            let transfers = Double(reads) / (index == 1 ? 128.0 / 104 : width) + Double(writes) / width
            let waits = layer["simulatedCycles"]!.integer! - own
            #expect(
                (layer["boundBy"]?.string == "dma") == (transfers > Double(own) || waits > own),
                "\(layer)")
        }
    }
}
