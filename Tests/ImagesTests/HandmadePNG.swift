/// A PNG file put together from the format's definition, without libpng and zlib: stored deflate blocks, filter 0,
/// optional Adam7.
struct HandmadePNG {
    var width: Int
    var height: Int
    var depth = 8
    /// 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGB + alpha.
    var colorType = 2
    var interlaced = false
    /// Samples in rows, one value each.
    var samples: [UInt16]
    /// Chunks between IHDR and IDAT: type and contents.
    var chunks: [(String, [UInt8])] = []

    var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType]! }

    var bytes: [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        bytes += Self.chunk(
            "IHDR", Self.word(width) + Self.word(height) + [UInt8(depth), UInt8(colorType), 0, 0, interlaced ? 1 : 0])
        for (type, contents) in chunks { bytes += Self.chunk(type, contents) }
        return bytes + Self.chunk("IDAT", Self.stored(filteredRows)) + Self.chunk("IEND", [])
    }

    /// Filter byte 0 and packed samples of each row, pass by pass when interlaced.
    private var filteredRows: [UInt8] {
        let passes =
            interlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            : [(0, 0, 1, 1)]
        var rows: [UInt8] = []
        for (firstX, firstY, stepX, stepY) in passes where firstX < width && firstY < height {
            for y in stride(from: firstY, to: height, by: stepY) {
                let values = stride(from: firstX, to: width, by: stepX).flatMap { x in
                    (0..<channels).map { samples[(y * width + x) * channels + $0] }
                }
                rows += [0] + packed(values)
            }
        }
        return rows
    }

    private func packed(_ values: [UInt16]) -> [UInt8] {
        if depth == 16 { return values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }
        var packed: [UInt8] = []
        for (position, value) in values.enumerated() {
            let bit = position * depth % 8
            if bit == 0 { packed.append(0) }
            packed[packed.count - 1] |= UInt8(value) << UInt8(8 - depth - bit)
        }
        return packed
    }

    static func word(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

    static func chunk(_ type: String, _ contents: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + contents
        return word(contents.count) + body + word(Int(crc(body)))
    }

    static func crc(_ bytes: [UInt8]) -> UInt32 {
        var remainder: UInt32 = 0xffff_ffff
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
        }
        return ~remainder
    }

    /// A zlib stream of stored blocks.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for first in stride(from: 0, to: bytes.count, by: 65_535) {
            let block = bytes[first..<min(first + 65_535, bytes.count)]
            let length = UInt16(block.count)
            stream +=
                [
                    first + block.count == bytes.count ? 1 : 0, UInt8(length & 255), UInt8(length >> 8),
                    UInt8(~length & 255), UInt8(~length >> 8),
                ] + block
        }
        var (a, b) = (1, 0)
        for byte in bytes {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return stream + word(b << 16 | a)
    }
}
