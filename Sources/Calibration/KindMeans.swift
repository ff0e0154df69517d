package import Tensors

/// By how much the mean sum of each channel differs between float and integers, kind by kind of the calibration
/// pictures, and how much of that a bias should take up.
///
/// An error that all kinds share is the channel's own; one that differs from kind to kind is better left alone. Each
/// kind in turn is left out: the mean of the others' errors, subtracted from its own, must leave less than there was.
package struct KindMeans {
    /// `[kind][channel]` in integers: what would have to be added.
    private let differences: [[Double]]
    private let weights: [Double]

    /// - Parameters:
    ///   - expected: real sums of each picture.
    ///   - found: integer sums of each picture.
    ///   - bias: is added to `found`; nil where that holds it already.
    ///   - scales: the real value of one integer of each channel.
    package init(
        expected: [Tensor<Float>], found: [Tensor<Double>], bias: [Int64]? = nil, scales: [Double],
        of pictures: CalibrationPictures
    ) {
        weights = pictures.weights
        differences = pictures.pictureRanges.map { range in
            let (expected, found) = (
                CalibrationFlow.means(Array(expected[range])), CalibrationFlow.means(Array(found[range]))
            )
            return scales.indices.map { expected[$0] / scales[$0] - found[$0] - Double(bias?[$0] ?? 0) }
        }
    }

    /// What to add to each channel, in integers; 0 where kinds that were left out fare no better with it. A single kind
    /// is believed.
    package func correction() -> [Double] {
        differences[0].indices.map { channel in
            let errors = differences.map { $0[channel] }
            guard errors.count > 1 else { return errors[0] }
            let gain = errors.indices.reduce(0.0) { sum, kind in
                let others = errors.indices.filter { $0 != kind }
                let (rest, left) = (mean(errors, of: others), errors[kind])
                // Below half an integer there is nothing to gain.
                return sum + weights[kind]
                    * ((left * left + 0.25) / ((left - rest) * (left - rest) + 0.25)).chordLogarithm
            }
            return gain > 0 ? mean(errors, of: Array(errors.indices)) : 0
        }
    }

    private func mean(_ errors: [Double], of kinds: [Int]) -> Double {
        kinds.reduce(0) { $0 + weights[$1] * errors[$1] } / kinds.reduce(0) { $0 + weights[$1] }
    }
}

extension Double {
    /// The logarithm to the base 2 of a positive value, straight between powers of two: at most 0.09 too small, rising,
    /// and the same on every machine.
    package var chordLogarithm: Double { Double(exponent) + significand - 1 }
}
