import Diagnostics
import Images
import Testing

/// The colours a viewer without colour management would show: every expected value follows from the PNG definition
/// alone.
@Suite struct PNGReaderTests {
    static let formats: [(colorType: Int, depth: Int)] = [
        (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16),
        (6, 8), (6, 16),
    ]
    static let palette: [[UInt8]] = (0..<256).map { (index: Int) -> [UInt8] in
        [UInt8(index * 7 & 255), UInt8(index * 31 & 255), UInt8(255 - index)]
    }

    /// A file of the format with samples that run through the whole range, with every ancillary chunk that a
    /// colour-managed reader would obey.
    static func file(
        _ format: (colorType: Int, depth: Int), width: Int, height: Int, interlaced: Bool, managed: Bool
    ) -> HandmadePNG {
        let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][format.colorType]!
        let range = 1 << format.depth
        let samples = (0..<width * height * channels).map { UInt16(truncatingIfNeeded: $0 * 40_503 / 7 % range) }
        var png = HandmadePNG(
            width: width, height: height, depth: format.depth, colorType: format.colorType, interlaced: interlaced,
            samples: samples)
        if managed {
            png.chunks.append(("gAMA", HandmadePNG.word(100_000 / 3)))
            png.chunks.append(("sRGB", [0]))
        }
        let entries = min(range, 256)
        if format.colorType == 3 {
            png.chunks.append(("PLTE", palette[..<entries].flatMap { $0 }))
            if managed { png.chunks.append(("tRNS", [0, 128])) }
        }
        if managed && format.colorType == 0 { png.chunks.append(("tRNS", [0, 1])) }
        if managed && format.colorType == 2 { png.chunks.append(("tRNS", [0, 1, 0, 2, 0, 3])) }
        if managed {
            png.chunks.append(
                ("bKGD", format.colorType == 3 ? [1] : [UInt8](repeating: 0, count: format.colorType % 4 == 0 ? 2 : 6)))
        }
        return png
    }

    static func expected(_ png: HandmadePNG) -> [UInt8] {
        let largest = 1 << png.depth - 1
        /// The 8-bit value nearest to v x 255 / largest, found by trying all.
        func narrowed(_ sample: UInt16) -> UInt8 {
            if png.depth == 8 { return UInt8(sample) }
            let exact = Int(sample) * 255
            let low = exact / largest
            return UInt8(exact - low * largest <= (low + 1) * largest - exact ? low : low + 1)
        }
        return (0..<png.width * png.height).flatMap { pixel -> [UInt8] in
            let stored = png.samples[pixel * png.channels..<(pixel + 1) * png.channels].map { $0 }
            switch png.colorType {
            case 0, 4: return [UInt8](repeating: narrowed(stored[0]), count: 3)
            case 3: return palette[Int(stored[0])]
            default: return stored[..<3].map(narrowed)
            }
        }
    }

    @Test(
        "Every colour type, depth, interlacing and size of 1 to 9 pixels, with and without gamma and transparency",
        arguments: formats)
    func everyFormat(_ format: (colorType: Int, depth: Int)) throws {
        for (interlaced, managed) in [(false, false), (false, true), (true, false), (true, true)] {
            for (width, height) in [(1, 1), (2, 1), (1, 3), (5, 4), (8, 8), (9, 7)] {
                let png = Self.file(format, width: width, height: height, interlaced: interlaced, managed: managed)
                let picture = try PNGReader.decode(png.bytes, place: "handmade")
                #expect(picture.image.width == width && picture.image.height == height)
                #expect(
                    picture.image.samples == Self.expected(png),
                    "type \(format), \(width)x\(height), interlaced \(interlaced), managed \(managed)")
                var conversions: Set<ImageConversion> = []
                if format.depth == 16 { conversions.insert(.sixteenBit) }
                if format.colorType % 4 == 0 { conversions.insert(.gray) }
                if format.colorType == 3 { conversions.insert(.palette) }
                if format.colorType >= 4 || managed { conversions.insert(.alpha) }
                if interlaced { conversions.insert(.interlaced) }
                #expect(Set(picture.conversions) == conversions && picture.conversions.count == conversions.count)
            }
        }
    }

    @Test("All 65,536 gray values of 16 bits become the nearest of 8")
    func every16BitValue() throws {
        let png = HandmadePNG(
            width: 256, height: 256, depth: 16, colorType: 0, samples: (0..<65_536).map { UInt16($0) })
        let samples = try PNGReader.decode(png.bytes, place: "handmade").image.samples
        let wrong = (0..<65_536).filter { value in
            let (red, green, blue) = (samples[3 * value], samples[3 * value + 1], samples[3 * value + 2])
            return 2 * abs(Int(red) * 65_535 - value * 255) >= 65_535 || red != green || red != blue
        }
        #expect(wrong == [])
    }

    @Test("A gAMA chunk changes no sample")
    func gammaIsIgnored() throws {
        let plain = HandmadePNG(width: 16, height: 16, colorType: 0, samples: (0..<256).map { UInt16($0) })
        var gamma = plain
        gamma.chunks = [("gAMA", HandmadePNG.word(100_000))]
        #expect(
            try PNGReader.decode(gamma.bytes, place: "gamma").image
                == PNGReader.decode(plain.bytes, place: "plain").image)
        #expect(
            try PNGReader.decode(gamma.bytes, place: "gamma").image.samples
                == (0..<256).flatMap { [UInt8($0), UInt8($0), UInt8($0)] })
    }
}
