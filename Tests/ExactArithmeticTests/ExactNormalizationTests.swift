import ExactArithmetic
import Random
import Testing

@Suite("Exact normalization")
struct ExactNormalizationTests {
    /// Worked by hand: v, n, M, S and the four results.
    @Test func byHand() {
        // 100 * 4 / sqrt 4 = 200;  100 * 4 * 2 = 800;  100 * 4 / 4 = 100;  100 * 4 * 4 = 1600
        #expect(four(100, 4, 4, 0) == [200, 800, 100, 1600])
        #expect(four(-100, 4, 4, 0) == [-200, -800, -100, -1600])
        // 7 / sqrt 2 = 4.95;  7 sqrt 2 = 9.899;  7 / 2 = 3.5 goes up;  14
        #expect(four(7, 2, 1, 0) == [5, 10, 4, 14])
        // The sign is put back last: -3.5 goes to -4.
        #expect(four(-7, 2, 1, 0) == [-5, -10, -4, -14])
        // 5 * 3 / (2 * 3) = 2.5 and 15 * 3 / 2 = 22.5 are ties of the square-root forms: both go up. 15 / 18 = 0.83; 5
        // * 9 * 3 / 2 = 67.5
        #expect(four(5, 9, 3, 1) == [3, 23, 1, 68])
        // A negative shift multiplies: 5 * 3 * 2 / 3 = 10;  90;  30 / 9 = 3.33;  270
        #expect(four(5, 9, 3, -1) == [10, 90, 3, 270])
        #expect(four(0, 9, 3, 1) == [0, 0, 0, 0])
        #expect(four(1, 1000, 1, 3) == [0, 4, 0, 125])
    }

    func four(_ v: ExactInteger, _ n: ExactInteger, _ scale: ExactInteger, _ shift: Int) -> [ExactInteger] {
        [ExactNormalization.gdn, ExactNormalization.igdn, ExactNormalization.gdn1, ExactNormalization.igdn1].map {
            $0(v, n, scale, shift)
        }
    }

    /// Against a closed form with an integer square root, on wide operands.
    ///
    /// The largest q with (2q-1)^2 <= floor(T / D) has 2q - 1 <= isqrt(floor(T / D)), so q = (isqrt + 1) >> 1.
    @Test func againstIntegerSquareRoots() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<3000 {
            let v = ExactInteger(Int64.random(in: -(1 << 31)...(1 << 31), using: &generator))
            let n =
                ExactInteger(
                    Int64.random(in: 1...(1 << 40), using: &generator) >> Int64.random(in: 0...39, using: &generator))
                + 1
            let scale = ExactInteger(Int64.random(in: 0...(1 << 24), using: &generator))
            let shift = Int.random(in: 0...24, using: &generator)
            let doubled = 2 * v.magnitude * scale
            let unit = ExactInteger.powerOfTwo(2 * shift)
            let gdn = ((doubled * doubled).quotient(by: n * unit, rounding: .floor).squareRootFloor + 1) >> 1
            let igdn = ((doubled * doubled * n).quotient(by: unit, rounding: .floor).squareRootFloor + 1) >> 1
            let gdn1 = (doubled + n << shift).quotient(by: n << (shift + 1), rounding: .floor)
            let igdn1 = (doubled * n + .powerOfTwo(shift)) >> (shift + 1)
            let expected = [gdn, igdn, gdn1, igdn1].map { v.signum < 0 ? -$0 : $0 }
            if four(v, n, scale, shift) != expected {
                Issue.record(
                    "seed 7: v \(v), n \(n), M \(scale), S \(shift): \(four(v, n, scale, shift)), expected \(expected)")
                return
            }
        }
    }

    @Test func magnitudeOperands() {
        // V = 12: max |v| = 2047 has a square of 22 bits; 22 - 11 = 11.
        #expect(ExactNormalization.squaredMagnitudeShift(largestMagnitude: 2047, operandBits: 12) == 11)
        #expect(ExactNormalization.squaredMagnitudeShift(largestMagnitude: 40, operandBits: 12) == 0)
        #expect(ExactNormalization.squaredMagnitude(-40, operandBits: 12, shift: 0) == 1600)
        // 48^2 / 2^9 = 4.5 goes up.
        #expect(ExactNormalization.squaredMagnitude(48, operandBits: 12, shift: 9) == 5)
        // 2048^2 / 2^11 = 2048 is clipped to what 12 bits signed hold.
        #expect(ExactNormalization.squaredMagnitude(2048, operandBits: 12, shift: 11) == 2047)
        #expect(ExactNormalization.squaredMagnitude(2047, operandBits: 12, shift: 11) == 2046)
        #expect(ExactNormalization.absoluteMagnitude(-128) == 128)
    }
}
