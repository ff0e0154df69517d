import CGoldenModel
import Random
import Testing

@Suite struct MACTileTests {
    @Test func equalsTheSumOfProducts() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<300 {
            let (pixels, channels, depth) = (
                Int.random(in: 1...20, using: &random), Int.random(in: 1...40, using: &random),
                Int.random(in: 1...150, using: &random)
            )
            let bits = Int.random(in: 8...62, using: &random)
            // Small and extreme operands: the extremes pass 32 bits within two products.
            let limit = Int16.max >> Int16.random(in: 0...12, using: &random)
            let operands = (0..<pixels * depth).map { _ in Int16.random(in: ~limit...limit, using: &random) }
            let weights = (0..<channels * depth).map { _ in Int16.random(in: -limit...limit, using: &random) }
            var sums = (0..<pixels * channels).map { _ in
                wrapped(Int128(Int64.random(in: .min ... .max, using: &random)), bits: bits)
            }
            var expected = sums
            for p in 0..<pixels {
                for k in 0..<channels {
                    let products = (0..<depth).reduce(Int128(0)) {
                        $0 + Int128(operands[p * depth + $1]) * Int128(weights[k * depth + $1])
                    }
                    expected[p * channels + k] = wrapped(Int128(sums[p * channels + k]) + products, bits: bits)
                }
            }
            #expect(
                intaglio_golden_mac_tile(
                    operands, weights, Int32(pixels), Int32(channels), Int32(depth), Int32(bits), &sums)
                    == INTAGLIO_GOLDEN_OK)
            #expect(sums == expected, "\(pixels) x \(channels) x \(depth), \(bits) bits")
        }
    }

    @Test func extremeProductsDoNotOverflow() {
        for depth in [1, 2, 3, 64] {
            let operands = Array(repeating: Int16.min, count: depth)
            var sums: [Int64] = [0, 0]
            let weights = Array(repeating: Int16.max, count: depth) + Array(repeating: -Int16.max, count: depth)
            #expect(intaglio_golden_mac_tile(operands, weights, 1, 2, Int32(depth), 62, &sums) == INTAGLIO_GOLDEN_OK)
            let magnitude = Int64(depth) * 32_768 * 32_767
            #expect(sums == [-magnitude, magnitude])
        }
    }

    @Test func whatIsOutsideARangeIsRefused() {
        let operands: [Int16] = [1, 2, 3, 4]
        var sums: [Int64] = [77]
        func status(_ pixels: Int32, _ channels: Int32, _ depth: Int32, _ bits: Int32) -> Int32 {
            intaglio_golden_mac_tile(operands, operands, pixels, channels, depth, bits, &sums)
        }
        for count in [Int32.min, -1, 0, 1 << 20 + 1, .max] {
            #expect(
                [status(count, 1, 1, 32), status(1, count, 1, 32), status(1, 1, count, 32)]
                    == Array(repeating: Int32(INTAGLIO_GOLDEN_COUNT), count: 3))
        }
        #expect(status(1 << 20, 1 << 20, 1, 32) == INTAGLIO_GOLDEN_COUNT)
        for bits in [Int32(7), 63] { #expect(status(1, 1, 1, bits) == INTAGLIO_GOLDEN_COUNT) }
        #expect(intaglio_golden_mac_tile(nil, operands, 1, 1, 1, 32, &sums) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_mac_tile(operands, nil, 1, 1, 1, 32, &sums) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_mac_tile(operands, operands, 1, 1, 1, 32, nil) == INTAGLIO_GOLDEN_NULL_POINTER)
        #expect(intaglio_golden_mac_tile(operands, [.min], 1, 1, 1, 32, &sums) == INTAGLIO_GOLDEN_OPERAND)
        #expect(sums == [77], "a refused call writes nothing")
    }
}
