import Curves
import Foundation
import FoundationXML
import Testing

@Suite struct CurvePlotTests {
    private func curve(_ name: String, _ points: [(Double, Double)], similarity: Bool = true) -> RateDistortionCurve {
        RateDistortionCurve(
            name: name,
            points: points.map {
                .init(bitsPerPixel: $0.0, psnr: $0.1, msSSIM: similarity ? 1 - pow(10, -$0.1 / 20) : nil)
            })
    }

    private let own = [(0.1, 27.0), (0.2, 29.3), (0.4, 32.1), (0.8, 35)]

    @Test("A well-formed picture with its title, both measures, every name and every point")
    func whole() throws {
        let svg = CurvePlot([curve("a<b", own), curve("c", own)], own: 2, title: "network & machine").svg
        #expect(XMLParser(data: Data(svg.utf8)).parse())
        for text in ["network &amp; machine", "PSNR, dB", "MS-SSIM, dB", ">a&lt;b<", ">c<", "bits a pixel"] {
            #expect(svg.contains(text), "\(text)")
        }
        // Four points of two curves in two panels, and a mark for each curve in the legend.
        #expect(svg.components(separatedBy: "<circle").count - 1 == 18)
        #expect(!svg.contains("outside"))
    }

    @Test("Any name that a file may have makes a document", arguments: ["\u{FFFE}", "\u{FFFF}", "]]>", "\u{1F600}"])
    func names(_ name: String) {
        let svg = CurvePlot([curve("a\(name)", own)], own: 1, title: name).svg
        #expect(XMLParser(data: Data(svg.utf8)).parse())
    }

    @Test("Points beyond the axes are counted in the legend; a curve without MS-SSIM says so")
    func outside() {
        let far = curve("far", own + [(3, 44), (6, 50)], similarity: false)
        let svg = CurvePlot([curve("own", own), far], own: 1, title: "t").svg
        #expect(svg.contains("far; 2 of 6 points outside by PSNR; 6 of 6 points without MS-SSIM"))
        let both = CurvePlot([curve("own", own), far], own: 2, title: "t").svg
        #expect(!both.contains("outside"))
    }

    @Test("A legend hides nothing: long names go on in further lines, and the picture grows with the curves")
    func legend() throws {
        func height(_ svg: String) throws -> Int {
            let box = try #require(svg.firstMatch(of: /viewBox="0 0 960 (\d+)"/))
            return try #require(Int(box.1))
        }
        let name = String(repeating: "abcdefghij", count: 20)
        let few = CurvePlot([curve("a", own)], own: 1, title: "t").svg
        let many = CurvePlot((0..<40).map { curve("\($0)" + name.dropLast(2), own) }, own: 1, title: "t").svg
        #expect(try height(many) == height(few) + (2 * 40 - 1) * 18)
        // Forty curves have eight colours, and strokes that tell those of one colour apart.
        #expect(many.contains("stroke-dasharray=\"6 3\"") && many.contains("stroke-dasharray=\"8 3 2 3\""))
    }

    @Test("Curves of one point, and of equal ones, have axes", arguments: [[(0.5, 30.0)], [(0.5, 30.0), (0.5, 30)]])
    func degenerate(points: [(Double, Double)]) {
        let svg = CurvePlot([curve("a", points)], own: 1, title: "t").svg
        #expect(XMLParser(data: Data(svg.utf8)).parse() && !svg.contains("nan") && !svg.contains("inf"))
    }
}
