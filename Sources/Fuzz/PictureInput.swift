import FixedPoint
import Random

/// PNG files made chunk by chunk: every colour type and bit depth, interlaced or not, right or wrong in one place,
/// always with right checksums unless those are the fault.
enum PictureInput {
    private typealias Chunk = (type: String, body: [UInt8])

    static func bytes(using random: inout SeededGenerator) -> [UInt8] {
        let (colourType, depths) = random.element(of: [
            (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
        ])
        let depth = random.element(of: depths)
        let (width, height) = (random.integer(1...24), random.integer(1...24))
        let isInterlaced = random.once(in: 4)
        var chunks: [Chunk] = [
            (
                "IHDR",
                bigEndian(width) + bigEndian(height) + [UInt8(depth), UInt8(colourType), 0, 0, isInterlaced ? 1 : 0]
            )
        ]
        if colourType == 3 || random.once(in: 16) {
            chunks.append(("PLTE", randomBytes(3 * random.element(of: [1, 2, 16, 256]), using: &random)))
        }
        if random.once(in: 4) { chunks.append(ancillary(using: &random)) }
        let rows = rows(
            width: width, height: height, bitsPerPixel: depth * [1, 0, 3, 1, 2, 0, 4][colourType],
            isInterlaced: isInterlaced, using: &random)
        chunks += split(zlib(rows, using: &random), using: &random).map { ("IDAT", $0) }
        chunks.append(("IEND", []))
        mutate(&chunks, using: &random)
        var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        for chunk in chunks {
            let named = Array(chunk.type.utf8) + chunk.body
            bytes += bigEndian(chunk.body.count) + named + bigEndian(Int(Checksums.crc32(named)))
        }
        return random.once(in: 6) ? ByteMutation.mutated(bytes, using: &random) : bytes
    }

    private static func mutate(_ chunks: inout [Chunk], using random: inout SeededGenerator) {
        guard !random.once(in: 4) else { return }
        let index = random.integer(0...chunks.count - 1)
        switch random.integer(0...9) {
        case 0...2:
            let field = random.integer(0...1)
            let extent = random.element(of: [
                0, 1, 25, 64, 255, 1023, 65_535, 65_536, 1 << 20, 1 << 31 - 1, 1 << 31, 1 << 32 - 1,
            ])
            chunks[0].body.replaceSubrange(4 * field..<4 * field + 4, with: bigEndian(extent))
        case 3: chunks[0].body[random.integer(8...12)] = random.element(of: [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 255])
        case 4: chunks.remove(at: index)
        case 5: chunks.insert(chunks[index], at: random.integer(0...chunks.count))
        case 6: chunks.swapAt(index, random.integer(0...chunks.count - 1))
        case 7: chunks.insert(ancillary(using: &random), at: random.integer(0...chunks.count))
        case 8: chunks[index].body = ByteMutation.mutated(chunks[index].body, using: &random)
        default: chunks[index].body = randomBytes(random.element(of: [0, 1, 12, 13, 14, 300]), using: &random)
        }
    }

    private static func ancillary(using random: inout SeededGenerator) -> Chunk {
        let type = random.element(of: [
            "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "bKGD", "pHYs", "sBIT", "tEXt", "zTXt", "iTXt", "eXIf", "hIST",
            "acTL", "abCD", "ABCD",
        ])
        let length = random.element(of: [0, 1, 2, 3, 4, 6, 9, 32, 256, 70_000])
        return (type, randomBytes(length, using: &random))
    }

    /// Filtered rows, of the seven passes where they are interlaced.
    private static func rows(
        width: Int, height: Int, bitsPerPixel: Int, isInterlaced: Bool, using random: inout SeededGenerator
    ) -> [UInt8] {
        let passes =
            isInterlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            : [(0, 0, 1, 1)]
        var rows: [UInt8] = []
        for (x, y, stepX, stepY) in passes {
            let (columns, count) = (ceilDivide(width - x, by: stepX), ceilDivide(height - y, by: stepY))
            guard columns > 0, count > 0 else { continue }
            for _ in 0..<count {
                rows += [UInt8(random.integer(0...4))] + randomBytes((columns * bitsPerPixel + 7) / 8, using: &random)
            }
        }
        return rows
    }

    /// Stored blocks: what libpng inflates without a compressor here.
    private static func zlib(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let count = min(bytes.count - start, 65_535)
            let isLast: UInt8 = start + count == bytes.count ? 1 : 0
            stream +=
                [isLast, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8 & 255)]
                + bytes[start..<start + count]
            start += count
        } while start < bytes.count
        stream += bigEndian(Checksums.adler32(bytes))
        return random.once(in: 8) ? ByteMutation.mutated(stream, using: &random) : stream
    }

    private static func split(_ bytes: [UInt8], using random: inout SeededGenerator) -> [[UInt8]] {
        guard random.once(in: 3), bytes.count > 1 else { return [bytes] }
        let place = random.integer(0...bytes.count)
        return [Array(bytes[..<place]), Array(bytes[place...])]
    }

    private static func randomBytes(_ count: Int, using random: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in .random(in: 0...255, using: &random) }
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
