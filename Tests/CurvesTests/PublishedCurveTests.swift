import Curves
import TestSupport
import Testing

private let publishedCurves = Checkout.shared("rd_points_kodak.json")

/// BD-rate of published curves against BPG on Kodak. PSNR by the cubic: published to one decimal. MS-SSIM in decibels
/// by piecewise cubics: from the same points with SciPy 1.17.1,
/// `PchipInterpolator(decibels, log(rate)).integrate(low, high)`.
@Suite(.enabled(if: publishedCurves != nil, "\(Checkout.missing("rd_points_kodak.json"))"))
struct PublishedCurveTests {
    @Test(arguments: [
        ("hm", 0.8, -0.9887), ("vtm", -18.1, -17.7033), ("jpeg", 144.5, 91.7351),
        ("compressai-bmshj2018-factorized_mse_cuda", 32.4, -4.5761),
        ("compressai-mbt2018-mean_mse_cuda", -3.4, -16.0202), ("compressai-cheng2020-anchor_mse_cuda", -18.8, -25.8377),
    ])
    func againstBPG(name: String, cubicPSNR: Double, piecewiseSimilarity: Double) throws {
        let curves = try RateDistortionCurve.curves(fileAndName: #require(publishedCurves))
        let curve = try #require(curves.first { $0.name == name })
        let anchor = try #require(curves.first { $0.name == "bpg_444_x265_ycbcr" })
        #expect(abs(try BDRate.compare(curve, to: anchor, by: .psnr).cubicPercent - cubicPSNR) <= 0.05 + 1e-9)
        #expect(abs(try BDRate.compare(curve, to: anchor, by: .msSSIM).piecewisePercent - piecewiseSimilarity) < 1e-4)
    }
}
