import Foundation
import Text

/// How far one curve lies from another by one measure of quality.
public struct QualityDifference: Codable, Equatable, Sendable {
    /// BD-rate by a cubic polynomial, percent; negative needs fewer bits. Absent where none can be formed: `remarks`
    /// say why.
    public var cubicPercent: Double?
    /// BD-rate by piecewise cubics, percent. There where `cubicPercent` is.
    public var piecewisePercent: Double?
    /// Decibels more at the same bits: the mean over the logarithms of the rates that both curves have, between their
    /// points along straight lines.
    public var decibels: Double?
    /// Percent more bits for the same quality: the mean over the qualities that both curves have, between their points
    /// along straight lines in the logarithm of the rate.
    public var bitsPercent: Double?
    /// Whether `decibels` and `bitsPercent` are means over points of the same number instead, as the curves have no
    /// range in common.
    public var comparesPoints = false
    /// The range of quality that both have, as a share of the shorter curve's: 0...1.
    public var overlap: Double
    /// What makes the figures doubtful, and why one is missing: a sentence each.
    public var remarks: [String] = []

    /// Curves that share less of the shorter one are remarked upon.
    static let smallOverlap = 0.5

    /// - Returns: nil where a curve has no such values at all.
    init?(of curve: RateDistortionCurve, against anchor: RateDistortionCurve, by quality: CurveQuality) {
        guard curve.has(quality), anchor.has(quality) else { return nil }
        let (tested, reference) = (curve.qualitySamples(quality), anchor.qualitySamples(quality))
        let common = CommonRange(tested, reference)
        overlap = common.share
        if let result = try? BDRate.compare(curve, to: anchor, by: quality) {
            (cubicPercent, piecewisePercent) = (result.cubicPercent, result.piecewisePercent)
        } else {
            remarks.append(Self.reason(curve, anchor, quality, common))
        }
        bitsPercent = common.meanDifference(tested, reference).map { (exp($0) - 1) * 100 }
        let rates = (curve.rateSamples(quality), anchor.rateSamples(quality))
        decibels = CommonRange(rates.0, rates.1).meanDifference(rates.0, rates.1)
        if bitsPercent == nil, decibels == nil { comparePoints(curve, anchor, quality) }
        bitsPercent = bitsPercent.flatMap { $0.isFinite ? $0 : nil }
        decibels = decibels.flatMap { $0.isFinite ? $0 : nil }
        if decibels == nil {
            remarks.append(
                Self.absence(
                    "no dB at equal bits", "rate", "bits a pixel", [curve.name, anchor.name], [rates.0, rates.1]
                ) {
                    exp($0).fixed(4)
                })
        }
        // Of curves of enough points the missing BD-rate says the same.
        if bitsPercent == nil, min(tested.count, reference.count) < BDRate.fewestPoints {
            remarks.append(
                Self.absence(
                    "no bits at equal dB", "quality", "dB", [curve.name, anchor.name], [tested, reference]
                ) {
                    $0.fixed(2)
                })
        }
        if cubicPercent != nil, overlap < Self.smallOverlap {
            remarks.append(
                """
                only \((common.high - common.low).fixed(2)) dB are common to both, \
                \((100 * overlap).fixed(0)) % of the shorter curve
                """)
        }
        for one in [curve, anchor] { remarks += one.remarks(quality) }
    }

    private mutating func comparePoints(
        _ curve: RateDistortionCurve, _ anchor: RateDistortionCurve, _ quality: CurveQuality
    ) {
        let pairs = zip(curve.points, anchor.points).compactMap { own, other -> (bits: Double, decibels: Double)? in
            guard let first = own.decibels(quality), let second = other.decibels(quality) else { return nil }
            return (log(own.bitsPerPixel) - log(other.bitsPerPixel), first - second)
        }
        guard curve.points.count == anchor.points.count, pairs.count == curve.points.count else { return }
        comparesPoints = true
        let count = Double(pairs.count)
        bitsPercent = (exp(pairs.map(\.bits).reduce(0, +) / count) - 1) * 100
        decibels = pairs.map(\.decibels).reduce(0, +) / count
    }

