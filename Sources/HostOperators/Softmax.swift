/// e^x of every element over the sum of a row, and its logarithm: in fixed point, as the reference kernels.
struct Softmax {
    /// Difference to the row's largest element times factor x 2^shift / 2^31 is x of 5 integer bits.
    private let mantissa: Int
    private let shift: Int
    /// Differences below this have an exponential of 0.
    private let leastDifference: Int
    private let elements: ClosedRange<Int>

    /// - Parameters:
    ///   - scale: of the operand, times beta; times 2^26 above 1.
    ///   - elements: what operand and result can be.
    init(scale: Double, elements: ClosedRange<Int>) {
        let factor = BinaryFactor(min(scale * 0x1p26, 0x1p31 - 1))
        (mantissa, shift) = (factor.mantissa, factor.exponent)
        leastDifference = -((31 << 26) >> shift)
        self.elements = elements
    }

    /// The probabilities of a row, 1 being 256 steps.
    func probabilities(_ row: ArraySlice<Int>) -> [Int] {
        let exponentials = self.exponentials(row)
        let (reciprocal, shift) = FixedPointReciprocal.of(sum(exponentials), integerBits: 12)
        return exponentials.map { exponential in
            guard let exponential else { return elements.lowerBound }
            let rounded = FixedPoint31.shiftedRight(FixedPoint31.product(reciprocal, exponential), shift + 23)
            return min(rounded + elements.lowerBound, elements.upperBound)
        }
    }

    /// The logarithms of the same, the largest element being 0, a step 1/16.
    func logarithms(_ row: ArraySlice<Int>) -> [Int] {
        let logarithm = FixedPointLogarithm.of(sum(exponentials(row)))
        let back = BinaryFactor(Double(1 << (31 - shift)) / Double(mantissa))
        let lowest = FixedPoint31.shiftedRight(
            FixedPoint31.product(logarithm + Int(Int32.min), back.mantissa), max(0, -back.exponent))
        let limit = max(leastDifference - 1, lowest)
        let largest = row.max() ?? 0
        return row.map { element in
            guard element - largest > limit else { return elements.lowerBound }
            let result = FixedPoint31.shiftedRight(scaled(element - largest) - logarithm, 22) + elements.upperBound
            return min(max(result, elements.lowerBound), elements.upperBound)
        }
    }

    /// Fractions; nil where they are 0.
    private func exponentials(_ row: ArraySlice<Int>) -> [Int?] {
        let largest = row.max() ?? 0
        return row.map { element in
            element - largest < leastDifference ? nil : FixedPointExponential.of(scaled(element - largest))
        }
    }

    /// Of 12 integer bits: rows have at most 4,095 elements.
    private func sum(_ exponentials: [Int?]) -> Int {
        exponentials.reduce(0) { $0 + FixedPoint31.shiftedRight($1 ?? 0, 12) }
    }

    private func scaled(_ difference: Int) -> Int { FixedPoint31.product(difference << shift, mantissa) }
}

/// A positive real number as mantissa x 2^(exponent - 31), the mantissa of 31 bits, ties away from zero.
struct BinaryFactor {
    let mantissa: Int
    let exponent: Int

    init(_ real: Double) {
        var mantissa = Int((real.significand * 0x1p30).rounded(.toNearestOrAwayFromZero))
        var exponent = Int(real.exponent) + 1
        if mantissa == 1 << 31 { (mantissa, exponent) = (1 << 30, exponent + 1) }
        (self.mantissa, self.exponent) = (mantissa, exponent)
    }
}
