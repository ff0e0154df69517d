import ExactArithmetic
import FixedPoint
import Random
import Testing

@Suite("Accumulator bounds")
struct AccumulatorBoundTests {
    static func randomTerms(_ count: Int, bits: Int, using generator: inout SeededGenerator) -> [AccumulatorTerm] {
        let range = BitWidth.signedRange(bits: bits)
        return (0..<count).map { _ in
            let ends = (
                Int32(Int64.random(in: range, using: &generator)), Int32(Int64.random(in: range, using: &generator))
            )
            return AccumulatorTerm(
                weight: Int32(Int64.random(in: range, using: &generator)), lowest: min(ends.0, ends.1),
                highest: max(ends.0, ends.1))
        }
    }

    /// On small sums the bound is what the definition says it is: the extremes of all prefixes in all orders.
    ///
    /// An order and operand values that reach the bound exist (positive terms first, then negative), so the search must
    /// meet it exactly.
    @Test func bruteForceOverSubsets() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let terms = Self.randomTerms(6, bits: 8, using: &generator)
            let bias = Int64.random(in: -300...300, using: &generator)
            // A prefix in some order is any subset of the terms and the bias, each operand at an extreme or 0
            // (padding).
            var sums: Set<Int64> = [0, bias]
            for term in terms {
                let products = [Int64(term.weight) * Int64(term.lowest), Int64(term.weight) * Int64(term.highest), 0]
                sums = Set(sums.flatMap { sum in products.map { sum + $0 } })
            }
            let bound = AccumulatorBound(bias: bias, terms: terms)
            #expect(
                bound.low == Int128(sums.min()!) && bound.high == Int128(sums.max()!),
                "seed 5, terms \(terms), bias \(bias)")
        }
    }

    @Test(arguments: [8, 16, 32])
    func equalsTheExactBound(bits: Int) {
        var generator = SeededGenerator(seed: UInt64(bits))
        for _ in 0..<50 {
            let terms = Self.randomTerms(200, bits: bits, using: &generator)
            let bias = Int64.random(in: .min ... .max, using: &generator)
            let fast = AccumulatorBound(bias: bias, terms: terms)
            let exact = ExactAccumulatorBound(bias: bias, terms: terms)
            #expect(ExactInteger(fast.low) == exact.low && ExactInteger(fast.high) == exact.high, "seed \(bits)")
            #expect(fast.width == exact.width)
            #expect(fast.fits(bits: exact.width) && !fast.fits(bits: exact.width - 1))
        }
    }

    /// 25 taps of 320 channels, W 8 and V 8: 320 * 25 * 2^14 = 131,072,000 needs 28 bits and the sign's.
    @Test func convolutionOf320Channels() {
        let bound = AccumulatorBound(
            bias: 0, weights: Array(repeating: -128, count: 25 * 320),
            operandRanges: Array(repeating: -128...127, count: 320))
        #expect(bound.high == 131_072_000)
        #expect(bound.low == -128 * 127 * 8000)
        #expect(bound.width == 28)
    }

    @Test func channelsRepeatFastest() {
        let bound = AccumulatorBound(bias: -7, weights: [3, -5, 0, 2], operandRanges: [0...10, -4...6])
        // 3 * 0...10, -5 * -4...6, 0, 2 * -4...6
        #expect(bound.high == 30 + 20 + 12)
        #expect(bound.low == -7 - 30 - 8)
    }

    /// A layer with a million weights: the bound against the sum of its positive products, and the time it took,
    /// printed.
    @Test func aMillionWeights() {
        var generator = SeededGenerator(seed: 1)
        let weights = (0..<1_000_000).map { _ in Int32.random(in: -2048...2047, using: &generator) }
        let clock = ContinuousClock()
        var bound = AccumulatorBound(bias: 0)
        let time = clock.measure {
            bound = AccumulatorBound(
                bias: 0, weights: weights, operandRanges: Array(repeating: -2048...2047, count: 100))
        }
        #expect(bound.high == weights.reduce(Int128(0)) { $0 + Int128($1 < 0 ? -2048 * Int64($1) : 2047 * Int64($1)) })
        print("bound of 1,000,000 weights: \(time)")
    }
}
