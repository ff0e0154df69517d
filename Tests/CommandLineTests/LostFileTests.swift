import Diagnostics
import Foundation
import TestSupport
import Testing

/// No command replaces a file that it reads, nor one of its own results: whatever options name it, the folder of
/// `--output` among them.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct LostFileTests {
    @Test(
        "A file that the command reads stays",
        arguments: [
            ("run --network lapped8 --image k/reconstructed.png -o k", "k/reconstructed.png"),
            ("vectors --layer gdn0 --network lapped8 --image k/manifest.json --crop 32x32 -o k", "k/manifest.json"),
            ("schedule --network lapped8 --size 64x48 --schedule k/s.yaml -o k/s.yaml", "k/s.yaml"),
            ("plan --network lapped8 --size 64x48 --schedule k/layers.csv -o k", "k/layers.csv"),
            ("plan --network lapped8 --machine k/report.json -o k", "k/report.json"),
            ("run --network lapped8 --input gdn0=k/igdn0.npy --tensors -o k", "k/igdn0.npy"),
            ("vectors --network lapped8 --layer analysis1 --input gdn0=k/analysis1.npy -o k", "k/analysis1.npy"),
        ])
    func inputs(_ line: String, _ path: String) throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("k"), withIntermediateDirectories: true)
        let picture = HandmadePNG.ramp(width: 64, height: 48).bytes
        switch path {
        case "k/s.yaml", "k/layers.csv":
            let schedule = ["schedule", "--network", "lapped8", "--size", "64x48", "-o", path]
            #expect(try Tool.run(schedule, in: folder).status == 0)
        case "k/report.json": try folder.write(Tool.run(["machines", "mid"], in: folder).output, path)
        case "k/igdn0.npy", "k/analysis1.npy":
            try folder.write(picture, "p.png")
            let run = ["run", "--network", "lapped8", "--image", "p.png", "--tensors", "-o", "o"]
            #expect(try Tool.run(run, in: folder).status == 0)
            try folder.write(folder.bytes("o/gdn0.npy"), path)
        default: try folder.write(picture, path)
        }
        let before = try folder.bytes(path)
        try Tool.expectRefusal(.outputSameFile, line.split(separator: " ").map(String.init), in: folder)
        #expect(try folder.bytes(path) == before)
    }

    @Test(
        "A result is not replaced by another of the same command",
        arguments: [
            "encode p.png --machine small -o k/latents.json --latents k",
            "run --network lapped8 --image p.png -o k --timeline k/report.json",
            "run --network lapped8 --image p.png -o k --tensors --waveform k/gdn0.npy",
            "plan --network lapped8 --size 64x48 -o k --timeline k/layers.csv",
        ])
    func results(_ line: String) throws {
        let folder = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: folder.path("k"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "p.png")
        try Tool.expectRefusal(.outputSameFile, line.split(separator: " ").map(String.init), in: folder)
    }
}
