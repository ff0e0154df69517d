import Quantization

/// Squared errors of a tensor behind a set of codebooks, by kind of pictures, step of the grid, channel and codebook:
/// what the range of the tensor and the select of each channel are chosen by.
///
/// An error counts in relation to the least that its kind can have: a picture with soft gradients has small values and
/// small errors, and is spoilt by a step that a busy picture does not notice.
///
///     score of (step, selects) = sum over kinds of  weight[kind] x error[kind] / least[kind]
///
/// Pictures that were not seen pass the ranges of those that were. A part of every kind's samples therefore counts
/// again, farther out (`margins`); how much of it is chosen by cross-validation: each kind in turn is left out, step
/// and selects are chosen on the others, and judged on it.
struct RangeErrors {
    /// One choice: an index into the steps, and for each channel an index into the codebooks about 0, which those about
    /// the centre follow.
    struct Choice {
        let step: Int
        fileprivate(set) var selects: [Int] = []
    }

    private let weights: [Double]
    private let stepCount: Int
    private let channelCount: Int
    private let bookCount: Int
    /// `[kind][step][channel][codebooks about 0, then about the centre]`: of the samples themselves, and of those of
    /// the margins.
    private let seen: [Double]
    private let beyond: [Double]
    /// The least error of each kind by itself, or what rounding to the grid costs if that is more.
    private let least: [Double]

    /// How much farther out samples count again, and how much.
    private static let margins: [(factor: Float, weight: Double)] = [(1.4, 0.03), (2, 0.01)]
    /// The parts of the margins that cross-validation chooses among.
    private static let marginShares = [0.0, 0.25, 1, 4, 16]

    /// - Parameters:
    ///   - steps: real values of one grid step.
    ///   - centres: of each channel, the value that a codebook may be laid about; empty where all lie about 0.
    ///   - largestValue: on the grid; no entry may pass it, its offset added.
    init(
        _ samples: TensorSamples, steps: [Double], tables: [CodebookTable], centres: [Float] = [],
        largestValue: Int = .max
    ) {
        (stepCount, channelCount, bookCount) = (steps.count, samples.channels, tables.count * (centres.isEmpty ? 1 : 2))
        weights = samples.weights
        let usesMargins = samples.kinds.count > 1
        var seen: [Double] = []
        var beyond: [Double] = []
        for kind in samples.kinds {
            for step in steps {
                for channel in 0..<kind.channels {
                    for centre in [0] + (centres.isEmpty ? [] : [centres[channel]]) {
                        let offset = (Double(centre) / step).rounded()
                        for table in tables {
                            let fits = offset == 0 || abs(offset) + Double(table.magnitude) <= Double(largestValue)
                            func error(_ factor: Float) -> Double {
                                fits
                                    ? Self.squaredError(
                                        kind.samples[channel], scale: factor * Float(1 / step), offset: Float(offset),
                                        table) * step * step : .infinity
                            }
                            seen.append(error(1))
                            beyond.append(
                                usesMargins && fits ? Self.margins.reduce(0) { $0 + $1.weight * error($1.factor) } : 0)
                        }
                    }
                }
            }
        }
        (self.seen, self.beyond) = (seen, beyond)
        let smallestStep = steps.min()!
        let (books, perKind) = (bookCount, steps.count * samples.channels * bookCount)
        least = samples.kinds.indices.map { kind in
            let count = samples.kinds[kind].samples.joined().reduce(0.0) { $0 + Double($1.count) }
            let best = steps.indices.reduce(Double.infinity) { best, step in
                let first = kind * perKind + step * samples.channels * books
                return min(
                    best,
                    (0..<samples.channels).reduce(0) { $0 + seen[first + $1 * books..<first + ($1 + 1) * books].min()! }
                )
            }
            return max(best, count * smallestStep * smallestStep / 12)
        }
    }

    private static func squaredError(
        _ samples: [ChannelSamples.Sample], scale: Float, offset: Float, _ table: CodebookTable
    ) -> Double {
        var sum = 0.0
        for (value, count) in samples {
            let scaled = value * scale - offset
            let rounded = Int(min(max(-1e9, scaled), 1e9).rounded())
            let difference = Double(scaled) - Double(table[rounded])
            sum += difference * difference * Double(count)
        }
        return sum
    }

    private func index(_ kind: Int, _ step: Int, _ channel: Int) -> Int {
        ((kind * stepCount + step) * channelCount + channel) * bookCount
    }

    /// The best choice for some kinds.
    private func choice(for kinds: [Int], marginShare: Double) -> Choice {
        var best: (score: Double, choice: Choice)?
        for step in 0..<stepCount {
            var (score, choice) = (0.0, Choice(step: step))
            for channel in 0..<channelCount {
                var scores = Array(repeating: 0.0, count: bookCount)
                for kind in kinds {
                    let (first, factor) = (index(kind, step, channel), weights[kind] / least[kind])
                    for book in 0..<bookCount {
                        scores[book] += factor * (seen[first + book] + marginShare * beyond[first + book])
                    }
                }
                let select = scores.indices.min { (scores[$0], $0) < (scores[$1], $1) }!
                choice.selects.append(select)
                score += scores[select]
            }
            if best.map({ score < $0.score }) ?? true { best = (score, choice) }
        }
        return best!.choice
    }

    /// What a unit of squared error of each kind counts.
    var kindFactors: [Double] { zip(weights, least).map { $0 / $1 } }

    /// How many times its least error a kind has with a choice; at least 1.
    private func relativeError(of kind: Int, with choice: Choice) -> Double {
        let error = (0..<channelCount).reduce(0) { $0 + seen[index(kind, choice.step, $1) + choice.selects[$1]] }
        return max(1, error / least[kind])
    }

    /// The choice for all kinds, with the share of the margins with which kinds that were left out fare best.
    ///
    /// - Returns: the share too; 0 where there is but one kind.
    func best() -> (choice: Choice, marginShare: Double) {
        let kinds = Array(weights.indices)
        guard kinds.count > 1 else { return (choice(for: kinds, marginShare: 0), 0) }
        var best: (score: Double, share: Double)?
        for share in Self.marginShares {
            let score = kinds.reduce(0.0) { sum, kind in
                sum + weights[kind]
                    * relativeError(of: kind, with: choice(for: kinds.filter { $0 != kind }, marginShare: share))
                    .chordLogarithm
            }
            if best.map({ score < $0.score }) ?? true { best = (score, share) }
        }
        return (choice(for: kinds, marginShare: best!.share), best!.share)
    }
}
