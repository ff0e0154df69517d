public import Simulation
import Text

/// A bar a layer, from the cycle in which the layer before completed to its own completion: the cycles in which the
/// array began a step, then those lost, by reason. The order inside a bar is not that of time.
public struct LayerTimelineFigure: Sendable {
    public let svg: String

    private static let (left, top, width, row) = (150.0, 50.0, 620.0, 18.0)

    public init(_ report: RunReport) {
        let total = max(report.totals.simulatedCycles, 1)
        let parts = ["compute"] + report.totals.stallCycles.keys.sorted()
        let bottom = Self.top + Self.row * Double(report.layers.count)
        var canvas = SVGCanvas(width: 860, height: Int(bottom) + 60)
        canvas.text(
            """
            \(report.network) on \(report.machine), \(report.image.width) x \(report.image.height): \
            \(report.totals.simulatedCycles.grouped) cycles
            """, x: Self.left, y: 20, size: 14)
        for step in 0...4 {
            let x = Self.left + Self.width * Double(step) / 4
            canvas.line(x1: x, y1: Self.top - 4, x2: x, y2: bottom, stroke: "#ddd")
            canvas.text((total * step / 4).grouped, x: x, y: Self.top - 8, anchor: .middle, size: 10)
        }
        var start = 0
        for (index, layer) in report.layers.enumerated() {
            let y = Self.top + Self.row * Double(index)
            canvas.text(layer.name, x: Self.left - 8, y: y + 13, anchor: .end)
            var begin = start
            for (part, colour) in zip(parts, SVGCanvas.colours) {
                let cycles = part == "compute" ? layer.computeCycles : layer.stallCycles[part, default: 0]
                guard cycles > 0 else { continue }
                canvas.rectangle(
                    x: Self.x(begin, of: total), y: y + 2, width: Self.width * Double(cycles) / Double(total),
                    height: Self.row - 4, fill: colour, title: "\(layer.name), \(part): \(cycles.grouped) cycles")
                begin += cycles
            }
            start += layer.simulatedCycles
            canvas.text(
                "\((100 * layer.utilization).fixed(0)) %", x: Self.left + Self.width + 8, y: y + 13, size: 10)
        }
        for (index, (part, colour)) in zip(parts, SVGCanvas.colours).enumerated() {
            let (x, y) = (Self.left + 155 * Double(index % 4), bottom + 20 + 18 * Double(index / 4))
            canvas.rectangle(x: x, y: y - 9, width: 10, height: 10, fill: colour)
            canvas.text(part, x: x + 15, y: y)
        }
        canvas.text("used", x: Self.left + Self.width + 8, y: Self.top - 22, size: 10)
        svg = canvas.svg
    }

    private static func x(_ cycle: Int, of total: Int) -> Double { left + width * Double(cycle) / Double(total) }
}
