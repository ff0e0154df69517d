public import Diagnostics
import Foundation
import Text

/// Bjøntegaard's difference of two curves: how many percent more bits the first needs for the same quality, as the mean
/// over the qualities that both reach.
///
/// The logarithm of the rate is a function of quality: a cubic polynomial (least squares), or piecewise cubic through
/// every point with monotone slopes (Fritsch and Carlson).
public enum BDRate {
    /// Of different quality, in each curve.
    static let fewestPoints = 4

    public struct Result: Codable, Equatable, Sendable {
        public var cubicPercent: Double
        public var piecewisePercent: Double
    }

    /// - Throws: `curvesDoNotOverlap` where either has fewer than 4 points of different quality, or they share no range
    ///   of quality, or the difference is no finite number.
    public static func compare(
        _ curve: RateDistortionCurve, to anchor: RateDistortionCurve, by quality: CurveQuality
    ) throws(Diagnostic) -> Result {
        let tested = curve.qualitySamples(quality)
        let reference = anchor.qualitySamples(quality)
        let low = max(tested.first?.x ?? 0, reference.first?.x ?? 0)
        let high = min(tested.last?.x ?? 0, reference.last?.x ?? 0)
        guard min(tested.count, reference.count) >= fewestPoints, low < high else {
            throw Diagnostic(
                .curvesDoNotOverlap, at: "curves \(curve.name) and \(anchor.name)",
                found:
                    "\(tested.count) and \(reference.count.counted("point")) with "
                        + "\(low < high ? "a" : "no") common range",
                expected: "at least \(fewestPoints.counted("point")) each and a common range of quality",
                remedy: "evaluate more rates")
        }
        func percent(_ integral: ([(x: Double, y: Double)]) -> Double) -> Double {
            (exp((integral(tested) - integral(reference)) / (high - low)) - 1) * 100
        }
        let result = Result(
            cubicPercent: percent { CubicFit($0).integral(from: low, to: high) },
            piecewisePercent: percent { PiecewiseCubic($0).integral(from: low, to: high) })
        guard result.cubicPercent.isFinite, result.piecewisePercent.isFinite else {
            throw Diagnostic(
                .curvesDoNotOverlap, at: "curves \(curve.name) and \(anchor.name)",
                found: "points whose difference is no finite number",
                expected: "rates and qualities of pictures", remedy: "correct the points")
        }
        return result
    }
}
