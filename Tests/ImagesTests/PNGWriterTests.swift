import Diagnostics
import Foundation
import Images
import TestSupport
import Testing

@Suite struct PNGWriterTests {
    static func picture(width: Int, height: Int, seed: UInt64) -> RGBImage {
        var state = seed
        let samples = (0..<width * height * 3).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
        return RGBImage(width: width, height: height, samples: samples)
    }

    @Test("What is written is read back, of every size from 1x1 to 9x9", arguments: 1...9)
    func roundTrip(_ width: Int) throws {
        for height in 1...9 {
            let picture = Self.picture(width: width, height: height, seed: UInt64(width * 16 + height))
            let read = try PNGReader.decode(PNGWriter.encode(picture), place: "memory")
            #expect(read.image == picture)
            #expect(read.conversions == [])
        }
    }

    @Test("The file has only the chunks it needs, with their checksums, and the same bytes each time")
    func structure() throws {
        let picture = Self.picture(width: 300, height: 200, seed: 1)
        let bytes = PNGWriter.encode(picture)
        #expect(bytes == PNGWriter.encode(picture))
        var types: [String] = []
        var position = 8
        while position < bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            let body = Array(bytes[position + 4..<position + 8 + length])
            #expect(
                Array(bytes[position + 8 + length..<position + 12 + length])
                    == HandmadePNG.word(Int(HandmadePNG.crc(body))))
            types.append(String(decoding: body[..<4], as: UTF8.self))
            position += 12 + length
        }
        #expect(types.first == "IHDR" && types.last == "IEND" && types.count > 2)
        #expect(types.dropFirst().dropLast().allSatisfy { $0 == "IDAT" })
    }

    @Test("A picture goes to a file and comes back; nothing else is left in the folder")
    func file() throws {
        try withFolder { folder in
            let picture = Self.picture(width: 7, height: 5, seed: 2)
            try PNGWriter.write(picture, to: folder + "/a.png")
            #expect(try PNGReader.read(path: folder + "/a.png").image == picture)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.png"])
        }
    }
}
