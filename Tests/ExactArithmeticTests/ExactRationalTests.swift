import ExactArithmetic
import FixedPoint
import Random
import Testing

@Suite("Exact rationals and the derivation of multipliers")
struct ExactRationalTests {
    @Test func fieldOperations() {
        let third = ExactRational(-2, -6)
        let half = ExactRational(3, 6)
        #expect(third.description == "1/3" && half.description == "1/2")
        #expect((third + half).description == "5/6")
        #expect((third - half).description == "-1/6")
        #expect((third * half).description == "1/6")
        #expect((third / half).description == "2/3")
        #expect((half + half).description == "1")
        #expect(third < half && -half < -third && !(half < half))
        #expect(ExactRational(0, -5) == 0)
        #expect(ExactRational(6, -4).description == "-3/2")
        #expect(ExactRational(ExactInteger(12), ExactInteger(8)).description == "3/2")
    }

    @Test func roundingsAndText() {
        let value = ExactRational(-7, 2)
        #expect(IntegerRounding.allCases.map { value.rounded($0) } == [-4, -3, -3, -3, -4, -4])
        #expect(value.decimal(digits: 2) == "-3.50")
        #expect(ExactRational(-1, 2000).decimal(digits: 3) == "-0.001")
        #expect(ExactRational(-1, 2001).decimal(digits: 3) == "0.000")
        #expect(ExactRational(2, 3).decimal(digits: 4) == "0.6667")
        #expect(ExactRational(5, 2).decimal(digits: 0) == "3")
        #expect(
            [ExactRational(1, 3), 1, ExactRational(7, 2), ExactRational(4, 1)].map(\.binaryExponent) == [-2, 0, 1, 2])
    }

    @Test func doublesAreExact() throws {
        #expect(ExactRational(0.1)?.description == "3602879701896397/36028797018963968")
        #expect(ExactRational(-6.5)?.description == "-13/2")
        #expect(ExactRational(-0.0) == 0)
        #expect(ExactRational(0x1p-1074) == .powerOfTwo(-1074))
        #expect(ExactRational(Double.greatestFiniteMagnitude) == ExactRational(.powerOfTwo(1024) - .powerOfTwo(971)))
        #expect(ExactRational(Double.infinity) == nil && ExactRational(Double.nan) == nil)
        var generator = SeededGenerator(seed: 53)
        for _ in 0..<2000 {
            let (a, b) = (
                Double.random(in: -1e9...1e9, using: &generator), Double.random(in: -1e-9...1e-9, using: &generator)
            )
            let x = try #require(ExactRational(a))
            let y = try #require(ExactRational(b))
            #expect((x < y) == (a < b))
            #expect(x.rounded(.floor) == ExactInteger(Int64(a.rounded(.down))))
        }
    }

    /// Nearest by definition: no neighbouring multiplier is nearer, and the mantissa is normalized.
    @Test func multipliersAreNearest() throws {
        var generator = SeededGenerator(seed: 31)
        for _ in 0..<3000 {
            let numerator = ExactInteger(Int64.random(in: 1...(1 << 62), using: &generator))
            let ratio =
                ExactRational(numerator, ExactInteger(Int64.random(in: 1...(1 << 40), using: &generator)))
                * .powerOfTwo(-40)
            let multiplier = try #require(QuantizedMultiplier.nearest(to: ratio))
            #expect(multiplier.mantissa >= 1 << 30)
            let distance = (ExactRequantize.value(of: multiplier) - ratio).magnitude
            // One unit of the mantissa is 2^(exponent-31); below a power of two the neighbours are nearer, but never
            // nearer than the ratio's rounding.
            #expect(distance <= .powerOfTwo(multiplier.exponent - 32), "seed 31: \(ratio)")
        }
    }

    @Test func multiplierCarriesTiesAndLimits() {
        func nearest(_ ratio: ExactRational, _ bits: Int = 31, _ ties: MantissaTies = .up) -> QuantizedMultiplier? {
            .nearest(to: ratio, significantBits: bits, ties: ties)
        }
        #expect(nearest(1) == .one)
        #expect(nearest(0) == .zero)
        #expect(nearest(ExactRational(3, 4)) == QuantizedMultiplier(mantissa: 3 << 29, exponent: 0))
        // 1 - 2^-32 lies between the mantissas 2^31 - 1 and 2^31: up, and over into the next power of two.
        #expect(nearest(1 - .powerOfTwo(-32)) == .one)
        #expect(nearest(1 - .powerOfTwo(-31)) == QuantizedMultiplier(mantissa: (1 << 31) - 1, exponent: 0))
        // 1/2 + 2^-32 lies between 2^30 and 2^30 + 1.
        let tie = ExactRational(1, 2) + .powerOfTwo(-32)
        #expect(nearest(tie) == QuantizedMultiplier(mantissa: 1 << 30 + 1, exponent: 0))
        #expect(nearest(tie, 31, .even) == QuantizedMultiplier(mantissa: 1 << 30, exponent: 0))
        #expect(nearest(ExactRational(1, 3), 24, .even)?.mantissa == 0x5555_5580)
        #expect(nearest(.powerOfTwo(-63)) == QuantizedMultiplier(mantissa: 1 << 30, exponent: -62))
        #expect(nearest(.powerOfTwo(-64)) == .zero)
        // Just below 2^-63, but it rounds up to it.
        #expect(nearest(.powerOfTwo(-63) - .powerOfTwo(-100)) == QuantizedMultiplier(mantissa: 1 << 30, exponent: -62))
        #expect(nearest(.powerOfTwo(30)) == nil)
        #expect(
            nearest(.powerOfTwo(30) - .powerOfTwo(-1)) == QuantizedMultiplier(mantissa: (1 << 31) - 1, exponent: 30))
        #expect(nearest(.powerOfTwo(30) - .powerOfTwo(-3)) == nil)
    }

    /// With 24 bits and ties to even, the mantissa is the processor's float32.
    @Test func twentyFourBitsAreAFloat() throws {
        var generator = SeededGenerator(seed: 32)
        for _ in 0..<2000 {
            let value = Double.random(in: 1e-6...2, using: &generator)
            let ratio = try #require(ExactRational(value))
            let multiplier = try #require(QuantizedMultiplier.nearest(to: ratio, significantBits: 24, ties: .even))
            #expect(ExactRequantize.value(of: multiplier) == ExactRational(Double(Float(value))), "seed 32: \(value)")
        }
    }
}
