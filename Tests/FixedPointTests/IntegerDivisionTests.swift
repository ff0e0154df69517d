import FixedPoint
import Testing

/// Each function against its definition, found by searching, for every small argument.
@Suite struct IntegerDivisionTests {
    @Test("ceilDivide is the least quotient whose multiple reaches the dividend")
    func ceiling() {
        for divisor in 1...40 {
            for dividend in 0...200 {
                let least = (0...).first { $0 * divisor >= dividend }
                #expect(ceilDivide(dividend, by: divisor) == least, "\(dividend) / \(divisor)")
            }
        }
    }

    @Test("floorDivide is the largest quotient whose multiple does not exceed the dividend, of either sign")
    func floor() {
        for divisor in 1...40 {
            for dividend in -200...200 {
                let largest = (-201...201).last { $0 * divisor <= dividend }
                #expect(floorDivide(dividend, by: divisor) == largest, "\(dividend) / \(divisor)")
            }
        }
    }

    @Test("roundUp is the least multiple that is not below the value")
    func multiples() {
        for unit in 1...40 {
            for value in 0...200 {
                #expect(roundUp(value, to: unit) == (value...).first { $0 % unit == 0 }, "\(value) to \(unit)")
            }
        }
    }

    @Test("greatestCommonDivisor is the largest that divides both")
    func divisor() {
        for first in 1...60 {
            for second in 1...60 {
                let largest = (1...60).last { first % $0 == 0 && second % $0 == 0 }
                #expect(greatestCommonDivisor(first, second) == largest, "\(first), \(second)")
            }
        }
        #expect(
            greatestCommonDivisor(0, 7) == 7 && greatestCommonDivisor(7, 0) == 7 && greatestCommonDivisor(0, 0) == 0)
    }
}
