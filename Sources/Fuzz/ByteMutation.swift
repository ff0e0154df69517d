import Random

/// Changes bytes without knowing what they mean.
enum ByteMutation {
    static func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<random.element(of: [1, 1, 2, 4]) where !bytes.isEmpty {
            let place = random.integer(0...bytes.count - 1)
            switch random.integer(0...7) {
            case 0: bytes.removeLast(bytes.count - place)
            case 1: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 16)], at: place)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + random.integer(1...16)))
            case 3: bytes.append(contentsOf: [0, 0, 0, 0])
            case 4: bytes[place] = random.element(of: [0, 1, 127, 128, 255])
            case 5: bytes[place] ^= 1 << UInt8(random.integer(0...7))
            default: bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return bytes
    }

    /// Changes elements of `width` bytes, little endian, to extremes of their type, to each other, or to anything.
    static func mutateElements(_ bytes: inout [UInt8], width: Int, using random: inout SeededGenerator) {
        guard bytes.count >= width, width > 0 else { return }
        let count = bytes.count / width
        let patterns: [UInt64] = [
            0, 1, .max, 1 << (8 * UInt64(width) - 1), 1 << (8 * UInt64(width) - 1) - 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF,
            0x8000, .random(in: 0 ... .max, using: &random),
        ]
        let reals: [Float] = [
            0, -0.0, Float.leastNonzeroMagnitude, 1e-38, 1e-20, -1e-20, 1e20, -1e20, 3.4e38, -3.4e38, 1, -1, .infinity,
            .nan,
        ]
        let pattern =
            width == 4 && random.once(in: 2)
            ? UInt64(random.element(of: reals).bitPattern) : random.element(of: patterns)
        let first = random.integer(0...count - 1)
        let last = random.once(in: 6) ? count - 1 : min(count - 1, first + random.element(of: [0, 0, 0, 1, 8]))
        for element in first...last {
            for byte in 0..<width {
                bytes[element * width + byte] = UInt8(truncatingIfNeeded: pattern >> UInt64(8 * byte))
            }
        }
    }
}
