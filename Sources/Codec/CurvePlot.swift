import Diagnostics
import Foundation
import Text

/// PSNR over bits a pixel as a self-contained SVG picture.
struct CurvePlot {
    private let curves: [RateDistortionCurve]
    private let rates: ClosedRange<Double>
    private let qualities: ClosedRange<Double>
    private static let (left, top, width, height) = (60.0, 20.0, 560.0, 380.0)

    /// The axes span the first curves' points with a margin: others are cut where they leave it.
    init(_ curves: [RateDistortionCurve]) {
        self.curves = curves
        let points = curves.first?.points ?? []
        let (rate, quality) = (points.map(\.bitsPerPixel), points.map(\.psnr))
        rates = 0...max((rate.max() ?? 1) * 1.5, 0.1)
        qualities = floor((quality.min() ?? 20) - 2)...ceil((quality.max() ?? 40) + 4)
    }

    var svg: String {
        var parts = [
            """
            <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 450\" font-family=\"sans-serif\" \
            font-size=\"12\">
            """,
            "<rect width=\"860\" height=\"450\" fill=\"white\"/>",
            """
            <clipPath id=\"area\"><rect x=\"\(Self.left)\" y=\"\(Self.top)\" width=\"\(Self.width)\" \
            height=\"\(Self.height)\"/></clipPath>
            """,
        ]
        for step in 0...5 {
            let rate = rates.upperBound * Double(step) / 5
            let quality = qualities.lowerBound + (qualities.upperBound - qualities.lowerBound) * Double(step) / 5
            parts.append(
                """
                <line x1=\"\(x(rate))\" x2=\"\(x(rate))\" y1=\"\(Self.top)\" y2=\"\(Self.top + Self.height)\" \
                stroke=\"#ddd\"/>
                """
            )
            parts.append(
                """
                <line x1=\"\(Self.left)\" x2=\"\(Self.left + Self.width)\" y1=\"\(y(quality))\" y2=\"\(y(quality))\" \
                stroke=\"#ddd\"/>
                """
            )
            parts.append("<text x=\"\(x(rate))\" y=\"418\" text-anchor=\"middle\">\(Self.text(rate, 2))</text>")
            parts.append(
                """
                <text x=\"52\" y=\"\(y(quality))\" text-anchor=\"end\" \
                dominant-baseline=\"middle\">\(Self.text(quality, 1))</text>
                """
            )
        }
        parts.append("<text x=\"340\" y=\"440\" text-anchor=\"middle\">bits a pixel</text>")
        parts.append("<text transform=\"translate(14 210) rotate(-90)\" text-anchor=\"middle\">PSNR, dB</text>")
        for (index, curve) in curves.enumerated() {
            let colour = SVGCanvas.colours[index % SVGCanvas.colours.count]
            let path = curve.points.map { "\(x($0.bitsPerPixel)),\(y($0.psnr))" }.joined(separator: " ")
            parts.append(
                """
                <polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\" \
                clip-path=\"url(#area)\"/>
                """
            )
            for point in curve.points {
                parts.append(
                    """
                    <circle cx=\"\(x(point.bitsPerPixel))\" cy=\"\(y(point.psnr))\" r=\"2.5\" fill=\"\(colour)\" \
                    clip-path=\"url(#area)\"/>
                    """
                )
            }
            let line = 30 + 18 * index
            parts.append(
                "<line x1=\"635\" x2=\"655\" y1=\"\(line)\" y2=\"\(line)\" stroke=\"\(colour)\" stroke-width=\"2\"/>")
            parts.append(
                "<text x=\"660\" y=\"\(line)\" dominant-baseline=\"middle\">\(SVGCanvas.escaped(curve.name))</text>")
        }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    private func x(_ rate: Double) -> String {
        Self.text(Self.left + Self.width * (rate - rates.lowerBound) / (rates.upperBound - rates.lowerBound), 1)
    }

    private func y(_ quality: Double) -> String {
        Self.text(
            Self.top + Self.height * (qualities.upperBound - quality) / (qualities.upperBound - qualities.lowerBound), 1
        )
    }

    private static func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
