import Graph
import Tensors

/// Mean products of the operands that one weight group multiplies: `values[i n + j] = E[x_i x_j]`, measured on the
/// calibration pictures.
package struct SecondMoments {
    /// n: all operands of a window where they are few, else the channels of one tap.
    let count: Int
    let values: [Double]

    /// The largest window that is taken whole.
    private static let largestWindow = 512
    private static let largestSampleCount = 8192

    init(of layer: Layer, inputs: [Tensor<Double>]) {
        var rows: [[Double]] = []
        let pixels = inputs.reduce(0) { $0 + $1.shape.height * $1.shape.width }
        let pitch = max(1, pixels / Self.largestSampleCount)
        var window: Convolution?
        if case .convolution(let convolution) = layer.operator,
            convolution.kernelHeight * convolution.kernelWidth * inputs[0].shape.channels <= Self.largestWindow
        {
            window = convolution
        }
        var pixel = 0
        for input in inputs {
            for y in 0..<input.shape.height {
                for x in 0..<input.shape.width {
                    if pixel % pitch == 0 { rows.append(Self.operands(input, y, x, window)) }
                    pixel += 1
                }
            }
        }
        let count = rows[0].count
        var sums = Array(repeating: 0.0, count: count * count)
        sums.withUnsafeMutableBufferPointer { sums in
            for row in rows {
                for i in 0..<count where row[i] != 0 {
                    for j in 0...i { sums[i * count + j] += row[i] * row[j] }
                }
            }
            for i in 0..<count {
                for j in 0...i {
                    sums[i * count + j] /= Double(rows.count)
                    sums[j * count + i] = sums[i * count + j]
                }
            }
        }
        self.count = count
        values = sums
    }

    /// The operands of the window around a pixel, `[R][S][C]`, or its channels alone.
    private static func operands(_ input: Tensor<Double>, _ y: Int, _ x: Int, _ window: Convolution?) -> [Double] {
        guard let window else { return (0..<input.shape.channels).map { input[y, x, $0] } }
        var operands: [Double] = []
        for r in 0..<window.kernelHeight {
            for s in 0..<window.kernelWidth {
                let (sourceY, sourceX) = (
                    y + r * window.dilationY - window.padding.top, x + s * window.dilationX - window.padding.left
                )
                let isInside =
                    sourceY >= 0 && sourceY < input.shape.height && sourceX >= 0 && sourceX < input.shape.width
                for c in 0..<input.shape.channels { operands.append(isInside ? input[sourceY, sourceX, c] : 0) }
            }
        }
        return operands
    }

    /// Operands in the order of falling energy, and the upper Cholesky factor U of the inverse in that order:
    /// `H^-1 = U^T U`.
    func compensation() -> (order: [Int], factor: [Double]) {
        let order = (0..<count).sorted { (values[$0 * count + $0], $1) > (values[$1 * count + $1], $0) }
        let damping = 0.01 * (0..<count).reduce(0) { $0 + values[$1 * count + $1] } / Double(count) + 1e-9
        var matrix = Array(repeating: 0.0, count: count * count)
        for i in 0..<count {
            for j in 0..<count { matrix[i * count + j] = values[order[i] * count + order[j]] + (i == j ? damping : 0) }
        }
        let inverse = Self.inverse(Self.lowerCholesky(matrix, count), count)
        // H^-1 = L L^T, hence U = L^T.
        let lower = Self.lowerCholesky(inverse, count)
        var upper = Array(repeating: 0.0, count: count * count)
        for i in 0..<count {
            for j in i..<count { upper[i * count + j] = lower[j * count + i] }
        }
        return (order, upper)
    }

    private static func lowerCholesky(_ matrix: [Double], _ n: Int) -> [Double] {
        var lower = Array(repeating: 0.0, count: n * n)
        for i in 0..<n {
            for j in 0...i {
                var sum = matrix[i * n + j]
                for k in 0..<j { sum -= lower[i * n + k] * lower[j * n + k] }
                lower[i * n + j] = i == j ? max(sum, 1e-30).squareRoot() : sum / lower[j * n + j]
            }
        }
        return lower
    }

    /// `(L L^T)^-1`.
    private static func inverse(_ lower: [Double], _ n: Int) -> [Double] {
        var inverseLower = Array(repeating: 0.0, count: n * n)
        for column in 0..<n {
            inverseLower[column * n + column] = 1 / lower[column * n + column]
            for i in (column + 1)..<max(n, column + 1) {
                var sum = 0.0
                for k in column..<i { sum -= lower[i * n + k] * inverseLower[k * n + column] }
                inverseLower[i * n + column] = sum / lower[i * n + i]
            }
        }
        var inverse = Array(repeating: 0.0, count: n * n)
        for i in 0..<n {
            for j in 0...i {
                var sum = 0.0
                for k in i..<n { sum += inverseLower[k * n + i] * inverseLower[k * n + j] }
                inverse[i * n + j] = sum
                inverse[j * n + i] = sum
            }
        }
        return inverse
    }
}
