import Diagnostics
import Foundation
import TestSupport
import Testing

/// `verify --expected` and `--input`: a user's own dump, made here from what `run --tensors` stored.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct DumpComparisonTests {
    private static let network = ["--network", "lapped8", "--image", "ramp.png"]

    /// A run's tensors in `out`.
    private static func folder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "ramp.png")
        let outcome = try Tool.run(["run"] + network + ["--tensors", "--output", "out"], in: folder)
        #expect(outcome.status == 0)
        return folder
    }

    /// A file of version 1.0.
    private static func npy(_ type: String, _ shape: String, _ payload: [UInt8]) -> [UInt8] {
        let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + payload
    }

    @Test func oneWrongByteInTheThirdLayerIsFoundAndExplained() throws {
        let folder = try Self.folder()
        var bytes = try folder.bytes("out/analysis1.npy")
        let stored = try NPYFile(bytes)
        // Row 2, column 3, channel 7 of 6 x 8 x 128.
        #expect(stored.shape == [6, 8, 128])
        let place = bytes.count - stored.payload.count + (2 * 8 + 3) * 128 + 7
        let right = bytes[place]
        bytes[place] = right &+ 3
        try folder.write(bytes, "out/analysis1.npy")
        let outcome = try Tool.run(["verify"] + Self.network + ["--expected", "out"], in: folder)
        #expect(outcome.status == 1)
        let wrong = right &+ 3
        #expect(
            outcome.errors.hasPrefix(
                """
                first differing layer analysis1: 1 of 6144 elements differ, first at y=2,x=3,c=7: file \(wrong), model \
                \(right)
                """), "\(outcome.errors)")
        #expect(outcome.output.contains("6 of 6 layers compared"), "\(outcome.output)")
        let command = try #require(outcome.errors.split(separator: "\n").last)
        #expect(command.hasPrefix("explain it: \(Tool.path) explain "))
        let explained = try Tool.run(
            command.split(separator: " ").dropFirst(3).map(String.init), in: folder)
        #expect(explained.status == 0, "\(explained.errors)")
        #expect(
            explained.output.hasSuffix("\nstored: derivation \(right), reference model \(right), machine \(right)\n"))
        // Within three codes it is the same.
        let tolerant = try Tool.run(
            ["verify"] + Self.network + ["--expected", "out", "--tolerance", "3"], in: folder)
        #expect(tolerant.status == 0 && tolerant.output.hasSuffix("6 of 6 layers compared, 0 differences\n"))
        let strict = try Tool.run(["verify"] + Self.network + ["--expected", "out", "--tolerance", "2"], in: folder)
        #expect(strict.status == 1)
    }

    /// The same tensor as int8 in NCHW order, as big-endian 16 bits moved by 100, and as 32 bits.
    @Test func otherTypesOrdersAndOffsets() throws {
        let folder = try Self.folder()
        let stored = try NPYFile(folder.bytes("out/gdn0.npy"))
        let (height, width, channels) = (stored.shape[0], stored.shape[1], stored.shape[2])
        var planes: [UInt8] = []
        for c in 0..<channels {
            for y in 0..<height { for x in 0..<width { planes.append(stored[y, x, c] &- 128) } }
        }
        try folder.write(Self.npy("|i1", "(1, \(channels), \(height), \(width))", planes), "int8.npy")
        var moved: [UInt8] = []
        for code in stored.payload { moved += [UInt8((Int(code) + 100) >> 8), UInt8((Int(code) + 100) & 255)] }
        try folder.write(Self.npy(">i2", "(\(height), \(width), \(channels))", moved), "int16.npy")
        var wide: [UInt8] = []
        for code in stored.payload { wide += [code, 0, 0, 0] }
        try folder.write(Self.npy("<i4", "(\(height), \(width), \(channels))", wide), "gdn0.npy")
        for arguments in [
            ["int8.npy", "--layer", "gdn0", "--expected-layout", "nchw"],
            ["int8.npy", "--layer", "gdn0", "--expected-layout", "nchw", "--expected-offset", "-128"],
            ["int16.npy", "--layer", "gdn0", "--expected-offset", "100"], ["gdn0.npy"],
        ] {
            let outcome = try Tool.run(["verify"] + Self.network + ["--expected"] + arguments, in: folder)
            #expect(
                outcome.status == 0 && outcome.output.hasSuffix("1 of 6 layers compared, 0 differences\n"),
                "\(arguments): \(outcome.output)\(outcome.errors)")
        }
        let shifted = try Tool.run(
            ["verify"] + Self.network + ["--expected", "int16.npy", "--layer", "gdn0"], in: folder)
        #expect(shifted.status == 1 && shifted.errors.contains("\(stored.payload.count) of \(stored.payload.count)"))
        // All by the same: the offset is said, as it was written.
        #expect(shifted.errors.contains("every element of gdn0 differs by -100"), "\(shifted.errors)")
        #expect(shifted.errors.contains("say --expected-offset 100\n"), "\(shifted.errors)")
        let document = try JSON(
            Data(
                Tool.run(
                    ["verify"] + Self.network + ["--expected", "int16.npy", "--layer", "gdn0", "--json"], in: folder
                ).output.utf8))
        #expect(document["tensors"]?.elements.first?["constantDifference"] == .integer(-100))
        let transposed = try Tool.run(
            ["run", "--network", "lapped8", "--input", "gdn0=int8.npy", "--input-layout", "nhwc"], in: folder)
        #expect(transposed.status == 2 && transposed.errors.contains("add --input-layout nchw"), "\(transposed.errors)")
    }

    /// What 32 bits do not hold is refused with its place, never taken for the nearest that they do.
    @Test func elementsBeyond32BitsAreRefused() throws {
        let folder = try Self.folder()
        let stored = try NPYFile(folder.bytes("out/gdn0.npy"))
        let shape = "(\(stored.shape[0]), \(stored.shape[1]), \(stored.shape[2]))"
        let payload = stored.payload.enumerated().flatMap { index, element -> [UInt8] in
            index == 5 ? [255, 255, 255, 127] : [element, 0, 0, 0]
        }
        try folder.write(Self.npy("<i4", shape, payload), "gdn0.npy")
        for offset in ["-1", "-2147483648", "-9223372036854775808"] {
            let outcome = try Tool.run(
                ["verify"] + Self.network
                    + ["--expected", "gdn0.npy", "--tolerance", "2147483647", "--expected-offset=\(offset)"],
                in: folder)
            #expect(outcome.status == 2 && outcome.errors.contains("error[RUN-028]"), "\(offset): \(outcome.errors)")
        }
        let outcome = try Tool.run(["verify"] + Self.network + ["--expected", "gdn0.npy"], in: folder)
        #expect(outcome.status == 1 && outcome.errors.contains("y=0,x=0,c=5: file 2147483647"), "\(outcome.errors)")
    }

    /// A tensor behind the latents is an input, too: what needs nothing else runs.
    @Test(arguments: ["synthesis0", "igdn0"])
    func tensorsBehindTheLatents(_ name: String) throws {
        let folder = try Self.folder()
        let outcome = try Tool.run(
            ["run", "--network", "lapped8", "--input", "\(name)=out/\(name).npy", "--tensors", "-o", "part"], in: folder
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try folder.bytes("part/synthesis1.npy") == folder.bytes("out/synthesis1.npy"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("part/analysis1.npy")))
    }

    /// The layers behind a tensor give the same bytes as in the whole run.
    @Test func anyTensorIsAnInput() throws {
        let folder = try Self.folder()
        let arguments = ["--network", "lapped8", "--input", "gdn0=out/gdn0.npy"]
        let outcome = try Tool.run(["run"] + arguments + ["--tensors", "--output", "part"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for layer in ["analysis1", "synthesis0", "igdn0", "synthesis1"] {
            #expect(try folder.bytes("part/\(layer).npy") == folder.bytes("out/\(layer).npy"), "\(layer)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("part/analysis0.npy")))
        let verified = try Tool.run(["verify"] + arguments, in: folder)
        #expect(verified.status == 0 && verified.output.hasSuffix("4 layers, 0 differences\n"))
        let compared = try Tool.run(["verify"] + arguments + ["--expected", "out"], in: folder)
        #expect(
            compared.status == 0
                && compared.output.hasSuffix(
                    "4 of 4 layers compared, 2 files of layers that do not run not, 0 differences\n")
        )
        #expect(compared.errors == "not compared, since they do not run behind --input: analysis0, gdn0\n")
        let absent = ["run", "--network", "lapped8", "--input", "image=image.npy"]
        try Tool.expectRefusal(.tensorFileUnreadable, absent, in: folder)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let folder = try Self.folder()
        try folder.write(Self.npy("|u1", "(2, 2, 3)", Array(repeating: 1, count: 12)), "small.npy")
        try folder.write(Array("no array".utf8), "text.npy")
        try folder.write(Self.npy("<f4", "(6, 8, 128)", Array(repeating: 0xFF, count: 4 * 6144)), "nan.npy")
        try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: false)
        let verify = ["verify"] + Self.network + ["--expected"]
        try Tool.expectRefusal(.tensorFileUnfit, verify + ["small.npy", "--layer", "gdn0"], in: folder)
        try Tool.expectRefusal(.inputUnknown, verify + ["small.npy"], in: folder)
        try Tool.expectRefusal(.tensorFileUnreadable, verify + ["text.npy", "--layer", "gdn0"], in: folder)
        try Tool.expectRefusal(.tensorFileUnreadable, verify + ["nowhere", "--layer", "gdn0"], in: folder)
        try Tool.expectRefusal(.tensorFileUnreadable, verify + ["empty"], in: folder)
        try Tool.expectRefusal(.tensorElementUnfit, verify + ["nan.npy", "--layer", "analysis1"], in: folder)
        try Tool.expectRefusal(.layerUnknown, verify + ["out", "--layer", "gdn1"], in: folder)
        let run = ["run", "--network", "lapped8", "--input"]
        try Tool.expectRefusal(.inputUnknown, run + ["gdn9=out/gdn0.npy"], in: folder)
        try Tool.expectRefusal(.tensorFileUnfit, run + ["gdn0=out/analysis1.npy"], in: folder)
        try Tool.expectRefusal(.inputMissing, run + ["synthesis1=out/synthesis1.npy"], in: folder)
        let offset = run + ["gdn0=out/gdn0.npy", "--input-offset", "1000"]
        try Tool.expectRefusal(.tensorElementUnfit, offset, in: folder)
    }
}
