/// Hermite cubics between neighbouring points; slopes are weighted harmonic means of the neighbouring chords, 0 at an
/// extremum, and three-point estimates at the ends.
struct PiecewiseCubic {
    private let points: [(x: Double, y: Double)]
    private let slopes: [Double]

    init(_ points: [(x: Double, y: Double)]) {
        self.points = points
        let widths = zip(points, points.dropFirst()).map { $1.x - $0.x }
        let chords = zip(points, points.dropFirst()).map { ($1.y - $0.y) / ($1.x - $0.x) }
        func end(_ h0: Double, _ h1: Double, _ d0: Double, _ d1: Double) -> Double {
            let slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
            if slope * d0 <= 0 { return 0 }
            return d0 * d1 < 0 && abs(slope) > 3 * abs(d0) ? 3 * d0 : slope
        }
        let last = chords.count - 1
        slopes = points.indices.map { index in
            if index == 0 { return end(widths[0], widths[1], chords[0], chords[1]) }
            if index > last { return end(widths[last], widths[last - 1], chords[last], chords[last - 1]) }
            let (d0, d1) = (chords[index - 1], chords[index])
            guard d0 * d1 > 0 else { return 0 }
            let (w0, w1) = (2 * widths[index] + widths[index - 1], widths[index] + 2 * widths[index - 1])
            return (w0 + w1) / (w0 / d0 + w1 / d1)
        }
    }

    func integral(from low: Double, to high: Double) -> Double {
        points.indices.dropLast().reduce(0) { sum, index in
            let (start, end) = (max(low, points[index].x), min(high, points[index + 1].x))
            return start < end ? sum + primitive(index, end) - primitive(index, start) : sum
        }
    }

    /// Of one segment, from its left end.
    private func primitive(_ index: Int, _ x: Double) -> Double {
        let (left, right) = (points[index], points[index + 1])
        let width = right.x - left.x
        let chord = (right.y - left.y) / width
        let quadratic = (3 * chord - 2 * slopes[index] - slopes[index + 1]) / width
        let cubic = (slopes[index] + slopes[index + 1] - 2 * chord) / (width * width)
        let t = x - left.x
        return t * (left.y + t * (slopes[index] / 2 + t * (quadratic / 3 + t * cubic / 4)))
    }
}
