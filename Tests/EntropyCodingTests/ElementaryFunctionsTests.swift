import EntropyCoding
import Testing

@Suite struct ElementaryFunctionsTests {
    /// Values of arguments that are the nearest doubles, by mpmath with 3,000 bits.
    private static let references:
        [(name: String, function: @Sendable (Double) -> Double, values: [(x: Double, y: Double)])] = [
            (
                "exp", ElementaryFunctions.exp,
                [
                    (-745, 0x0.0000000000001p-1022), (-708.4, 0x0.ff15b469edf89p-1022),
                    (-100.3, 0x1.3aab0c9589e7bp-145), (-20, 0x1.1b48655f37267p-29),
                    (-1, 0x1.78b56362cef38p-2), (-0.3465, 0x1.6a10b883d5676p-1), (-1e-9, 0x1.fffffff768fa1p-1),
                    (1e-300, 0x1.0000000000000p0), (0.1, 0x1.1aec7b35a00d4p0),
                    (0.3466, 0x1.6a0c5906bc779p0), (0.5, 0x1.a61298e1e069cp0), (1, 0x1.5bf0a8b145769p1),
                    (7.75, 0x1.223251387247cp11), (33.3, 0x1.078401f5a3ec8p48),
                    (300.7, 0x1.c3714f17ae743p433), (709.7, 0x1.d75ae7a50ee14p1023),
                ]
            ),
            (
                "log", ElementaryFunctions.log,
                [
                    (2.3e-308, -0x1.622e809940dffp9), (1e-100, -0x1.cc845b54b54f2p7), (0.1, -0x1.26bb1bbb55515p1),
                    (0.5, -0x1.62e42fefa39efp-1),
                    (0.7071, -0x1.62e6b3842a25ep-2), (0.7072, -0x1.62c1a17840101p-2),
                    (0.999999, -0x1.0c6f82d74d230p-20), (1.0000001, 0x1.ad7f2847b6492p-24),
                    (1.4142, 0x1.62e1ac5b1d181p-2), (1.4143, 0x1.62f4358c03e8ap-2), (2, 0x1.62e42fefa39efp-1),
                    (10, 0x1.26bb1bbb55516p1), (2327.272727, 0x1.f0282deedeff9p2),
                    (1e300, 0x1.5963447f87fb5p9),
                ]
            ),
            (
                "log1p", ElementaryFunctions.log1p,
                [
                    (-0.5, -0x1.62e42fefa39efp-1), (-0.333333, -0x1.9f321d3e0ad01p-2),
                    (-0.2500001, -0x1.26962a05f3f6cp-2), (-0.25, -0x1.269621134db92p-2),
                    (-0.2499999, -0x1.26961820a78f9p-2), (-0.001, -0x1.064670d979b6fp-10),
                    (-1e-12, -0x1.19799812df3bdp-40), (1e-300, 0x1.56e1fc2f8f359p-997),
                    (1.5e-5, 0x1.f7500d72154ebp-17), (0.1, 0x1.8663f793c46c7p-4), (0.2499999, 0x1.c8ff71bce229dp-3),
                    (0.25, 0x1.c8ff7c79a9a22p-3),
                    (0.5, 0x1.9f323ecbf984cp-2), (1, 0x1.62e42fefa39efp-1), (77.7, 0x1.1766b28ca32c1p2),
                    (1e20, 0x1.7069e2aa2aa5bp5), (1e300, 0x1.5963447f87fb5p9),
                ]
            ),
            (
                "tanh", ElementaryFunctions.tanh,
                [
                    (-40, -0x1.0000000000000p0), (-3, -0x1.fd77d111a0b00p-1), (-0.5, -0x1.d9353d7568af3p-2),
                    (-0.49999, -0x1.d9332dae17c3dp-2),
                    (-0.1, -0x1.983d7795f413ap-4), (-1e-9, -0x1.12e0be826d695p-30), (1e-300, 0x1.56e1fc2f8f359p-997),
                    (1e-5, 0x1.4f8b588e06854p-17),
                    (0.01, 0x1.47ab48ae4595ep-7), (0.25, 0x1.f597ea69a1c86p-3), (0.4, 0x1.8511573c242d6p-2),
                    (0.49999, 0x1.d9332dae17c3dp-2), (0.5, 0x1.d9353d7568af3p-2),
                    (0.75, 0x1.45323e552f228p-1), (1, 0x1.85efab514f394p-1), (2.5, 0x1.f9258260a71c2p-1),
                    (9, 0x1.fffffefa59d78p-1), (19, 0x1.fffffffffffffp-1),
                    (30, 0x1.0000000000000p0),
                ]
            ),
            (
                "erfc", ElementaryFunctions.erfc,
                [
                    (-6, 0x1.0000000000000p1), (-3.2, 0x1.ffff9ae78d8c2p0), (-1, 0x1.d7bb3d3a08445p0),
                    (-0.5, 0x1.853f7ae0c76e9p0), (-0.01, 0x1.02e3784cccaf7p0),
                    (1e-300, 0x1.0000000000000p0), (1e-8, 0x1.ffffff9f12ae0p-1), (0.1, 0x1.c66b42bb60999p-1),
                    (0.3, 0x1.57be3bbf10af8p-1), (0.4999, 0x1.eb191e3157cacp-2),
                    (0.5, 0x1.eb02147ce245cp-2), (0.5001, 0x1.eaeb0b5f6604fp-2), (1, 0x1.4226162fbddd5p-3),
                    (1.7, 0x1.0993be8f17094p-6), (2.5, 0x1.aab859b20ac9ep-12),
                    (3, 0x1.729df6503422ap-16), (4, 0x1.08ddd13bd35e7p-26), (5, 0x1.b0c1a759f7739p-40),
                    (5.9999, 0x1.8d73c190d4127p-56), (6, 0x1.8cf81557d20b6p-56),
                    (6.0001, 0x1.8c7c8f16ffeb1p-56), (7, 0x1.94a28136fa731p-75), (10, 0x1.7d8a7f2a8a2d0p-149),
                    (15, 0x1.93e1b371520a1p-330), (20, 0x1.b54f244df93dfp-583),
                    (26, 0x1.284bfe1cdea24p-981),
                ]
            ),
        ]

