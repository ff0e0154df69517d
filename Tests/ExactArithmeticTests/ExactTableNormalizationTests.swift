import ExactArithmetic
import Testing

@Suite("Exact table normalization")
struct ExactTableNormalizationTests {
    /// Four segments, two offset bits, B = 9: F = 8.
    private func table(_ form: ExactTableNormalization.Form) -> ExactTableNormalization {
        ExactTableNormalization(
            form, indexBits: 2, offsetBits: 2, baseBits: 9, slopeShift: 1, bases: [256, 209, 181, 148],
            slopes: [-23, -14, -17, -10])
    }

    /// n = 27 = 1.6875 x 2^4: after the leading one 1011; L = 4.
    @Test func placesByHand() {
        // Square-root forms: L is even, one index bit 1, offset 01. y = 209 + (-14 >> 1) = 202.
        let root = table(.gdn).factor(norm: 27)
        #expect(root.exponent == 4 && root.place! == (1, 1) && root.y == 202 && root.shift == 8 + 2)
        #expect(table(.igdn).factor(norm: 27).shift == 8 - 2)
        // First power: two index bits 10, offset 11. y = 181 + floor(-17 x 3 / 2) = 181 - 26.
        let first = table(.gdn1).factor(norm: 27)
        #expect(first.place! == (2, 3) && first.y == 155 && first.shift == 8 + 4)
        // Twice the norm: L = 5 is odd, segments 2 and 3 are the upper octave's. y = 148 + (-10 >> 1) = 143, half of L
        // is still 2.
        let odd = table(.gdn).factor(norm: 54)
        #expect(odd.place! == (3, 1) && odd.y == 143 && odd.shift == 10)
        // The product form: 27 = 110110000 in nine bits, and 1799 = 11100000111 loses its last two bits.
        #expect(table(.igdn1).factor(norm: 27).y == 432 && table(.igdn1).factor(norm: 27).shift == 8 - 4)
        #expect(table(.igdn1).factor(norm: 1799).y == 449)
        #expect(table(.igdn1).factor(norm: 1).y == 256)
    }

    @Test func resultsByHand() {
        func four(_ v: ExactInteger, _ n: ExactInteger, _ scale: ExactInteger, _ shift: Int) -> [ExactInteger] {
            ExactTableNormalization.Form.allCases.map { table($0).normalized(v, norm: n, scale: scale, shift: shift) }
        }
        // 100 x 202 / 2^10 = 19.73;  100 x 202 / 2^6 = 315.6;  100 x 155 / 2^12 = 3.78;  100 x 432 / 2^4 = 2700
        #expect(four(100, 27, 1, 0) == [20, 316, 4, 2700])
        #expect(four(-100, 27, 1, 0) == [-20, -316, -4, -2700])
        // 5 x 256 x 1/2^9 = 2.5 goes up, away from zero for either sign.
        #expect(four(5, 1, 1, 1) == [3, 3, 3, 3])
        #expect(four(-5, 1, 1, 1) == [-3, -3, -3, -3])
        #expect(four(0, 27, 77, 3) == [0, 0, 0, 0])
    }
}
