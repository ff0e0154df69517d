import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct FiguresTests {
    private func figure(_ name: String, in folder: ScratchFolder) throws -> String {
        try String(contentsOfFile: folder.path("figures/\(name).svg"), encoding: .utf8)
    }

    @Test("The timeline's bars have the report's cycles, layer by layer and reason by reason")
    func timeline() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let arguments = ["plan", "--network", "lapped8", "--machine", "small", "--size", "64x64"]
        let report = try Tool.run(arguments + ["--figures", "figures", "--json"], in: folder).report()
        let svg = try figure("timeline", in: folder)
        let bars = svg.matches(of: /<title>([^<]*), ([A-Za-z]+): ([0-9,]+) cycles<\/title>/)
        var found: [String: Int] = [:]
        for bar in bars {
            found["\(bar.1) \(bar.2)", default: 0] += try #require(Int(bar.3.replacing(",", with: "")))
        }
        var expected: [String: Int] = [:]
        for layer in try #require(report["layers"]?.elements) {
            let name = try #require(layer["name"]?.string)
            expected["\(name) compute"] = layer["computeCycles"]?.integer
            for stall in layer["stallCycles"]?.members ?? [:] {
                expected["\(name) \(stall.key)"] = stall.value.integer
            }
        }
        #expect(found == expected.filter { $0.value > 0 } && !found.isEmpty)
    }

    @Test("docs/figures holds what the command beside them makes")
    func documentation() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let outcome = try Tool.run(["plan", "--figures", "figures"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for name in ["machine", "timeline", "roofline"] {
            let expected = try String(
                contentsOfFile: Checkout.root.appendingPathComponent("docs/figures/\(name).svg").path, encoding: .utf8)
            #expect(try figure(name, in: folder) == expected, "make it anew: ./intaglio plan --figures docs/figures")
        }
    }

    @Test("A figure may be no other file of the command: OUTPUT-004")
    func distinct() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let figures = folder.path("figures")
        try FileManager.default.createDirectory(atPath: figures, withIntermediateDirectories: false)
        try Tool.expectRefusal(
            .outputSameFile,
            ["plan", "--network", "lapped8", "--figures", "figures", "--timeline", "figures/timeline.svg"], in: folder)
        #expect(try FileManager.default.contentsOfDirectory(atPath: figures) == [])
    }

    @Test("--figures shows one network: with --codec it is refused")
    func refused() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let outcome = try Tool.run(["plan", "--codec", "--figures", "figures"], in: folder)
        #expect(
            outcome.status == 2
                && outcome.errors.contains("--figures has no effect here: it goes with one network: leave --codec out"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("figures")))
    }
}