    @Test("Every function lies within 1.5e-15 of its value, denormals within their last place")
    func values() {
        for (name, function, values) in Self.references {
            for (x, y) in values {
                #expect(
                    abs(function(x) - y) <= max(1.5e-15 * abs(y), 0x1p-1074),
                    "\(name) of \(x): \(function(x)), not \(y)")
            }
        }
    }

    @Test("Beyond the range of doubles the limits hold, and no number stays none")
    func limits() {
        #expect(
            ElementaryFunctions.exp(.infinity) == .infinity && ElementaryFunctions.exp(-.infinity) == 0
                && ElementaryFunctions.exp(0) == 1)
        #expect(ElementaryFunctions.exp(709.783) == .infinity && ElementaryFunctions.exp(-745.14) == 0)
        #expect(ElementaryFunctions.log(.infinity) == .infinity && ElementaryFunctions.log(1) == 0)
        #expect(ElementaryFunctions.log1p(.infinity) == .infinity && ElementaryFunctions.log1p(0) == 0)
        #expect(
            ElementaryFunctions.tanh(.infinity) == 1 && ElementaryFunctions.tanh(-.infinity) == -1
                && ElementaryFunctions.tanh(0) == 0)
        #expect(
            ElementaryFunctions.erfc(.infinity) == 0 && ElementaryFunctions.erfc(-.infinity) == 2
                && ElementaryFunctions.erfc(0) == 1)
        for (_, function, _) in Self.references { #expect(function(.nan).isNaN) }
    }
}
