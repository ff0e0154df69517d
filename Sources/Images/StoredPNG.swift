import CPNG
import Diagnostics

/// A PNG picture as it is stored: the header's fields and one value a sample, before any conversion.
struct StoredPNG {
    let header: intaglio_png_header
    /// `height * width * channels` samples; two bytes each, high byte first, at 16 bits.
    let samples: [UInt8]

    init(_ bytes: [UInt8], place: String, memory: MemoryBudget) throws(Diagnostic) {
        header = try StoredPNG.readHeader(bytes, place: place)
        let (width, height) = (Int(header.width), Int(header.height))
        guard
            width <= PNGReader.maximumSide && height <= PNGReader.maximumSide
                && width * height <= PNGReader.maximumPixels
        else {
            throw Diagnostic(
                .imageTooLarge, at: place, found: "\(width)x\(height) pixels",
                expected: "at most \(PNGReader.maximumSide) pixels a side and \(PNGReader.maximumPixels) pixels in all",
                remedy: "cut the picture into parts")
        }
        // Deflate packs at most 1032 to 1: a shorter file is refused before room for its picture is made.
        let storedBytes = height * ((width * Int(header.channels) * Int(header.bitDepth) + 7) / 8)
        guard storedBytes / 1032 <= bytes.count else {
            throw .corruptPNG(place, "\(bytes.count) bytes cannot hold \(width)x\(height) pixels")
        }
        try memory.require(StoredPNG.byteCount(header), for: "a picture of \(width)x\(height) pixels", at: place)
        samples = try StoredPNG.readSamples(bytes, header, place: place)
    }

    /// Of the samples as they are stored, libpng's table of rows and, where they are not 8-bit RGB, those at 8 bits and
    /// as RGB.
    private static func byteCount(_ header: intaglio_png_header) -> Int {
        let (pixels, channels) = (Int(header.width) * Int(header.height), Int(header.channels))
        let stored = pixels * channels * (header.bitDepth == 16 ? 2 : 1)
        let isPlain = header.channels == 3 && header.bitDepth == 8
        return stored + 8 * Int(header.height) + (isPlain ? 0 : pixels * (channels + 3))
    }

    private static func readHeader(_ bytes: [UInt8], place: String) throws(Diagnostic) -> intaglio_png_header {
        var header = intaglio_png_header()
        var message = [CChar](repeating: 0, count: Int(INTAGLIO_PNG_MESSAGE_BYTES))
        guard intaglio_png_read_header(bytes, bytes.count, &header, &message) == 1 else {
            throw .corruptPNG(place, sentence(message))
        }
        return header
    }

    private static func readSamples(
        _ bytes: [UInt8], _ header: intaglio_png_header, place: String
    ) throws(Diagnostic) -> [UInt8] {
        let count = Int(header.height) * Int(header.width) * Int(header.channels) * (header.bitDepth == 16 ? 2 : 1)
        var message = [CChar](repeating: 0, count: Int(INTAGLIO_PNG_MESSAGE_BYTES))
        // Zeroed, since a reading that fails halfway leaves the rest unwritten.
        var samples = [UInt8](repeating: 0, count: count)
        guard intaglio_png_read_samples(bytes, bytes.count, &samples, count, &message) == 1 else {
            throw .corruptPNG(place, sentence(message))
        }
        return samples
    }

    private static func sentence(_ message: [CChar]) -> String {
        "libpng says: " + String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var conversions: [ImageConversion] {
        ImageConversion.allCases.filter { conversion in
            switch conversion {
            case .sixteenBit: header.bitDepth == 16
            case .gray: header.isPalette == 0 && header.channels < 3
            case .palette: header.isPalette == 1
            case .alpha: header.hasTransparency == 1
            case .interlaced: header.isInterlaced == 1
            }
        }
    }

    /// The picture as 8-bit RGB. Throws `IMAGE-004` when a palette index has no colour.
    func converted(place: String) throws(Diagnostic) -> RGBImage {
        let (width, height) = (Int(header.width), Int(header.height))
        if header.channels == 3 && header.bitDepth == 8 {
            return RGBImage(width: width, height: height, samples: samples)
        }
        if header.isPalette == 1 { return RGBImage(width: width, height: height, samples: try coloured(place: place)) }
        let eightBit = scaled()
        let channels = Int(header.channels)
        let isGray = channels < 3
        var converted: [UInt8] = []
        converted.reserveCapacity(width * height * 3)
        for first in stride(from: 0, to: eightBit.count, by: channels) {
            converted.append(eightBit[first])
            converted.append(eightBit[isGray ? first : first + 1])
            converted.append(eightBit[isGray ? first : first + 2])
        }
        return RGBImage(width: width, height: height, samples: converted)
    }

    /// The samples at 8 bits: v x 255 / (2^depth - 1), rounded to nearest.
    private func scaled() -> [UInt8] {
        switch header.bitDepth {
        case 8: samples
        case 16:
            stride(from: 0, to: samples.count, by: 2).map {
                StoredPNG.narrowed(UInt16(samples[$0]) << 8 | UInt16(samples[$0 + 1]))
            }
        default: samples.map { $0 * (255 / (1 << header.bitDepth - 1)) }
        }
    }

    /// v x 255 / 65535 rounded to nearest. The divisor is odd, so that no value lies halfway.
    static func narrowed(_ sample: UInt16) -> UInt8 { UInt8((UInt32(sample) * 255 + 32767) / 65535) }

    private func coloured(place: String) throws(Diagnostic) -> [UInt8] {
        let entries = Int(header.paletteEntries)
        let palette = withUnsafeBytes(of: header.palette) { Array($0) }
        var coloured: [UInt8] = []
        coloured.reserveCapacity(samples.count * 3)
        for (position, index) in samples.enumerated() {
            guard index < entries else {
                let width = Int(header.width)
                throw .corruptPNG(
                    place,
                    """
                    pixel x \(position % width), y \(position / width) has palette index \(index), the palette has \
                    \(entries) colours
                    """
                )
            }
            coloured += palette[3 * Int(index)..<3 * Int(index) + 3]
        }
        return coloured
    }
}
