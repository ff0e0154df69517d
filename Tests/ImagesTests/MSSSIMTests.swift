import Images
import Testing

@Suite struct MSSSIMTests {
    private static func picture(width: Int, height: Int, noise: Int) -> RGBImage {
        let samples = (0..<width * height * 3).map { index -> UInt8 in
            let (y, x, c) = (index / (3 * width), index / 3 % width, index % 3)
            let value = (x * (c + 1) / 2 + y * 2) % 256
            let disturbance = noise == 0 ? 0 : ((x * 7 + y * 13 + c * 5) * 31 % (2 * noise + 1)) - noise
            return UInt8(min(max(value + disturbance, 0), 255))
        }
        return RGBImage(width: width, height: height, samples: samples)
    }

    @Test("Equal pictures have 1; the more noise, the less; the order of the pictures does not matter")
    func order() throws {
        let original = Self.picture(width: 200, height: 176, noise: 0)
        #expect(abs(try #require(MSSSIM.value(of: original, against: original)) - 1) < 1e-12)
        let values = try [5, 20, 60].map {
            try #require(MSSSIM.value(of: Self.picture(width: 200, height: 176, noise: $0), against: original))
        }
        #expect(1 > values[0] && values[0] > values[1] && values[1] > values[2] && values[2] > 0)
        let back = try #require(MSSSIM.value(of: original, against: Self.picture(width: 200, height: 176, noise: 20)))
        #expect(abs(back - values[1]) < 1e-12)
    }

    @Test("A constant shift changes luminance only, which counts in the fifth scale alone")
    func luminance() throws {
        // Flat pictures: contrast terms are 1, the last scale is ((2 a b + C1) / (a a + b b + C1)) ^ 0.1333.
        let (a, b) = (100.0, 120.0)
        let first = RGBImage(width: 176, height: 176, colour: RGBColour(100, 100, 100))
        let second = RGBImage(width: 176, height: 176, colour: RGBColour(120, 120, 120))
        let c1 = 0.01 * 0.01 * 255 * 255
        var expected = (2 * a * b + c1) / (a * a + b * b + c1)
        expected = MSSSIMTests.power(expected, 0.1333)
        #expect(abs(try #require(MSSSIM.value(of: first, against: second)) - expected) < 1e-9)
    }

    @Test("Pictures without a fifth scale, or of different shape, have none")
    func none() {
        let small = RGBImage(width: 160, height: 400, colour: RGBColour(1, 2, 3))
        #expect(MSSSIM.value(of: small, against: small) == nil)
        let other = RGBImage(width: 400, height: 161, colour: RGBColour(1, 2, 3))
        #expect(MSSSIM.value(of: other, against: RGBImage(width: 161, height: 400, colour: RGBColour(1, 2, 3))) == nil)
    }

    /// exp(p log x) by its series around 1: no library's power is needed for x near 1.
    private static func power(_ x: Double, _ p: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for k in 1...60 {
            term *= (p - Double(k - 1)) / Double(k) * (x - 1)
            sum += term
        }
        return sum
    }
}
