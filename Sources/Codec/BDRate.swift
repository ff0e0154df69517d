public import Diagnostics
import Foundation

/// Bjøntegaard's difference of two curves: how many percent more bits the first needs for the same quality, as the mean
/// over the qualities that both reach.
///
/// The logarithm of the rate is a function of quality: a cubic polynomial (least squares), or piecewise cubic through
/// every point with monotone slopes (Fritsch and Carlson).
public enum BDRate {
    public enum Quality: Sendable {
        case psnr
        /// In decibels: -10 log10(1 - MS-SSIM).
        case msSSIM
    }

    public struct Result: Codable, Equatable, Sendable {
        public var cubicPercent: Double
        public var piecewisePercent: Double
    }

    /// - Throws: `curvesDoNotOverlap` where either has fewer than 4 points of different quality, or they share no range
    ///   of quality, or the difference is no finite number.
    public static func compare(
        _ curve: RateDistortionCurve, to anchor: RateDistortionCurve, by quality: Quality
    ) throws(Diagnostic) -> Result {
        let (tested, reference) = (samples(curve, quality), samples(anchor, quality))
        let low = max(tested.first?.x ?? 0, reference.first?.x ?? 0)
        let high = min(tested.last?.x ?? 0, reference.last?.x ?? 0)
        guard tested.count >= 4, reference.count >= 4, low < high else {
            throw Diagnostic(
                .curvesDoNotOverlap, at: "curves \(curve.name) and \(anchor.name)",
                found: "\(tested.count) and \(reference.count) points with \(low < high ? "a" : "no") common range",
                expected: "at least 4 points each and a common range of quality", remedy: "evaluate more rates")
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

    /// Quality and the logarithm of the rate, by increasing quality.
    private static func samples(_ curve: RateDistortionCurve, _ quality: Quality) -> [(x: Double, y: Double)] {
        let all = curve.points.compactMap { point -> (x: Double, y: Double)? in
            switch quality {
            case .psnr: return (point.psnr, log(point.bitsPerPixel))
            case .msSSIM: return point.msSSIM.flatMap { $0 < 1 ? (-10 * log10(1 - $0), log(point.bitsPerPixel)) : nil }
            }
        }.sorted { $0.x < $1.x }
        return all.enumerated().filter { $0.offset == 0 || all[$0.offset - 1].x < $0.element.x }.map(\.element)
    }
}

/// Least squares by a cubic polynomial around the mean of x.
private struct CubicFit {
    private let centre: Double
    private let coefficients: [Double]

    init(_ points: [(x: Double, y: Double)]) {
        let centre = points.map(\.x).reduce(0, +) / Double(points.count)
        func moment(_ degree: Int, of value: ((x: Double, y: Double)) -> Double) -> Double {
            points.reduce(0.0) { $0 + value($1) * pow($1.x - centre, Double(degree)) }
        }
        var matrix: [[Double]] = (0..<4).map { row in
            (0..<4).map { column in moment(row + column) { _ in 1 } } + [moment(row) { $0.y }]
        }
        for pivot in 0..<4 {
            let largest = (pivot..<4).max { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) }!
            matrix.swapAt(pivot, largest)
            for row in 0..<4 where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in pivot...4 { matrix[row][column] -= factor * matrix[pivot][column] }
            }
        }
        self.centre = centre
        coefficients = (0..<4).map { matrix[$0][4] / matrix[$0][$0] }
    }

    func integral(from low: Double, to high: Double) -> Double {
        func primitive(_ x: Double) -> Double {
            coefficients.indices.reduce(0.0) {
                $0 + coefficients[$1] * pow(x - centre, Double($1 + 1)) / Double($1 + 1)
            }
        }
        return primitive(high) - primitive(low)
    }
}

/// Hermite cubics between neighbouring points; slopes are weighted harmonic means of the neighbouring chords, 0 at an
/// extremum, and three-point estimates at the ends.
private struct PiecewiseCubic {
    private let points: [(x: Double, y: Double)]
    private let slopes: [Double]

    init(_ points: [(x: Double, y: Double)]) {
        self.points = points
        let widths = zip(points, points.dropFirst()).map { $1.x - $0.x }
        let chords = zip(points, points.dropFirst()).map { ($1.y - $0.y) / ($1.x - $0.x) }
        func end(_ h0: Double, _ h1: Double, _ d0: Double, _ d1: Double) -> Double {
            let slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
            if slope * d0 <= 0 { return 0 }
            return d0 * d1 < 0 && abs(slope) > 3 * abs(d0) ? 3 * d0 : slope
        }
        let last = chords.count - 1
        slopes = points.indices.map { index in
            if index == 0 { return end(widths[0], widths[1], chords[0], chords[1]) }
            if index > last { return end(widths[last], widths[last - 1], chords[last], chords[last - 1]) }
            let (d0, d1) = (chords[index - 1], chords[index])
            guard d0 * d1 > 0 else { return 0 }
            let (w0, w1) = (2 * widths[index] + widths[index - 1], widths[index] + 2 * widths[index - 1])
            return (w0 + w1) / (w0 / d0 + w1 / d1)
        }
    }

    func integral(from low: Double, to high: Double) -> Double {
        points.indices.dropLast().reduce(0) { sum, index in
            let (start, end) = (max(low, points[index].x), min(high, points[index + 1].x))
            return start < end ? sum + primitive(index, end) - primitive(index, start) : sum
        }
    }

    /// Of one segment, from its left end.
    private func primitive(_ index: Int, _ x: Double) -> Double {
        let (left, right) = (points[index], points[index + 1])
        let width = right.x - left.x
        let chord = (right.y - left.y) / width
        let quadratic = (3 * chord - 2 * slopes[index] - slopes[index + 1]) / width
        let cubic = (slopes[index] + slopes[index + 1] - 2 * chord) / (width * width)
        let t = x - left.x
        return t * (left.y + t * (slopes[index] / 2 + t * (quadratic / 3 + t * cubic / 4)))
    }
}
