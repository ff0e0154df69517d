import Foundation

/// What a curve's quality is measured by, in decibels.
public enum CurveQuality: CaseIterable, Sendable {
    case psnr
    /// -10 log10(1 - MS-SSIM): nothing for an MS-SSIM of 1.
    case msSSIM

    /// As tables and remarks have it.
    public var name: String { self == .psnr ? "PSNR" : "MS-SSIM" }
}

extension RateDistortionCurve.Point {
    /// Decibels; nil where the point has none of this kind.
    func decibels(_ quality: CurveQuality) -> Double? {
        switch quality {
        case .psnr: psnr
        case .msSSIM: msSSIM.flatMap { $0 < 1 ? -10 * log10(1 - $0) : nil }
        }
    }
}

extension RateDistortionCurve {
    /// Whether every point has the value, one that is no finite number of decibels included.
    func has(_ quality: CurveQuality) -> Bool { quality == .psnr || points.allSatisfy { $0.msSSIM != nil } }

    /// Decibels and the natural logarithm of the rate, by increasing quality; of points of one quality the one of
    /// fewest bits.
    func qualitySamples(_ quality: CurveQuality) -> [(x: Double, y: Double)] {
        let all = points.compactMap { point in
            point.decibels(quality).map { (x: $0, y: log(point.bitsPerPixel)) }
        }.sorted { $0 < $1 }
        return all.enumerated().filter { $0.offset == 0 || all[$0.offset - 1].x < $0.element.x }.map(\.element)
    }

    /// The natural logarithm of the rate and decibels, by increasing rate; of points of one rate the best.
    func rateSamples(_ quality: CurveQuality) -> [(x: Double, y: Double)] {
        let all = points.compactMap { point in
            point.decibels(quality).map { (x: log(point.bitsPerPixel), y: $0) }
        }.sorted { ($0.x, -$0.y) < ($1.x, -$1.y) }
        return all.enumerated().filter { $0.offset == 0 || all[$0.offset - 1].x < $0.element.x }.map(\.element)
    }
}
