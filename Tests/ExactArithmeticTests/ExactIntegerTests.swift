import ExactArithmetic
import Random
import Testing

@Suite("Exact integers against Int128 and identities")
struct ExactIntegerTests {
    static func randomWord(using generator: inout SeededGenerator) -> Int128 {
        let bits = Int.random(in: 0...62, using: &generator)
        return Int128(Int64.random(in: .min ... .max, using: &generator) >> Int64(bits))
    }

    @Test func arithmeticOfWords() {
        var generator = SeededGenerator(seed: 62)
        for _ in 0..<20_000 {
            let (a, b) = (Self.randomWord(using: &generator), Self.randomWord(using: &generator))
            let (x, y) = (ExactInteger(a), ExactInteger(b))
            var isRight =
                Int128(exactly: x + y) == a + b && Int128(exactly: x - y) == a - b && Int128(exactly: x * y) == a * b
            isRight =
                isRight && (x < y) == (a < b) && (x == y) == (a == b) && x.signum == Int(a.signum())
                && x.isOdd == (a & 1 == 1)
            isRight = isRight && Int128(exactly: x >> 7) == a >> 7 && Int128(exactly: x << 60) == a << 60
            isRight =
                isRight && x.description == a.description && ExactInteger(a.description) == x
                && Int64(exactly: x) == Int64(a)
            if !isRight {
                Issue.record("seed 62: \(a), \(b)")
                return
            }
        }
    }

    /// Each rounding from its definition: how far the integer may lie from the quotient, and on which side.
    @Test func quotients() {
        for a in -40...40 {
            for b in -9...9 where b != 0 {
                let exact = Double(a) / Double(b)  // few bits: the comparisons below are exact
                for rounding in IntegerRounding.allCases {
                    let found = Double(Int(exactly: ExactInteger(a).quotient(by: ExactInteger(b), rounding: rounding))!)
                    let expected =
                        switch rounding {
                        case .floor: exact.rounded(.down)
                        case .ceiling: exact.rounded(.up)
                        case .towardZero: exact.rounded(.towardZero)
                        case .halfUp: (exact + 0.5).rounded(.down)
                        case .halfEven: exact.rounded(.toNearestOrEven)
                        case .halfAway: exact.rounded(.toNearestOrAwayFromZero)
                        }
                    #expect(found == expected, "\(a) / \(b) \(rounding)")
                }
                let remainder = ExactInteger(a).remainderOfFloor(by: ExactInteger(b))
                #expect(
                    ExactInteger(a) == ExactInteger(b) * ExactInteger(a).quotient(by: ExactInteger(b), rounding: .floor)
                        + remainder)
            }
        }
        #expect((ExactInteger(7).power(50) * 3).quotient(byExactDivisor: 3) == ExactInteger(7).power(50))
    }

    @Test func rootsAndPowers() {
        let big = ExactInteger(10).power(60) + 12345
        for degree in 1...9 {
            let root = big.rootFloor(degree: degree)
            #expect(root.power(degree) <= big && big < (root + 1).power(degree))
        }
        #expect(ExactInteger(99).squareRootFloor == 9)
        #expect(ExactInteger(100).squareRootFloor == 10)
        #expect(ExactInteger(0).power(0) == 1)
        #expect(ExactInteger.greatestCommonDivisor(-84, 36) == 12)
    }

    @Test func widthsAndConversions() {
        for (value, bits, width) in [
            (0, 0, 1), (1, 1, 2), (-1, 1, 1), (127, 7, 8), (128, 8, 9), (-128, 8, 8), (-129, 8, 9),
        ] {
            #expect(ExactInteger(value).bitLength == bits)
            #expect(ExactInteger(value).signedWidth == width)
        }
        let corners: [Int128] = [
            .min, .min + 1, -1, 0, 1, .max, Int128(Int64.min) - 1, Int128(Int64.max) + 1, Int128(UInt64.max),
            -Int128(UInt64.max),
        ]
        for value in corners {
            #expect(Int128(exactly: ExactInteger(value)) == value)
            #expect(Int64(exactly: ExactInteger(value)) == Int64(exactly: value))
            #expect(ExactInteger(value).description == value.description)
        }
        #expect(Int128(exactly: ExactInteger(Int128.max) + 1) == nil)
        #expect(Int128(exactly: ExactInteger(Int128.min) - 1) == nil)
        #expect(ExactInteger(UInt128.max) == ExactInteger.powerOfTwo(128) - 1)
        #expect(ExactInteger("-ff", radix: 16) == -255)
        #expect(ExactInteger(255).text(radix: 2) == "11111111")
        for text in ["", "-", "1 2", "\t1", "1\n", "0x1", "1.0", "+1"] {
            #expect(ExactInteger(text) == nil, "'\(text)'")
        }
    }
}