    /// Why a mean along a range is missing.
    private static func absence(
        _ figure: String, _ quantity: String, _ unit: String, _ names: [String],
        _ samples: [[(x: Double, y: Double)]], text: (Double) -> String
    ) -> String {
        for (name, points) in zip(names, samples) where points.count < 2 {
            return "\(figure): \(name) has \(points.count) point\(points.count == 1 ? "" : "s") of different "
                + "\(quantity), 2 are needed"
        }
        let ranges = samples.map { "\(text($0.first!.x))...\(text($0.last!.x))" }
        guard CommonRange(samples[0], samples[1]).share > 0 else {
            return "\(figure): no \(quantity) is common to both, \(ranges[0]) and \(ranges[1]) \(unit)"
        }
        return "\(figure): the difference is no finite number"
    }

    private static func reason(
        _ curve: RateDistortionCurve, _ anchor: RateDistortionCurve, _ quality: CurveQuality, _ common: CommonRange
    ) -> String {
        for one in [curve, anchor] {
            let count = one.qualitySamples(quality).count
            if count < BDRate.fewestPoints {
                return "no BD-rate: \(one.name) has \(count) point\(count == 1 ? "" : "s") of different quality, "
                    + "\(BDRate.fewestPoints) are needed"
            }
        }
        guard common.low < common.high else {
            let ranges = [curve, anchor].map { one in
                let samples = one.qualitySamples(quality)
                return "\(samples.first!.x.fixed(2))...\(samples.last!.x.fixed(2)) dB"
            }
            return "no BD-rate: no quality is common to both, \(ranges[0]) and \(ranges[1])"
        }
        return "no BD-rate: the difference is no finite number"
    }
}

/// What two sampled functions have in common along x.
private struct CommonRange {
    let low: Double
    let high: Double
    /// Of the shorter one's range, 0...1.
    let share: Double

    /// Both by increasing x.
    init(_ first: [(x: Double, y: Double)], _ second: [(x: Double, y: Double)]) {
        guard let (a, b) = first.first.map({ ($0.x, first.last!.x) }),
            let (c, d) = second.first.map({ ($0.x, second.last!.x) })
        else {
            (low, high, share) = (0, 0, 0)
            return
        }
        (low, high) = (max(a, c), min(b, d))
        let shorter = min(b - a, d - c)
        share = low < high ? min(1, (high - low) / shorter) : 0
    }

    /// Of two piecewise linear functions, first minus second; nil without a range.
    func meanDifference(_ first: [(x: Double, y: Double)], _ second: [(x: Double, y: Double)]) -> Double? {
        guard low < high else { return nil }
        return (integral(first) - integral(second)) / (high - low)
    }

    private func integral(_ points: [(x: Double, y: Double)]) -> Double {
        zip(points, points.dropFirst()).reduce(0) { sum, pair in
            let (left, right) = pair
            let (start, end) = (max(low, left.x), min(high, right.x))
            guard start < end else { return sum }
            func value(_ x: Double) -> Double { left.y + (right.y - left.y) * ((x - left.x) / (right.x - left.x)) }
            return sum + (end - start) * (value(start) + value(end)) / 2
        }
    }
}

extension RateDistortionCurve {
    /// Where quality does not rise with the bits, and points that cannot be counted.
    fileprivate func remarks(_ quality: CurveQuality) -> [String] {
        var remarks: [String] = []
        let measured = points.compactMap { point in point.decibels(quality).map { (point.bitsPerPixel, $0) } }
        if let (before, after) = zip(measured, measured.dropFirst()).first(where: { $0.1 >= $1.1 }) {
            remarks.append(
                """
                \(name) does not rise: \(before.1.fixed(2)) dB at \(before.0.fixed(4)) bits a pixel, \
                \(after.1.fixed(2)) dB at \(after.0.fixed(4))
                """)
        }
        let missing = points.count - measured.count
        if missing > 0 {
            remarks.append("\(name) has \(missing) of \(points.count) points that are equal pictures, not counted")
        }
        return remarks
    }
}
