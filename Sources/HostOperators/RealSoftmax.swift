import EntropyCoding

/// Softmax of real numbers: exponentials and their sum in float64, from basic operations in one order; results are
/// rounded to float32 once.
struct RealSoftmax {
    let beta: Double

    func probabilities(_ row: ArraySlice<Float>) -> [Float] {
        let powers = distances(row).map(ElementaryFunctions.exp)
        let sum = powers.reduce(0, +)
        return powers.map { Float($0 / sum) }
    }

    func logarithms(_ row: ArraySlice<Float>) -> [Float] {
        let distances = distances(row)
        let logarithm = ElementaryFunctions.log(distances.map(ElementaryFunctions.exp).reduce(0, +))
        return distances.map { Float($0 - logarithm) }
    }

    /// To the largest element, times beta: 0 or less where beta is not negative, limited to what a float64 has.
    private func distances(_ row: ArraySlice<Float>) -> [Double] {
        let scaled = row.map { beta * Double($0) }
        let largest = scaled.max() ?? 0
        return scaled.map { $0 - largest }
    }
}
