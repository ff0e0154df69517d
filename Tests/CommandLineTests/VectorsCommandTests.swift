import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct VectorsCommandTests {
    private static let hasIcarus = ["/usr/bin/iverilog", "/usr/local/bin/iverilog"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test("Vectors of every unit are written with a manifest whose counts fit the files")
    func written() throws {
        for unit in ["decoder", "encoder", "postProcessor", "normalization", "macArray"] {
            let folder = try ScratchFolder()
            let outcome = try Tool.run(
                ["vectors", "--unit", unit, "--output", "v", "--count", "100", "--json"], in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            for file in [
                "stimulus.npy", "response.npy", "testbench.sv", "test_unit.py", "coverage.json", "coverage.txt",
            ] {
                #expect(FileManager.default.fileExists(atPath: folder.path("v/" + file)), "\(unit) \(file)")
            }
            let manifest = try #require(
                JSONSerialization.jsonObject(
                    with: Data(contentsOf: URL(fileURLWithPath: folder.path("v/manifest.json")))) as? [String: Any])
            for part in ["stimulus", "response"] {
                let file = try #require(manifest[part] as? [String: Any])
                let text = try String(contentsOfFile: folder.path("v/\(part).hex"), encoding: .utf8)
                let words = text.split(separator: "\n").filter { !$0.hasPrefix("//") }
                #expect(words.count == file["rows"] as? Int)
                let bits = try #require(file["bits"] as? Int)
                #expect(words.allSatisfy { $0.count == (bits + 3) / 4 })
            }
        }
    }

    @Test("A layer's vectors on a picture, and on the tensor in front of it, are the same")
    func tensors() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "p.png")
        func succeeds(_ line: String) throws {
            let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        try succeeds("run --network lapped8 --image p.png --tensors -o r")
        let vectors = "vectors --network lapped8 --layer analysis1 --machine small"
        try succeeds("\(vectors) --image p.png -o a")
        try succeeds("\(vectors) --input gdn0=r/gdn0.npy -o b")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path("a"))
        #expect(files.contains("gdn0.npy") && files.contains("analysis1.npy"))
        for file in files { #expect(try folder.bytes("a/\(file)") == folder.bytes("b/\(file)"), "\(file)") }
        try Tool.expectRefusal(
            .inputMissing,
            ["vectors", "--network", "lapped8", "--layer", "analysis0", "--input", "gdn0=r/gdn0.npy", "-o", "c"],
            in: folder)
    }

    @Test(
        "A broken module under test: the first mismatch with cycle, signal, expected and observed value, exit code 1",
        .enabled(if: hasIcarus, "iverilog is not installed"))
    func broken() throws {
        let folder = try ScratchFolder()
        let ports =
            """
            input [7:0] code, select, input signed [15:0] offset, input [1:0] mode, input [4:0] shift, \
            activation_bits, input padding
            """
        try folder.write(
            """
            module constant_lane(\(ports), output [15:0] entry_index, input signed [15:0] entry, output signed [15:0] \
            value, operand);
                assign entry_index = {select, code};
                assign value = 16'h1234;
                assign operand = entry;
            endmodule
            """, "constant.sv")
        let outcome = try Tool.run(
            [
                "vectors", "--unit", "decoder", "--output", "v", "--count", "20", "--simulate", "icarus", "--module",
                "constant_lane", "--source", "constant.sv",
            ],
            in: folder)
        #expect(outcome.status == 1)
        // Codebook 0 is linear: code 0 is -128.
        #expect(
            outcome.errors.hasPrefix(
                "mismatch: cycle 0, response 0: value expected ff80, observed 1234\n  stimulus row 0:\n"
                    + "    code = 0\n    select = 0\n    offset = "
            ), "\(outcome.errors)")
    }

    @Test("A module that does not build is VECTORS-002", .enabled(if: hasIcarus, "iverilog is not installed"))
    func unbuildable() throws {
        let folder = try ScratchFolder()
        try folder.write("module half", "half.sv")
        let arguments = ["vectors", "--unit", "decoder", "--output", "v", "--count", "20", "--simulate", "icarus"]
        try Tool.expectRefusal(
            .vectorsSimulatorFailed, arguments + ["--module", "half", "--source", "half.sv"], in: folder)
        try Tool.expectRefusal(
            .vectorsSimulatorFailed, arguments + ["--module", "half", "--source", "nowhere.sv"], in: folder)
    }

    @Test("A simulator that is not installed is RTL-001")
    func missingSimulator() throws {
        let folder = try ScratchFolder()
        let arguments = [
            "PATH=/nonexistent", Tool.path, "vectors", "--unit", "decoder", "--output", "v", "--count", "20",
            "--simulate", "icarus",
        ]
        let outcome = try Tool.run(arguments, in: folder, program: "/usr/bin/env")
        #expect(outcome.status == 2)
        #expect(
            outcome.errors.hasPrefix("error[\(DiagnosticCode.simulatorMissing.rawValue)]: "), "\(outcome.errors)"
        )
    }

    @Test("A latency that hardware cannot have is VECTORS-003, a number of vectors out of range VECTORS-004")
    func refused() throws {
        let folder = try ScratchFolder()
        let machine = try Tool.run(["machines", "mid"], in: folder).output
        try folder.write(machine.replacingOccurrences(of: "latencyCycles: 24", with: "latencyCycles: 3"), "m.yaml")
        try Tool.expectRefusal(
            .vectorsUnitNotBuilt, ["vectors", "--unit", "normalization", "--output", "v", "--machine", "m.yaml"],
            in: folder)
        try folder.write(machine.replacingOccurrences(of: "pipelineStages: 4", with: "pipelineStages: 3"), "p.yaml")
        try Tool.expectRefusal(
            .vectorsUnitNotBuilt, ["vectors", "--unit", "macArray", "--output", "v", "--machine", "p.yaml"], in: folder)
        for count in ["0", "10000001"] {
            try Tool.expectRefusal(
                .vectorsCountOutOfRange, ["vectors", "--unit", "decoder", "--output", "v", "--count", count], in: folder
            )
        }
    }
}
