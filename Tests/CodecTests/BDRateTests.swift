import Codec
import Diagnostics
import Foundation
import Testing

@Suite struct BDRateTests {
    private func curve(_ name: String, _ points: [(Double, Double)]) -> RateDistortionCurve {
        RateDistortionCurve(name: name, points: points.map { .init(bitsPerPixel: $0.0, psnr: $0.1, msSSIM: 1 - pow(10, -$0.1 / 20)) })
    }

    @Test("A curve that needs a tenth more bits everywhere")
    func constantRatio() throws {
        let anchor = curve("a", [(0.1, 27), (0.2, 29.3), (0.4, 32.1), (0.8, 35), (1.6, 38.4)])
        let other = curve("b", anchor.points.map { ($0.bitsPerPixel * 1.1, $0.psnr) })
        for quality in [BDRate.Quality.psnr, .msSSIM] {
            let result = try BDRate.compare(other, to: anchor, by: quality)
            #expect(abs(result.cubicPercent - 10) < 1e-9 && abs(result.piecewisePercent - 10) < 1e-9)
        }
    }

    @Test("As NumPy's polyfit and SciPy's PchipInterpolator have it")
    func independent() throws {
        // numpy.polyfit(psnr, log(rate), 3) and scipy.interpolate.PchipInterpolator(psnr, log(rate)), integrated over 28.1 ... 36.9.
        let anchor = curve("a", [(0.12, 27.2), (0.31, 30.1), (0.7, 33.9), (1.35, 36.9)])
        let other = curve("b", [(0.11, 28.1), (0.33, 31.2), (0.62, 33.7), (1.5, 38.2)])
        let result = try BDRate.compare(other, to: anchor, by: .psnr)
        #expect(abs(result.cubicPercent - (-16.462450844)) < 1e-6)
        #expect(abs(result.piecewisePercent - (-16.277552986)) < 1e-6)
    }

    @Test("curvesDoNotOverlap: too few points or no common quality")
    func refused() {
        let low = curve("low", [(0.1, 20), (0.2, 21), (0.3, 22), (0.4, 23)])
        let high = curve("high", [(0.1, 30), (0.2, 31), (0.3, 32), (0.4, 33)])
        let short = curve("short", [(0.1, 20), (0.2, 21), (0.3, 22)])
        for other in [high, short] {
            #expect { _ = try BDRate.compare(low, to: other, by: .psnr) } throws: { ($0 as? Diagnostic)?.code == .curvesDoNotOverlap }
        }
    }

    @Test("Curves of a file: those of an evaluation and published ones; curveFileInvalid otherwise")
    func files() throws {
        let own = #"{"schemaVersion": 1, "curves": [{"name": "x", "points": [{"bitsPerPixel": 0.5, "psnr": 30}]}]}"#
        #expect(try RateDistortionCurve.curves(inJSON: Array(own.utf8), at: "t") == [.init(name: "x", points: [.init(bitsPerPixel: 0.5, psnr: 30, msSSIM: nil)])])
        let published = #"{"_meta": {}, "kodak": {"b": {"bpp": [0.2, 0.1], "psnr-rgb": [31, 30], "ms-ssim-rgb": [0.9, 0.8]}, "noPSNR": {"bpp": [0.2], "ms-ssim-db-rgb": [12]}}}"#
        let expected = RateDistortionCurve(name: "b", points: [.init(bitsPerPixel: 0.1, psnr: 30, msSSIM: 0.8), .init(bitsPerPixel: 0.2, psnr: 31, msSSIM: 0.9)])
        #expect(try RateDistortionCurve.curves(inJSON: Array(published.utf8), at: "t") == [expected])
        for text in ["", "{}", "[1]", #"{"curves": []}"#, #"{"curves": [{"name": "x", "points": [{"bitsPerPixel": -1, "psnr": 3}]}]}"#] {
            #expect { _ = try RateDistortionCurve.curves(inJSON: Array(text.utf8), at: "t") } throws: { ($0 as? Diagnostic)?.code == .curveFileInvalid }
        }
    }
}

/// What `evaluate --float` says that 8 bits cost.
@Suite struct QuantizationLossTests {
    private func picture(_ curve: String, rate: Int, bits: Double, model: Double?, psnr: Double) throws -> Evaluation.Picture {
        var fields: [String: Any] = [
            "curve": curve, "rate": rate, "picture": "p", "width": 8, "height": 8, "bytes": 1, "bitsPerPixel": bits, "psnr": psnr, "msSSIM": 1 - pow(10, -psnr / 20),
        ]
        fields["modelBitsPerPixel"] = model
        return try JSONDecoder().decode(Evaluation.Picture.self, from: JSONSerialization.data(withJSONObject: fields))
    }

    @Test("Files of 5 % more bits whose symbols are worth 2 % more")
    func twoRates() throws {
        var evaluation = Evaluation(network: "n", machine: "m")
        for (rate, (bits, psnr)) in [(0.1, 27.0), (0.2, 29.3), (0.4, 32.1), (0.8, 35)].enumerated() {
            evaluation.pictures.append(try picture("float", rate: rate, bits: bits, model: nil, psnr: psnr))
            evaluation.pictures.append(try picture("round", rate: rate, bits: 1.05 * bits, model: 1.02 * bits, psnr: psnr))
        }
        evaluation.closeCurve("float")
        evaluation.compareWithFloat("round", float: evaluation.curves[0])
        let losses = try #require(evaluation.quantizationLosses)
        #expect(losses.map(\.bits) == ["files", "distributions"])
        for (loss, percent) in zip(losses, [5.0, 2.0]) {
            #expect(abs(loss.psnr!.cubicPercent - percent) < 1e-9 && abs(loss.msSSIM!.cubicPercent - percent) < 1e-9)
        }
        #expect(evaluation.text.contains("what 8 bits cost"))
    }

    @Test("Sixteenths of a symbol step become grid steps: the nearest, at least one", arguments: [(16, 6, 64), (9, 6, 36), (16, 4, 16), (9, 4, 9), (9, 2, 2), (1, 0, 1), (24, 0, 2)])
    func gridSteps(_ sixteenths: Int, _ fractionBits: Int, _ expected: Int) {
        #expect(LatentQuantizer.gridSteps(sixteenths: sixteenths, fractionBits: fractionBits) == expected)
    }
}
