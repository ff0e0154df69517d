import Diagnostics
import Foundation
import Images
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct OutputFilesTests {
    @Test("Two runs, and runs with one and two threads, write the same bytes")
    func reproducible() throws {
        let folder = try ScratchFolder()
        let runs = [
            ("first", ["--threads", "1"]), ("second", ["--threads", "1"]), ("third", ["--threads", "2"]),
            ("fourth", ["--threads", "7"]),
        ]
        for (name, options) in runs {
            let outcome = try Tool.run(
                ["run", "--network", "lapped8", "--tensors", "--output", name] + options, in: folder)
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        }
        let names = try folder.names(in: "first")
        #expect(
            names == [
                "analysis0.npy", "analysis1.npy", "gdn0.npy", "igdn0.npy", "layers.csv", "reconstructed.png",
                "report.json", "synthesis0.npy", "synthesis1.npy",
            ])
        for (run, _) in runs.dropFirst() {
            #expect(try folder.names(in: run) == names)
            for name in names {
                #expect(try folder.bytes("\(run)/\(name)") == folder.bytes("first/\(name)"), "\(run)/\(name)")
            }
        }
    }

    @Test(
        "Tensors have NumPy headers, and the digest in the report is that of their payload",
        arguments: [(64, 48), (37, 23)])
    func tensors(_ width: Int, _ height: Int) throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: width, height: height).bytes, "ramp.png")
        let outcome = try Tool.run(
            ["run", "--network", "lapped8", "--image", "ramp.png", "--tensors", "--output", "a/b", "--json"], in: folder
        )
        let report = try outcome.report()
        #expect(
            Array(outcome.output.utf8) == (try folder.bytes("a/b/report.json")),
            "the printed report is not the written one")
        for layer in report["layers"]!.elements {
            let tensor = try NPYFile(folder.bytes("a/b/\(layer["name"]!.string!).npy"))
            #expect(tensor.descriptor == "|u1")
            #expect(tensor.shape.map(String.init).joined(separator: "x") == layer["outputShape"]!.string)
            #expect(try tensor.payloadDigest(in: folder) == layer["outputDigest"]!.string)
        }
        // Output codes of a picture are its samples; the reconstructed picture is their top left corner.
        let picture = try PNGReader.read(path: folder.path("a/b/reconstructed.png")).image
        let samples = try NPYFile(folder.bytes("a/b/synthesis1.npy"))
        #expect((picture.width, picture.height) == (width, height))
        for y in 0..<height {
            for x in 0..<width {
                #expect(
                    picture[y, x] == RGBColour(samples[y, x, 0], samples[y, x, 1], samples[y, x, 2]),
                    "row \(y), column \(x)")
            }
        }
    }

    @Test("layers.csv has the report's figures, one row a layer")
    func table() throws {
        let folder = try ScratchFolder()
        let report = try Tool.run(["run", "--network", "lapped8", "--output", "out", "--json"], in: folder).report()
        let rows = String(decoding: try folder.bytes("out/layers.csv"), as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let layers = report["layers"]!.elements
        #expect(rows.count == layers.count + 1)
        for (index, layer) in layers.enumerated() {
            #expect(rows[index + 1].count == rows[0].count)
            for (column, field) in rows[0].enumerated() {
                let parts = field.split(separator: ".").map(String.init)
                if field.hasPrefix("worstChannel") {
                    let worst = layer["worstChannel"]?[field == "worstChannel" ? "channel" : "saturatedOutputs"]?
                        .integer
                    #expect(rows[index + 1][column] == worst.map(String.init) ?? "", "\(field)")
                    continue
                }
                let expected =
                    field == "layerID"
                    ? .integer(index) : parts.count == 2 ? layer[parts[0]]?[parts[1]] ?? .integer(0) : layer[field]
                switch expected {
                case .string(let text): #expect(rows[index + 1][column] == text, "\(field)")
                case .some(let value): #expect(Double(rows[index + 1][column]) == value.number, "\(field)")
                case nil: Issue.record("column \(field) is not in the report")
                }
            }
        }
    }

    @Test(
        "A result that cannot be written is no success",
        arguments: ["run", "plan", "schedule", "machines", "networks", "inspect", "explain"])
    func fullStandardOutput(_ command: String) throws {
        try Tool.expectRefusal(.outputDeviceFull, [command], in: ScratchFolder(), standardOutput: "/dev/full")
    }

    @Test("Places that cannot be written are refused and nothing is left there")
    func unwritable() throws {
        let folder = try ScratchFolder()
        try folder.write("a file", "file")
        try Tool.expectRefusal(.outputUnwritable, ["run", "--output", "file"], in: folder)
        try Tool.expectRefusal(.outputUnwritable, ["run", "--output", "file/inner"], in: folder)
        try Tool.expectRefusal(.outputUnwritable, ["run", "--output", "/dev/full"], in: folder)
        try Tool.expectRefusal(.outputUnwritable, ["schedule", "-o", "nowhere/schedule.yaml"], in: folder)
        try Tool.expectRefusal(.outputUnwritable, ["schedule", "-o", "."], in: folder)
        try Tool.expectRefusal(.outputDeviceFull, ["schedule", "-o", "/dev/full"], in: folder)
        #expect(String(decoding: try folder.bytes("file"), as: UTF8.self) == "a file")
        try FileManager.default.createDirectory(
            atPath: folder.path("out/report.json"), withIntermediateDirectories: true)
        try Tool.expectRefusal(.outputUnwritable, ["run", "--output", "out"], in: folder)
        #expect(try folder.names(in: "out") == ["report.json"])
    }
}
