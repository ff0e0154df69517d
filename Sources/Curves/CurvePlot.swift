public import Text

/// PSNR and MS-SSIM over bits a pixel side by side, with a title above and a legend below, as a self-contained SVG
/// picture.
///
/// The axes hold every point of the first curves, and of the others as far as twice their rates. The legend says of
/// each curve how many points lie outside.
public struct CurvePlot {
    private let title: String
    private let curves: [RateDistortionCurve]
    private let panels: [(quality: CurveQuality, axes: PlotAxes?)]

    private static let (top, width, height) = (60.0, 390.0, 330.0)
    private static let lefts = [65.0, 545.0]
    private static let legend = (top: 460.0, line: 18.0, characters: 130)
    private static let pictureWidth = 960

    /// - Parameter own: how many of the curves, from the first, set the axes.
    public init(_ curves: [RateDistortionCurve], own: Int, title: String) {
        self.title = title
        self.curves = curves
        panels = CurveQuality.allCases.map { quality in
            (quality, PlotAxes(curves.map { $0.plotted(quality) }, own: own))
        }
    }

    /// The whole file.
    public var svg: String {
        let entries = curves.indices.map(legendLines)
        let lines = entries.map(\.count).reduce(0, +)
        var canvas = SVGCanvas(
            width: Self.pictureWidth, height: Int(Self.legend.top + Self.legend.line * Double(lines)) + 10)
        canvas.text(title, x: Double(Self.pictureWidth) / 2, y: 28, anchor: .middle, size: 15)
        for (index, panel) in panels.enumerated() { draw(panel.quality, panel.axes, at: Self.lefts[index], &canvas) }
        var y = Self.legend.top
        for (index, texts) in entries.enumerated() {
            canvas.polyline(
                [(65, y - 4), (100, y - 4)], stroke: Self.colour(index), width: 2, dashes: Self.dashes(index))
            canvas.circle(x: 82.5, y: y - 4, radius: 3, fill: Self.colour(index))
            for text in texts {
                canvas.text(text, x: 110, y: y)
                y += Self.legend.line
            }
        }
        return canvas.svg
    }

    private func draw(_ quality: CurveQuality, _ axes: PlotAxes?, at left: Double, _ canvas: inout SVGCanvas) {
        canvas.text(
            "\(quality.name), dB\(quality == .msSSIM ? ": -10 log10(1 - MS-SSIM)" : "")", x: left, y: Self.top - 10)
        guard let axes else {
            canvas.text("no curve has an \(quality.name)", x: left, y: Self.top + 20)
            return
        }
        let area = "area\(quality.name)"
        canvas.clipArea(named: area, x: left, y: Self.top, width: Self.width, height: Self.height)
        func x(_ rate: Double) -> Double { left + Self.width * axes.rates.share(rate) }
        func y(_ decibels: Double) -> Double { Self.top + Self.height * (1 - axes.decibels.share(decibels)) }
        for rate in axes.rates.ticks {
            canvas.line(x1: x(rate), y1: Self.top, x2: x(rate), y2: Self.top + Self.height, stroke: "#ddd")
            canvas.text(axes.rates.text(rate), x: x(rate), y: Self.top + Self.height + 16, anchor: .middle)
        }
        for decibels in axes.decibels.ticks {
            canvas.line(x1: left, y1: y(decibels), x2: left + Self.width, y2: y(decibels), stroke: "#ddd")
            canvas.text(axes.decibels.text(decibels), x: left - 6, y: y(decibels) + 4, anchor: .end)
        }
        canvas.text("bits a pixel", x: left + Self.width / 2, y: Self.top + Self.height + 36, anchor: .middle)
        for (index, curve) in curves.enumerated() {
            let points = curve.plotted(quality)
            canvas.polyline(
                points.map { (x($0.rate), y($0.decibels)) }, stroke: Self.colour(index), width: 1.5,
                dashes: Self.dashes(index), area: area)
            for point in points where axes.hold(point) {
                canvas.circle(
                    x: x(point.rate), y: y(point.decibels), radius: 2.5, fill: Self.colour(index),
                    title: """
                        \(curve.name): \(point.rate.fixed(4)) bits a pixel, \
                        \(point.decibels.fixed(3)) dB
                        """)
            }
        }
    }

    /// The name, in as many lines as it takes, and what is not seen of the curve.
    private func legendLines(_ index: Int) -> [String] {
        var text = curves[index].name
        for (quality, axes) in panels {
            let points = curves[index].plotted(quality)
            let hidden = points.count - points.count { point in axes?.hold(point) ?? false }
            if hidden > 0 { text += "; \(hidden) of \(points.count) points outside by \(quality.name)" }
            let absent = curves[index].points.count - points.count
            if absent > 0 { text += "; \(absent) of \(curves[index].points.count) points without \(quality.name)" }
        }
        let characters = Array(text)
        return stride(from: 0, to: characters.count, by: Self.legend.characters).map { start in
            String(characters[start..<min(start + Self.legend.characters, characters.count)])
        }
    }

    private static func colour(_ index: Int) -> String { SVGCanvas.colours[index % SVGCanvas.colours.count] }

    /// Curves of one colour are told apart by their strokes.
    private static func dashes(_ index: Int) -> String {
        ["", "6 3", "2 2", "8 3 2 3"][index / SVGCanvas.colours.count % 4]
    }
}

extension RateDistortionCurve {
    /// Bits a pixel and finite decibels, with increasing rate.
    fileprivate func plotted(_ quality: CurveQuality) -> [(rate: Double, decibels: Double)] {
        points.compactMap { point in point.decibels(quality).map { (point.bitsPerPixel, $0) } }
    }
}
