public import Diagnostics
import Foundation

/// Mean quality over mean rate, a point a rate.
public struct RateDistortionCurve: Codable, Equatable, Sendable {
    public var name: String
    /// With increasing rate.
    public var points: [Point]

    public struct Point: Codable, Equatable, Sendable {
        public var bitsPerPixel: Double
        /// dB, RGB.
        public var psnr: Double
        /// Null where pictures are too small for five scales.
        public var msSSIM: Double?

        public init(bitsPerPixel: Double, psnr: Double, msSSIM: Double?) {
            self.bitsPerPixel = bitsPerPixel
            self.psnr = psnr
            self.msSSIM = msSSIM
        }
    }

    public init(name: String, points: [Point]) {
        self.name = name
        self.points = points.sorted { $0.bitsPerPixel < $1.bitsPerPixel }
    }
}

extension RateDistortionCurve {
    /// Curves of a JSON file: that of an evaluation (`curves`), or of published points (by test set and name: `bpp`, `psnr-rgb`, `ms-ssim-rgb`; the set `kodak`).
    ///
    /// - Throws: `curveFileInvalid`.
    public static func curves(inJSON bytes: [UInt8], at place: String) throws(Diagnostic) -> [RateDistortionCurve] {
        let decoder = JSONDecoder()
        let data = Data(bytes)
        var curves: [RateDistortionCurve] = []
        if let own = try? decoder.decode(EvaluationCurves.self, from: data) {
            curves = own.curves
        } else if let published = try? decoder.decode(PublishedCurves.self, from: data) {
            curves = published.kodak.sorted { $0.key < $1.key }.compactMap { name, points in
                guard let psnr = points.psnr else { return nil }
                return RateDistortionCurve(
                    name: name,
                    points: zip(points.bpp, psnr).enumerated().map { index, point in
                        Point(bitsPerPixel: point.0, psnr: point.1, msSSIM: points.msSSIM.flatMap { $0.indices.contains(index) ? $0[index] : nil })
                    })
            }
        }
        let isUsable = curves.allSatisfy { curve in curve.points.allSatisfy { $0.bitsPerPixel > 0 && $0.bitsPerPixel.isFinite && $0.psnr.isFinite } }
        guard !curves.isEmpty, isUsable else {
            throw Diagnostic(
                .curveFileInvalid, at: place, found: curves.isEmpty ? "no curves" : "a rate or a PSNR that is no positive number",
                expected: "JSON with `curves` as `intaglio evaluate` writes, or `kodak` with published points", remedy: "correct the file")
        }
        return curves
    }
}

private struct EvaluationCurves: Decodable {
    var curves: [RateDistortionCurve]
}

private struct PublishedCurves: Decodable {
    var kodak: [String: Points]

    struct Points: Decodable {
        var bpp: [Double]
        var psnr: [Double]?
        var msSSIM: [Double]?

        enum CodingKeys: String, CodingKey {
            case bpp
            case psnr = "psnr-rgb"
            case msSSIM = "ms-ssim-rgb"
        }
    }
}
