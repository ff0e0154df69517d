import Random

/// Changes a coded picture: fields of its header, or sections, with the checksums made right again, or bytes anywhere.
enum StreamMutation {
    private static let headerBytes = 60

    static func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        switch random.integer(0...9) {
        case 0: return ByteMutation.mutated(bytes, using: &random)
        case 1...4:
            let (offset, count, values) = random.element(
                of: [
                    (4, 1, [0, 2, 255]), (5, 1, [0, 1, 2, 3, 4, 5, 255]), (6, 1, [0, 1, 2, 255]),
                    (7, 1, [0, 1, 2, 8, 16, 17, 255]), (8, 4, [0, 1, 2, 33, 255, 400, 65_535, 65_536, 1 << 31]),
                    (12, 4, [0, 1, 2, 33, 255, 400, 65_535, 1 << 32 - 1]), (16, 2, [0, 1, 2, 16_384, 16_385, 65_535]),
                    (18, 2, [1]), (20, 1, [0, 7]), (36, 4, [0, 1, 1 << 31, 1 << 32 - 1]),
                    (40, 4, [0, 1, 1 << 31, 1 << 32 - 1]), (52, 4, [0, 1, 3, 12, 24, 384, 1 << 32 - 1]),
                ] as [(Int, Int, [Int])])
            put(random.element(of: values), at: offset, count: count, in: &bytes)
        case 5...8:
            let body = ByteMutation.mutated(Array(bytes[headerBytes...]), using: &random)
            put(max(0, integer(40, in: bytes) + body.count - (bytes.count - headerBytes)), at: 40, count: 4, in: &bytes)
            bytes = Array(bytes[..<headerBytes]) + body
        default: break
        }
        if !random.once(in: 8) { repair(&bytes) }
        return bytes
    }

    private static func repair(_ bytes: inout [UInt8]) {
        guard bytes.count >= headerBytes else { return }
        let trellisEnd = min(headerBytes + integer(52, in: bytes), bytes.count)
        let hyperEnd = min(trellisEnd + integer(36, in: bytes), bytes.count)
        let latentEnd = min(hyperEnd + integer(40, in: bytes), bytes.count)
        put(Int(Checksums.crc32(bytes[trellisEnd..<hyperEnd])), at: 44, count: 4, in: &bytes)
        put(Int(Checksums.crc32(bytes[hyperEnd..<latentEnd])), at: 48, count: 4, in: &bytes)
        put(Int(Checksums.crc32(bytes[..<56])), at: 56, count: 4, in: &bytes)
    }

    private static func integer(_ offset: Int, in bytes: [UInt8]) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    private static func put(_ value: Int, at offset: Int, count: Int, in bytes: inout [UInt8]) {
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
}
