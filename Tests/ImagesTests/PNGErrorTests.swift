import Diagnostics
import Foundation
import Images
import Testing

@Suite struct PNGErrorTests {
    static let small = HandmadePNG(width: 3, height: 2, samples: (0..<18).map { UInt16($0 * 14) }).bytes

    func code(of bytes: [UInt8]) -> DiagnosticCode? {
        do throws(Diagnostic) {
            _ = try PNGReader.decode(bytes, place: "handmade")
            return nil
        } catch { return error.code }
    }

    @Test("A file cut after any number of bytes is refused")
    func everyTruncation() {
        #expect(code(of: Self.small) == nil)
        #expect(code(of: []) == .imageEmpty)
        for count in 1..<Self.small.count {
            #expect(code(of: Array(Self.small[..<count])) == .imageTruncated, "cut after \(count) bytes")
        }
    }

    @Test("A file with any one bit turned is refused")
    func everyFlippedBit() {
        for position in Self.small.indices {
            for bit in 0..<8 {
                var bytes = Self.small
                bytes[position] ^= 1 << UInt8(bit)
                let expected: DiagnosticCode = position < 8 ? .imageNotPNG : .imageTruncated
                #expect(code(of: bytes) == expected, "bit \(bit) of byte \(position)")
            }
        }
    }

    @Test("A palette index without a colour is refused and located")
    func paletteIndexOutOfRange() throws {
        var png = HandmadePNG(width: 3, height: 2, colorType: 3, samples: [0, 1, 0, 1, 2, 0])
        png.chunks = [("PLTE", [1, 2, 3, 4, 5, 6])]
        let error = #expect(throws: Diagnostic.self) { try PNGReader.decode(png.bytes, place: "a.png") }
        #expect(error?.code == .imageTruncated)
        #expect(error?.found == "pixel x 1, y 1 has palette index 2, the palette has 2 colours")
    }

    @Test(
        "Pictures beyond the bounds are refused before room for them is made",
        arguments: [(65_536, 1), (1, 65_536), (65_535, 65_535), (16_385, 16_384), (2_000_000, 3)])
    func tooLarge(_ width: Int, _ height: Int) {
        let bytes =
            Array(Self.small[..<8])
            + HandmadePNG.chunk("IHDR", HandmadePNG.word(width) + HandmadePNG.word(height) + [8, 2, 0, 0, 0])
        #expect(code(of: bytes + HandmadePNG.chunk("IDAT", HandmadePNG.stored([0]))) == .imageTooLarge)
    }

    @Test("A header that promises more than the file can hold is refused before room is made")
    func impossiblySmall() throws {
        let bytes =
            Array(Self.small[..<8])
            + HandmadePNG.chunk("IHDR", HandmadePNG.word(16_384) + HandmadePNG.word(16_384) + [8, 2, 0, 0, 0])
        let error = #expect(throws: Diagnostic.self) {
            try PNGReader.decode(bytes + HandmadePNG.chunk("IDAT", HandmadePNG.stored([0])), place: "a.png")
        }
        #expect(error?.code == .imageTruncated)
        #expect(error?.found.hasSuffix("bytes cannot hold 16384x16384 pixels") == true)
    }

    @Test("A missing file, a folder, a device and another format each have their own error")
    func files() throws {
        #expect(throws: Diagnostic.self) { try PNGReader.read(path: "/nowhere/a.png") }
        func fileCode(_ path: String) -> DiagnosticCode? {
            do throws(Diagnostic) {
                _ = try PNGReader.read(path: path)
                return nil
            } catch { return error.code }
        }
        #expect(fileCode("/nowhere/a.png") == .imageMissing)
        #expect(fileCode("/tmp") == .imageUnreadable)
        #expect(fileCode("/dev/null") == .imageUnreadable)
        #expect(fileCode("/dev/zero") == .imageUnreadable)
        let path = NSTemporaryDirectory() + "intaglio-png-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(fileCode(path) == .imageEmpty)
        try Data(count: 9).write(to: URL(fileURLWithPath: path))
        #expect(fileCode(path) == .imageNotPNG)
        #expect(try ImageFile.bytes(of: path, whileStarting: [0], limit: 9).count == 9)
        #expect(throws: Diagnostic.self) { try ImageFile.bytes(of: path, whileStarting: [0], limit: 8) }
    }

    @Test("The sentence that a user sees")
    func sentence() {
        let error = #expect(throws: Diagnostic.self) { try PNGReader.decode(Array("GIF89a..".utf8), place: "a.gif") }
        #expect(
            error?.description == """
                error[IMAGE-003]: a.gif: the file starts with bytes 47 49 46 38 39 61 2e 2e, a GIF picture
                  expected: a PNG picture (89 50 4e 47 0d 0a 1a 0a)
                  remedy: convert the picture to PNG, 8-bit RGB
                """)
    }
}
