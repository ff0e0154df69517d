import Foundation
import Text

/// The two axes of a plot of curves: bits a pixel from 0, and decibels.
struct PlotAxes {
    let rates: PlotAxis
    let decibels: PlotAxis

    /// - Parameters:
    ///   - curves: points by curve.
    ///   - own: how many curves, from the first, are held whole; others as far as twice their largest rate.
    /// - Returns: nil without points.
    init?(_ curves: [[(rate: Double, decibels: Double)]], own: Int) {
        let all = curves.joined()
        guard let largest = all.map(\.rate).max() else { return nil }
        let limit = min(largest, 2 * (curves.prefix(own).joined().map(\.rate).max() ?? largest))
        let held = all.filter { $0.rate <= limit }.map(\.decibels)
        rates = PlotAxis(0, limit)
        decibels = PlotAxis(held.min() ?? 0, held.max() ?? 1)
    }

    func hold(_ point: (rate: Double, decibels: Double)) -> Bool {
        rates.range.contains(point.rate) && decibels.range.contains(point.decibels)
    }
}

/// An axis from tick to tick: steps of 1, 2 or 5 times a power of ten, four to ten of them.
struct PlotAxis {
    let range: ClosedRange<Double>
    let ticks: [Double]
    private let digits: Int

    /// That holds everything between two values.
    init(_ low: Double, _ high: Double) {
        let span = max(high - low, 1e-3 * max(1, abs(high)))
        let power = pow(10, floor(log10(span / 4)))
        let step = [5.0, 2, 1].map { $0 * power }.first { span / $0 >= 4 } ?? power
        let (first, last) = (floor(low / step), max(ceil(high / step), floor(low / step) + 1))
        range = first * step...last * step
        ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
        digits = max(0, Int(-floor(log10(step) + 1e-9)))
    }

    /// Where a value lies, 0 at the low end and 1 at the high one.
    func share(_ value: Double) -> Double { (value - range.lowerBound) / (range.upperBound - range.lowerBound) }

    func text(_ tick: Double) -> String { tick.fixed(digits) }
}
