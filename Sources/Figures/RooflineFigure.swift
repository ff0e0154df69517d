import Foundation
public import MachineDescription
public import Simulation
import Text

/// Useful MACs a cycle over useful MACs a byte of external memory, both logarithmic: a point a layer, under the roof of
/// bus and array. A layer on the slope waits for bytes, one on the flat part for multipliers.
public struct RooflineFigure: Sendable {
    public let svg: String

    private static let (left, top, width, height) = (70.0, 50.0, 560.0, 340.0)

    private struct Point {
        let name: String
        let macsPerByte: Double
        let macsPerCycle: Double
    }

    public init(_ report: RunReport, on machine: MachineDescription) {
        let points = report.layers.filter { $0.usefulMACs > 0 }.map { layer in
            Point(
                name: layer.name,
                macsPerByte: Double(layer.usefulMACs) / Double(max(layer.dramReadBytes + layer.dramWriteBytes, 1)),
                macsPerCycle: Double(layer.usefulMACs) / Double(max(layer.simulatedCycles, 1)))
        }
        let (peak, bus) = (Double(machine.macArray.macs), Double(machine.memory.peakBytesPerCycle))
        let xs = Self.decades(points.map(\.macsPerByte) + [peak / bus])
        let ys = Self.decades(points.map(\.macsPerCycle) + [peak])
        func x(_ value: Double) -> Double { Self.left + Self.width * Self.share(value, xs) }
        func y(_ value: Double) -> Double { Self.top + Self.height * (1 - Self.share(value, ys)) }
        let bottom = Self.top + Self.height

        var canvas = SVGCanvas(width: 860, height: max(450, Int(Self.top) + 16 * points.count + 16))
        canvas.text(
            """
            \(report.network) on \(machine.name): \(machine.macArray.macs.grouped) MACs and \
            \(machine.memory.peakBytesPerCycle.grouped) bytes a cycle
            """, x: Self.left, y: 20, size: 14)
        for power in xs {
            let value = pow(10, Double(power))
            canvas.line(x1: x(value), y1: Self.top, x2: x(value), y2: bottom, stroke: "#ddd")
            canvas.text(Self.label(power), x: x(value), y: bottom + 16, anchor: .middle)
        }
        for power in ys {
            let value = pow(10, Double(power))
            canvas.line(x1: Self.left, y1: y(value), x2: Self.left + Self.width, y2: y(value), stroke: "#ddd")
            canvas.text(Self.label(power), x: Self.left - 8, y: y(value) + 4, anchor: .end)
        }
        canvas.text("useful MACs a byte of external memory", x: 350, y: bottom + 36, anchor: .middle)
        canvas.text("useful MACs a cycle", x: 18, y: Self.top + Self.height / 2, anchor: .middle, isTurned: true)
        let corner = peak / bus
        let lowest = max(pow(10, Double(xs.lowerBound)), pow(10, Double(ys.lowerBound)) / bus)
        canvas.line(x1: x(lowest), y1: y(lowest * bus), x2: x(corner), y2: y(peak), stroke: "#333", width: 2)
        canvas.line(x1: x(corner), y1: y(peak), x2: Self.left + Self.width, y2: y(peak), stroke: "#333", width: 2)
        for (index, point) in points.enumerated() {
            let colour = SVGCanvas.colours[index % SVGCanvas.colours.count]
            canvas.circle(
                x: x(point.macsPerByte), y: y(point.macsPerCycle), radius: 4, fill: colour,
                title:
                    "\(point.name): \(point.macsPerByte.fixed(1)) MACs a byte, \(point.macsPerCycle.fixed(1)) a cycle"
            )
            canvas.circle(x: 650, y: Self.top + 4 + 16 * Double(index), radius: 4, fill: colour)
            canvas.text(
                "\(point.name)  \(point.macsPerCycle.fixed(0)) of \(min(peak, point.macsPerByte * bus).fixed(0))",
                x: 660, y: Self.top + 8 + 16 * Double(index), size: 10)
        }
        svg = canvas.svg
    }

    /// The whole powers of ten around values, two at least.
    private static func decades(_ values: [Double]) -> ClosedRange<Int> {
        let logarithms = values.filter { $0 > 0 }.map(log10)
        let low = Int((logarithms.min() ?? 0).rounded(.down))
        return low...max(low + 1, Int((logarithms.max() ?? 1).rounded(.up)))
    }

    private static func share(_ value: Double, _ decades: ClosedRange<Int>) -> Double {
        (log10(max(value, pow(10, Double(decades.lowerBound)))) - Double(decades.lowerBound))
            / Double(decades.count - 1)
    }

    private static func label(_ power: Int) -> String {
        power >= 0 ? Int(pow(10, Double(power))).grouped : pow(10, Double(power)).fixed(-power)
    }
}
