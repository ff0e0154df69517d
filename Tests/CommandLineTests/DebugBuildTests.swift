import Foundation
import TestSupport
import Testing

/// The unoptimized program, which `./test` without arguments builds.
enum DebugBuild {
    static let path = Checkout.root.appendingPathComponent(".build-debug/debug/intaglio").path

    /// Whether it is there and younger than every source: a stale one is not compared.
    static var isCurrent: Bool {
        func changed(_ path: String) -> Date? {
            try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        }
        let sources = Checkout.root.appendingPathComponent("Sources").path
        guard let built = changed(path), let walker = FileManager.default.enumerator(atPath: sources) else {
            return false
        }
        return walker.allSatisfy { ($0 as? String).flatMap { changed("\(sources)/\($0)") } ?? .distantFuture <= built }
    }
}

@Suite(
    .enabled(if: Tool.isBuilt, Tool.missing),
    .enabled(if: DebugBuild.isCurrent, "no current debug build: run ./test without arguments"))
struct DebugBuildTests {
    @Test("Debug and release builds compute the same bytes")
    func sameBytes() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 32, height: 32).bytes, "ramp.png")
        for arguments in [
            ["run", "--image", "ramp.png", "--json", "--float"], ["verify", "--suite", "30", "--machine", "large"],
        ] {
            let release = try Tool.run(arguments, in: folder)
            let debug = try Tool.run(arguments, in: folder, program: DebugBuild.path)
            #expect(release.status == 0 && debug.status == 0, "\(debug.errors)")
            #expect(debug.output == release.output)
        }
    }

    @Test("Debug and release builds write the same streams and decode each other's")
    func sameStreams() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 37, height: 23).bytes, "ramp.png")
        try FileManager.default.createDirectory(atPath: folder.path("photos"), withIntermediateDirectories: true)
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "photos/a.png")
        #expect(
            try Tool.run(
                ["quantize", "lapped8", "--calibration", "photos", "--codec", "-o", "net.safetensors"], in: folder
            ).status == 0)
        let options = ["--network", "net.safetensors"]
        for (name, program, other, threads) in [
            ("release", Tool.path, DebugBuild.path, "3"), ("debug", DebugBuild.path, Tool.path, "1"),
        ] {
            let encode =
                [
                    "encode", "ramp.png", "-o", name, "--reconstruction", "\(name).png", "--quantizer", "tcq8",
                    "--threads", threads,
                ] + options
            #expect(try Tool.run(encode, in: folder, program: program).status == 0)
            #expect(
                try Tool.run(["decode", name, "-o", "\(name)-decoded.png"] + options, in: folder, program: other).status
                    == 0)
            #expect(try folder.bytes("\(name)-decoded.png") == folder.bytes("\(name).png"))
        }
        #expect(try folder.bytes("debug") == folder.bytes("release"))
    }
}
