import Curves
import Foundation
import Testing

/// What is said of two curves beside, or instead of, their BD-rate.
@Suite struct CurveDifferenceTests {
    private func curve(_ name: String, _ points: [(Double, Double)], similarity: Bool = true) -> RateDistortionCurve {
        RateDistortionCurve(
            name: name,
            points: points.map {
                .init(bitsPerPixel: $0.0, psnr: $0.1, msSSIM: similarity ? 1 - pow(10, -$0.1 / 20) : nil)
            })
    }

    private func psnr(
        _ first: [(Double, Double)], _ second: [(Double, Double)]
    ) throws -> QualityDifference {
        try #require(CurveDifference(of: curve("a", first), against: curve("b", second)).psnr)
    }

    @Test("Straight lines in the logarithm of the rate: 3 dB a doubling, one tenth more bits")
    func straight() throws {
        let anchor = [0.125, 0.25, 0.5, 1].map { ($0, 40 + 3 * log2($0)) }
        let difference = try psnr(anchor.map { ($0.0 * 1.1, $0.1) }, anchor)
        #expect(abs(try #require(difference.bitsPercent) - 10) < 1e-9)
        #expect(abs(try #require(difference.decibels) + 3 * log2(1.1)) < 1e-9)
        #expect(!difference.comparesPoints && difference.overlap == 1 && difference.remarks.isEmpty)
        #expect(abs(try #require(difference.cubicPercent) - 10) < 1e-9)
    }

    @Test("Between unequal points: the area between two broken lines, by hand")
    func broken() throws {
        // In the logarithm of the rate to base e: first (0, 30), (2, 34); second (0, 28), (1, 32), (2, 33).
        let difference = try psnr([(1, 30), (exp(2), 34)], [(1, 28), (exp(1), 32), (exp(2), 33)])
        // Areas over 0...2: 64 and 30 + 32.5; the mean is 0.75 dB.
        #expect(abs(try #require(difference.decibels) - 0.75) < 1e-9)
        // Over 30...33 dB: x of the first (q - 30) / 2, area 2.25; of the second (q - 28) / 4 to 32, then q - 31:
        // 1.5 + 1.5; the mean is -0.25.
        #expect(abs(try #require(difference.bitsPercent) - (exp(-0.25) - 1) * 100) < 1e-9)
        #expect(difference.cubicPercent == nil && difference.piecewisePercent == nil)
        #expect(difference.remarks == ["no BD-rate: a has 2 points of different quality, 4 are needed"])
    }

    @Test("Without a common range points of the same number are compared, and that is said")
    func pointByPoint() throws {
        let one = try psnr([(0.5, 30)], [(0.4, 31)])
        #expect(one.comparesPoints && one.overlap == 0)
        #expect(abs(one.bitsPercent! - 25) < 1e-9 && one.decibels == -1)
        #expect(one.remarks == ["no BD-rate: a has 1 point of different quality, 4 are needed"])
        let other = try psnr([(0.5, 30)], [(0.1, 31), (0.2, 32)])
        #expect(!other.comparesPoints && other.bitsPercent == nil && other.decibels == nil)
        #expect(
            other.remarks == [
                "no BD-rate: a has 1 point of different quality, 4 are needed",
                "no dB at equal bits: a has 1 point of different rate, 2 are needed",
                "no bits at equal dB: a has 1 point of different quality, 2 are needed",
            ])
        let apart = try psnr([(0.5, 30), (1, 31)], [(0.1, 32), (0.2, 33), (0.25, 34)])
        #expect(
            apart.remarks.dropFirst() == [
                "no dB at equal bits: no rate is common to both, 0.5000...1.0000 and 0.1000...0.2500 bits a pixel",
                "no bits at equal dB: no quality is common to both, 30.00...31.00 and 32.00...34.00 dB",
            ])
    }

    @Test("A difference that rounds to nothing has no sign")
    func signs() throws {
        let anchor = [(0.125, 31.0), (0.25, 34), (0.5, 37), (1, 40)]
        let nearly = CurveComparison(
            [curve("a", anchor.map { ($0.0, $0.1 - 1e-7) })], against: [curve("b", anchor)])
        #expect(nearly.differences[0].psnr!.decibels! < 0)
        #expect(!nearly.text.contains("-0.00") && nearly.text.contains(" 0.000 "))
    }

    @Test("No common quality: the change at equal bits is left, with both ranges")
    func apart() throws {
        let low = [(0.1, 20.0), (0.2, 21), (0.4, 22), (0.8, 23)]
        let difference = try psnr(low, low.map { ($0.0, $0.1 + 10) })
        #expect(difference.bitsPercent == nil && abs(difference.decibels! + 10) < 1e-9 && !difference.comparesPoints)
        #expect(
            difference.remarks == [
                "no BD-rate: no quality is common to both, 20.00...23.00 dB and 30.00...33.00 dB"
            ])
    }

    @Test("Curves that hardly overlap, and one that falls, are marked beside their BD-rate")
    func marked() throws {
        let low = [(0.1, 20.0), (0.2, 22), (0.4, 24), (0.8, 26)]
        let high = low.map { ($0.0, $0.1 + 4) }
        let difference = try psnr(low, high)
        #expect(difference.cubicPercent != nil && abs(difference.overlap - 1.0 / 3) < 1e-9)
        #expect(difference.remarks == ["only 2.00 dB are common to both, 33 % of the shorter curve"])
        let falling = try psnr([(0.1, 20), (0.2, 22), (0.4, 21.5), (0.8, 26)], low)
        #expect(falling.cubicPercent != nil)
        #expect(
            falling.remarks == ["a does not rise: 22.00 dB at 0.2000 bits a pixel, 21.50 dB at 0.4000"])
    }

    @Test("A measure that a curve has not is absent; equal pictures have no decibels of MS-SSIM")
    func absent() throws {
        let points = [(0.1, 20.0), (0.2, 22), (0.4, 24), (0.8, 26)]
        let bare = curve("a", points, similarity: false)
        #expect(CurveDifference(of: bare, against: curve("b", points)).msSSIM == nil)
        var equal = curve("c", points)
        equal.points[3].msSSIM = 1
        let difference = try #require(CurveDifference(of: equal, against: curve("b", points)).msSSIM)
        #expect(difference.remarks.contains("c has 1 of 4 points that are equal pictures, not counted"))
    }

    @Test("The table has a line for each measure, the remarks stand below")
    func table() {
        let comparison = CurveComparison([curve("round", [(0.5, 30)])], against: [curve("round", [(0.4, 31)])])
        #expect(comparison.curves.map(\.name) == ["round", "round (2)"])
        let lines = comparison.text.split(separator: "\n").map(String.init)
        #expect(
            lines.contains { $0.hasPrefix("round  round (2)  PSNR") && $0.hasSuffix("-1.000*              25.00*") })
        #expect(lines.last == "* point by point, as the curves have no range in common")
    }
}
