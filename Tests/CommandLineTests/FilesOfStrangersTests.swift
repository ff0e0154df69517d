import Diagnostics
import FileFormats
import Foundation
import NetworkFiles
import Networks
import TestSupport
import Testing

/// Files that somebody sent: they end in a diagnostic and write nowhere.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct FilesOfStrangersTests {
    @Test(
        "Names that climb out of the output folder are refused when the file is read",
        arguments: ["../escaped", "../../vec\\u0000", "a/b", "\\u001b[2J"])
    func names(name: String) throws {
        let folder = try ScratchFolder()
        var file = try SafetensorsFile(NetworkInputTests.bundled.bytes, at: "bundled")
        file.metadata["quantized"] = file.metadata["quantized"]!.replacingOccurrences(
            of: "\"gdn0\"", with: "\"\(name)\"")
        try folder.write(file.bytes, "n.safetensors")
        for arguments in [
            ["run", "--network", "n.safetensors", "--output", "deep/out", "--tensors"],
            ["vectors", "--network", "n.safetensors", "--layer", "analysis0", "--output", "deep/out"],
            ["schedule", "--network", "n.safetensors", "--output", "s.yaml"], ["inspect", "n.safetensors"],
            ["verify", "--network", "n.safetensors"],
        ] {
            try Tool.expectRefusal(.networkNameNotPlain, arguments, in: folder)
        }
        #expect(try folder.names() == ["n.safetensors", "stream.err", "stream.out"])
    }

    @Test("Aliases without an end are refused while parsing, as a machine and as a schedule", .timeLimit(.minutes(1)))
    func aliases() throws {
        let folder = try ScratchFolder()
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
        }
        try folder.write(text + "? *a9\n: 1\n", "a.yaml")
        try Tool.expectRefusal(.machineNotYAML, ["machines", "./a.yaml"], in: folder)
        try Tool.expectRefusal(.machineNotYAML, ["plan", "--network", "lapped8", "--machine", "./a.yaml"], in: folder)
        try Tool.expectRefusal(.scheduleSyntax, ["plan", "--network", "lapped8", "--schedule", "./a.yaml"], in: folder)
    }

    @Test("Pipes are not opened: no command waits for a writer", .timeLimit(.minutes(1)))
    func pipes() throws {
        let folder = try ScratchFolder()
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        try Tool.expectRefusal(.machineUnreadable, ["machines", "./pipe"], in: folder)
        try Tool.expectRefusal(.scheduleUnreadable, ["plan", "--network", "lapped8", "--schedule", "pipe"], in: folder)
        try Tool.expectRefusal(.networkFileMissing, ["inspect", "./pipe"], in: folder)
        try Tool.expectRefusal(.imageUnreadable, ["run", "--network", "lapped8", "--image", "pipe"], in: folder)
        try Tool.expectRefusal(.curveFileInvalid, ["evaluate", ".", "--against", "pipe"], in: folder)
        try Tool.expectRefusal(
            .importFileMissing,
            ["import", "--architecture", "mean-scale-hyperprior", "pipe", "--output", "n.safetensors"], in: folder)
    }

    @Test("A schedule larger than 1 MiB is refused")
    func largeSchedule() throws {
        let folder = try ScratchFolder()
        try folder.write(Array(repeating: UInt8(ascii: "#"), count: (1 << 20) + 1), "s.yaml")
        try Tool.expectRefusal(
            .scheduleUnreadable, ["plan", "--network", "lapped8", "--schedule", "s.yaml"], in: folder)
    }

    @Test("A layer case may be called input, and may name single rounding")
    func layerCase() throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("cases"), withIntermediateDirectories: false)
        // 3 times 1, 2, -1 and 3 at a multiplier of 1/4 to the nearest, ties upward: 0.75, 1.5, -0.75, 2.25.
        let text = """
            {"case": "input", "kind": "conv", "arithmetic": "requantize = single rounding (TFLITE_SINGLE_ROUNDING)", \
            "inputShapeNHWC": [1, 2, 2, 1],
             "outputShapeNHWC": [1, 2, 2, 1], "stride": [1, 1], "padTopLeft": [0, 0], "dilation": [1, 1], \
            "weightShapeOHWI": [1, 1, 1, 1], "inputOffset": 0, "weightOffset": 0,
             "outputOffset": 0, "clamp": [-128, 127], "multiplierQ31": [1073741824], "shift": [-1], "bias": [0], \
            "input": [1, 2, -1, 3], "weights": [3], "expected": [1, 2, -1, 2]}
            """
        try folder.write(text, "cases/c.json")
        let outcome = try Tool.run(["verify", "--layers", "cases"], in: folder)
        #expect(outcome.status == 0 && outcome.output.contains("1 of 1 cases equal, 0 mismatches"), "\(outcome.errors)")
    }
}
