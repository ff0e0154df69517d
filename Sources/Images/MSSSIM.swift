import Foundation

/// Multi-scale structural similarity of two 8-bit RGB pictures (Wang, Simoncelli, Bovik 2003): five scales, a Gaussian
/// window of 11 x 11 with a spread of 1.5, no padding at the borders, each colour by itself, then their mean.
///
///     product over scales of (mean of contrast-structure) ^ weight, the last scale with luminance;
///     a negative mean counts as 0
///
/// Between scales both pictures are averaged over 2 x 2 samples; an odd side is first extended by one row or column of
/// zeros at its beginning, as the usual implementations on tensors do.
public enum MSSSIM {
    static let weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
    static let window: [Double] = {
        let values = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
        let sum = values.reduce(0, +)
        return values.map { $0 / sum }
    }()
    /// Smaller pictures have no fifth scale.
    public static let smallestSide = 161

    /// Rows of windows that are compared at a time.
    private static let rowsPerStripe = 64

    /// What `value` needs for pictures of this extent: two planes of 64-bit numbers at the first scale, the halved
    /// ones, and ten planes of one stripe.
    public static func byteCount(width: Int, height: Int) -> Int {
        8 * width * (3 * height + 10 * (rowsPerStripe + 10))
    }

    /// 0...1; nil where a side is shorter than `smallestSide` or the pictures differ in shape.
    public static func value(of image: RGBImage, against original: RGBImage) -> Double? {
        guard image.width == original.width, image.height == original.height,
            min(image.width, image.height) >= smallestSide
        else { return nil }
        return (0..<3).map { value(Plane(image, channel: $0), Plane(original, channel: $0)) }.reduce(0, +) / 3
    }

    private static func value(_ first: Plane, _ second: Plane) -> Double {
        var (a, b) = (first, second)
        var product = 1.0
        for (scale, weight) in weights.enumerated() {
            let isLast = scale == weights.count - 1
            let (whole, contrast) = similarity(a, b)
            product *= pow(max(0, isLast ? whole : contrast), weight)
            if !isLast { (a, b) = (a.halved, b.halved) }
        }
        return product
    }

    /// Means of SSIM and of its contrast-structure term. The sums run over the rows in order, whatever the stripes.
    private static func similarity(_ a: Plane, _ b: Plane) -> (whole: Double, contrast: Double) {
        var (whole, contrast) = (0.0, 0.0)
        let rows = a.height - 10
        for first in stride(from: 0, to: rows, by: rowsPerStripe) {
            let stripe = first..<min(first + rowsPerStripe, rows) + 10
            addSimilarity(a.rows(stripe), b.rows(stripe), &whole, &contrast)
        }
        let count = Double(rows * (a.width - 10))
        return (whole / count, contrast / count)
    }

    private static func addSimilarity(_ a: Plane, _ b: Plane, _ whole: inout Double, _ contrast: inout Double) {
        let (luminance, structure) = (0.01 * 0.01 * 255 * 255, 0.03 * 0.03 * 255 * 255)
        let (meanA, meanB) = (a.blurred, b.blurred)
        let (squareA, squareB, product) = (a.times(a).blurred, b.times(b).blurred, a.times(b).blurred)
        for index in meanA.values.indices {
            let (x, y) = (meanA.values[index], meanB.values[index])
            let covariance = product.values[index] - x * y
            let variances = squareA.values[index] - x * x + squareB.values[index] - y * y
            let term = (2 * covariance + structure) / (variances + structure)
            contrast += term
            whole += term * (2 * x * y + luminance) / (x * x + y * y + luminance)
        }
    }
}

/// One colour's samples.
private struct Plane {
    var width: Int
    var height: Int
    var values: [Double]

    init(_ image: RGBImage, channel: Int) {
        width = image.width
        height = image.height
        values = (0..<width * height).map { Double(image.samples[3 * $0 + channel]) }
    }

    init(width: Int, height: Int, values: [Double]) {
        self.width = width
        self.height = height
        self.values = values
    }

    func rows(_ range: Range<Int>) -> Plane {
        Plane(
            width: width, height: range.count,
            values: Array(values[range.lowerBound * width..<range.upperBound * width]))
    }

    func times(_ other: Plane) -> Plane {
        Plane(width: width, height: height, values: zip(values, other.values).map { $0 * $1 })
    }

    /// Gaussian means where the whole window lies inside: 10 rows and columns fewer.
    var blurred: Plane {
        let (columns, rows) = (width - 10, height - 10)
        var across = [Double](repeating: 0, count: columns * height)
        var down = [Double](repeating: 0, count: columns * rows)
        values.withUnsafeBufferPointer { values in
            across.withUnsafeMutableBufferPointer { across in
                for (tap, weight) in MSSSIM.window.enumerated() {
                    for y in 0..<height {
                        for x in 0..<columns { across[y * columns + x] += weight * values[y * width + x + tap] }
                    }
                }
                down.withUnsafeMutableBufferPointer { down in
                    for (tap, weight) in MSSSIM.window.enumerated() {
                        for index in 0..<rows * columns { down[index] += weight * across[index + tap * columns] }
                    }
                }
            }
        }
        return Plane(width: columns, height: rows, values: down)
    }

    /// Means of 2 x 2 samples.
    var halved: Plane {
        let (left, top) = (width % 2, height % 2)
        let (columns, rows) = ((width + left) / 2, (height + top) / 2)
        func sample(_ y: Int, _ x: Int) -> Double { y < 0 || x < 0 ? 0 : values[y * width + x] }
        var means: [Double] = []
        means.reserveCapacity(rows * columns)
        for y in 0..<rows {
            for x in 0..<columns {
                let (v, u) = (2 * y - top, 2 * x - left)
                means.append((sample(v, u) + sample(v, u + 1) + sample(v + 1, u) + sample(v + 1, u + 1)) / 4)
            }
        }
        return Plane(width: columns, height: rows, values: means)
    }
}
