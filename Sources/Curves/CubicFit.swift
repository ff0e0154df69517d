import Foundation

/// Least squares by a cubic polynomial around the mean of x.
struct CubicFit {
    private let centre: Double
    private let coefficients: [Double]

    init(_ points: [(x: Double, y: Double)]) {
        let centre = points.map(\.x).reduce(0, +) / Double(points.count)
        func moment(_ degree: Int, of value: ((x: Double, y: Double)) -> Double) -> Double {
            points.reduce(0.0) { $0 + value($1) * pow($1.x - centre, Double(degree)) }
        }
        var matrix: [[Double]] = (0..<4).map { row in
            (0..<4).map { column in moment(row + column) { _ in 1 } } + [moment(row) { $0.y }]
        }
        for pivot in 0..<4 {
            let largest = (pivot..<4).max { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) }!
            matrix.swapAt(pivot, largest)
            for row in 0..<4 where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in pivot...4 { matrix[row][column] -= factor * matrix[pivot][column] }
            }
        }
        self.centre = centre
        coefficients = (0..<4).map { matrix[$0][4] / matrix[$0][$0] }
    }

    func integral(from low: Double, to high: Double) -> Double {
        func primitive(_ x: Double) -> Double {
            coefficients.indices.reduce(0.0) {
                $0 + coefficients[$1] * pow(x - centre, Double($1 + 1)) / Double($1 + 1)
            }
        }
        return primitive(high) - primitive(low)
    }
}
