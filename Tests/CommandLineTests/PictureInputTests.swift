import Diagnostics
import Foundation
import Images
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct PictureInputTests {
    @Test("Pictures that are missing, empty, cut, corrupt, or none at all")
    func refused() throws {
        let folder = try ScratchFolder()
        let whole = HandmadePNG.ramp(width: 16, height: 16).bytes
        func refuse(
            _ code: DiagnosticCode, _ bytes: [UInt8], _ sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            try folder.write(bytes, "p.png")
            for command in ["run", "verify", "explain"] {
                try Tool.expectRefusal(code, [command, "--image", "p.png"], in: folder, sourceLocation: sourceLocation)
            }
        }
        try refuse(.imageEmpty, [])
        try refuse(.imageTruncated, Array(whole[..<8]))
        try refuse(.imageTruncated, Array(whole[..<(whole.count / 2)]))
        try refuse(.imageTruncated, Array(whole.dropLast()))
        try refuse(.imageNotPNG, Array("GIF89a..".utf8))
        try refuse(
            .imageTooLarge,
            Array(whole[..<8])
                + HandmadePNG.chunk("IHDR", HandmadePNG.word(65_535) + HandmadePNG.word(65_535) + [8, 2, 0, 0, 0])
                + whole[33...])
        try Tool.expectRefusal(.imageMissing, ["run", "--image", "nowhere.png"], in: folder)
        try Tool.expectRefusal(.imageUnreadable, ["run", "--image", "."], in: folder)
    }

    @Test(
        "A picture of any size is padded to a multiple of 8, cropped back, and the report says so",
        arguments: [(37, 23), (1, 1), (8, 8), (9, 16)])
    func padded(_ width: Int, _ height: Int) throws {
        let folder = try ScratchFolder()
        let samples = HandmadePNG.ramp(width: width, height: height).samples.map { UInt8($0) }
        try PNGWriter.write(RGBImage(width: width, height: height, samples: samples), to: folder.path("p.png"))
        let report = try Tool.run(
            ["run", "--network", "lapped8", "--image", "p.png", "--output", "out", "--json"], in: folder
        ).report()
        let expected = [
            "width": width, "height": height, "paddedWidth": (width + 7) / 8 * 8, "paddedHeight": (height + 7) / 8 * 8,
        ]
        for (field, extent) in expected { #expect(report["image"]?[field]?.integer == extent, "\(field)") }
        #expect(report["image"]?["conversions"] == .array([]))
        let picture = try PNGReader.read(path: folder.path("out/reconstructed.png")).image
        #expect((picture.width, picture.height) == (width, height))
        let differences: [Int] = zip(picture.samples, samples).map { Int($0) - Int($1) }
        let squares = differences.reduce(0) { $0 + $1 * $1 }
        let psnr = 10 * log10(255 * 255 * Double(samples.count) / Double(squares))
        if squares > 0 {
            #expect(abs(report["quality"]!["psnr"]!.number! - psnr) < 1e-9)
        } else {
            #expect(report["quality"]!["psnr"] == nil)
        }
        let summary = try Tool.run(["run", "--network", "lapped8", "--image", "p.png"], in: folder).output
        #expect(summary.contains("(padded to ") == (width % 8 != 0 || height % 8 != 0))
    }

    @Test(
        "16-bit, gray, palette and alpha pictures give the bytes of their 8-bit RGB twins, and the conversion is named")
    func converted() throws {
        let folder = try ScratchFolder()
        let (width, height) = (16, 8)
        let plain = HandmadePNG.ramp(width: width, height: height)
        func digests(
            _ png: HandmadePNG, conversions: [String], _ sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> [JSON?] {
            try folder.write(png.bytes, "p.png")
            let report = try Tool.run(["run", "--network", "lapped8", "--image", "p.png", "--json"], in: folder)
                .report()
            #expect(
                report["image"]?["conversions"] == .array(conversions.map { .string($0) }),
                sourceLocation: sourceLocation)
            let summary = try Tool.run(["run", "--network", "lapped8", "--image", "p.png"], in: folder).output
            #expect(
                summary.contains("picture converted: \(conversions.joined(separator: ", "))") != conversions.isEmpty,
                sourceLocation: sourceLocation)
            return report["layers"]!.elements.map { $0["outputDigest"] }
        }
        let expected = try digests(plain, conversions: [])
        // v x 257 is the 16-bit sample that stands for v.
        #expect(
            try digests(
                HandmadePNG(width: width, height: height, depth: 16, samples: plain.samples.map { $0 * 257 }),
                conversions: ["sixteenBit"]) == expected)
        let withAlpha = (0..<width * height).flatMap { (pixel: Int) -> [UInt16] in
            Array(plain.samples[3 * pixel..<3 * pixel + 3]) + [UInt16(pixel)]
        }
        #expect(
            try digests(
                HandmadePNG(width: width, height: height, colorType: 6, samples: withAlpha), conversions: ["alpha"])
                == expected)
        var palette = HandmadePNG(width: width, height: height, colorType: 3, samples: (0..<128).map { UInt16($0) })
        palette.chunks = [("PLTE", plain.samples.map { UInt8($0) })]
        #expect(try digests(palette, conversions: ["palette"]) == expected)

        let grays: [UInt16] = (0..<128).map { UInt16($0) * 2 }
        let repeated = HandmadePNG(width: width, height: height, samples: grays.flatMap { [$0, $0, $0] })
        #expect(
            try digests(HandmadePNG(width: width, height: height, colorType: 0, samples: grays), conversions: ["gray"])
                == digests(repeated, conversions: []))
    }

    @Test("A part that lies outside the picture is refused", .enabled(if: Tool.isBuilt, Tool.missing))
    func cropOutside() throws {
        let folder = try ScratchFolder()
        try Tool.expectRefusal(
            .cropOutside, ["verify", "--against", "rtl", "--machine", "small", "--crop", "600x600+1+0"], in: folder)
    }
}
