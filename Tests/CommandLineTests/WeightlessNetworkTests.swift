import Diagnostics
import Foundation
import TestSupport
import Testing

/// Architectures by name and topology files, as a user gives them.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct WeightlessNetworkTests {
    private static let topology = """
        Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
        Conv1, 28, 28, 3, 3, 3, 16, 1,
        Conv2, 26, 26, 1, 1, 16, 32, 1,
        Alone, 4, 256, 1, 256, 1, 12, 1,

        """

    @Test("plan, inspect and schedule take an architecture by name, and say what is assumed")
    func architecture() throws {
        let folder = try ScratchFolder()
        let name = "cheng2020-attn:16"
        let size = ["--size", "64x64"]
        let report = try Tool.run(["plan", "--network", name, "--json"] + size, in: folder).report()
        #expect(try JSONSchema.named("report").violations(of: report) == [])
        #expect(report["serialContext"]?["positions"]?.number == 16)
        let text = try Tool.run(["plan", "--network", name] + size, in: folder).output
        #expect(text.contains("no weights: 8-bit codes, 8 codebooks") && text.contains("16 latent positions"))
        let inspected = try Tool.run(["inspect", name, "--json"] + size, in: folder).report()
        #expect(try JSONSchema.named("inspection").violations(of: inspected) == [])
        #expect(try Tool.run(["inspect", name] + size, in: folder).output.contains("product"))
        let written = try Tool.run(["schedule", "--network", name, "-o", "s.yaml"] + size, in: folder)
        #expect(written.status == 0, "\(written.errors)")
        let again = try Tool.run(["plan", "--network", name, "--schedule", "s.yaml", "--json"] + size, in: folder)
        #expect(try again.report()["totals"]?["simulatedCycles"] == report["totals"]?["simulatedCycles"])
        let schedule = try Tool.run(["schedule", "--network", name, "--json"] + size, in: folder).report()
        #expect(try JSONSchema.named("schedule").violations(of: schedule) == [])
    }

    @Test("A topology is planned row by row, beside others, and inspected")
    func topology() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.topology, "t.csv")
        let report = try Tool.run(["plan", "--network", "t.csv", "--json"], in: folder).report()
        #expect(try JSONSchema.named("report").violations(of: report) == [])
        #expect(report["layers"]?.elements.compactMap { $0["name"]?.string } == ["Conv1", "Conv2", "Alone"])
        // 26 x 26 results of 27 products for 16 filters, of 16 for 32, and 4 of 256 for 12.
        #expect(report["totals"]?["usefulMACs"]?.number == Double(676 * 27 * 16 + 676 * 16 * 32 + 4 * 256 * 12))
        let text = try Tool.run(["plan", "--network", "t.csv"], in: folder).output
        #expect(text.contains("3 rows: 1 read the row before, 2 have an input of their own"))
        #expect(try Tool.run(["inspect", "t.csv"], in: folder).output.contains("Alone.input"))
        let both = try Tool.run(
            ["plan", "--network", "t.csv", "--network", "mbt2018:16,16", "--size", "64x64", "--json"], in: folder)
        #expect(try both.report()["plans"]?.elements.count == 2)
    }

    @Test("Commands that need weights refuse both by name, with the way out")
    func refusals() throws {
        let folder = try ScratchFolder()
        try folder.write(Self.topology, "t.csv")
        for network in ["mbt2018:16,16", "t.csv"] {
            for command in ["run", "verify", "explain", "vectors --layer g_a.0 -o v", "plan --codec"] {
                let words = command.split(separator: " ").map(String.init)
                try Tool.expectRefusal(.networkHasNoWeights, words + ["--network", network], in: folder)
            }
            try Tool.expectRefusal(
                .networkHasNoWeights, ["quantize", network, "--calibration", ".", "-o", "q.safetensors"], in: folder)
        }
        try Tool.expectRefusal(.networkHasNoWeights, ["import", "t.csv", "-o", "n.safetensors"], in: folder)
        try Tool.expectRefusal(.architectureWidthsInvalid, ["plan", "--network", "mbt2018"], in: folder)
        let rate = try Tool.run(["plan", "--network", "mbt2018:16,16", "--rate", "1", "--size", "64x64"], in: folder)
        #expect(rate.status == 2 && rate.errors.contains("--rate has no effect here"))
    }

    @Test("networks lists the published architectures with their parameters")
    func list() throws {
        let folder = try ScratchFolder()
        let document = try Tool.run(["networks", "--json"], in: folder).report()
        #expect(try JSONSchema.named("networks").violations(of: document) == [])
        let rows = try #require(document["rows"]?.elements)
        let anchor = rows.first { $0["name"]?.string == "cheng2020-anchor:192" }
        #expect(anchor?["parameters"]?.number == 26_598_956)
        #expect(try Tool.run(["networks"], in: folder).output.contains("29,631,788"))
    }
}
