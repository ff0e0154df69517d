import Foundation

/// A self-contained SVG picture, drawn from back to front. Lengths are in pixels, y grows downwards.
///
///     var canvas = SVGCanvas(width: 200, height: 100)
///     canvas.rectangle(x: 10, y: 10, width: 50, height: 20, fill: "#1f77b4", title: "1,234 cycles")
///     canvas.text("g_a.0", x: 65, y: 24)
///     print(canvas.svg)
public struct SVGCanvas: Sendable {
    /// Which end of a text lies at its x.
    public enum Anchor: String, Sendable { case start, middle, end }

    /// Colours that are told apart on white, also by most who see fewer.
    public static let colours = [
        "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f",
    ]

    private var parts: [String]

    public init(width: Int, height: Int) {
        parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" font-family="sans-serif" \
            font-size="12">
            """,
            "<rect width=\"\(width)\" height=\"\(height)\" fill=\"white\"/>",
        ]
    }

    /// - Parameter title: what a reader sees who points at it.
    public mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, fill: String, stroke: String? = nil, title: String? = nil
    ) {
        let place = "x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\""
        let edge = stroke.map { " stroke=\"\($0)\"" } ?? ""
        add("rect", "\(place) fill=\"\(fill)\"\(edge)", title)
    }

    public mutating func circle(x: Double, y: Double, radius: Double, fill: String, title: String? = nil) {
        add("circle", "cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"\(fill)\"", title)
    }

    public mutating func line(
        x1: Double, y1: Double, x2: Double, y2: Double, stroke: String, width: Double = 1, isDashed: Bool = false
    ) {
        let dashes = isDashed ? " stroke-dasharray=\"4 3\"" : ""
        parts.append(
            """
            <line x1="\(number(x1))" y1="\(number(y1))" x2="\(number(x2))" y2="\(number(y2))" stroke="\(stroke)" \
            stroke-width="\(number(width))"\(dashes)/>
            """)
    }

    /// - Parameters:
    ///   - dashes: lengths of strokes and gaps in turn; none for a whole line.
    ///   - area: the name of a `clipArea`, beyond which nothing is drawn.
    public mutating func polyline(
        _ points: [(x: Double, y: Double)], stroke: String, width: Double = 1, dashes: String = "", area: String? = nil
    ) {
        let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        let strokes = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
        let clip = area.map { " clip-path=\"url(#\($0))\"" } ?? ""
        parts.append(
            """
            <polyline points="\(path)" fill="none" stroke="\(stroke)" stroke-width="\(number(width))"\(strokes)\(clip)/>
            """)
    }

    /// A rectangle that lines can be kept within.
    public mutating func clipArea(named name: String, x: Double, y: Double, width: Double, height: Double) {
        parts.append(
            """
            <clipPath id="\(name)"><rect x="\(number(x))" y="\(number(y))" width="\(number(width))" \
            height="\(number(height))"/></clipPath>
            """)
    }

    /// - Parameters:
    ///   - y: of the base line.
    ///   - isTurned: upwards, by a quarter.
    public mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Int = 12, isTurned: Bool = false
    ) {
        let place =
            isTurned
            ? "transform=\"translate(\(number(x)) \(number(y))) rotate(-90)\"" : "x=\"\(number(x))\" y=\"\(number(y))\""
        parts.append(
            "<text \(place) text-anchor=\"\(anchor.rawValue)\" font-size=\"\(size)\">\(Self.escaped(text))</text>")
    }

    /// The whole file.
    public var svg: String { parts.joined(separator: "\n") + "\n</svg>\n" }

    private mutating func add(_ element: String, _ attributes: String, _ title: String?) {
        parts.append(
            title.map { "<\(element) \(attributes)><title>\(Self.escaped($0))</title></\(element)>" }
                ?? "<\(element) \(attributes)/>")
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }

    /// As character data of a document; control characters, and the two that XML has no way to write, written out.
    public static func escaped(_ text: String) -> String {
        text.printable.replacingOccurrences(of: "\u{FFFE}", with: "\\u{FFFE}")
            .replacingOccurrences(of: "\u{FFFF}", with: "\\u{FFFF}").replacingOccurrences(of: "&", with: "&amp;")
            .replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
    }
}
