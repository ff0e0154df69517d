/// Rows and columns between those of a picture, from four neighbours each.
///
///     int8     positions and weights with 10 bits behind the point, sums of 20, half away from 0
///     uint8    positions, weights and sums in float32, half away from 0
struct BilinearResize {
    let height: Int
    let width: Int
    let channels: Int
    let newHeight: Int
    let newWidth: Int
    let alignsCorners: Bool
    let hasHalfPixelCenters: Bool

    /// `[height][width][channels]` to `[newHeight][newWidth][channels]`
    func integers(_ elements: ArraySlice<Int>) -> [Int] {
        let rows = places(height, newHeight)
        let columns = places(width, newWidth)
        return interpolated(elements, rows, columns) { near, row, column in
            let (y, x) = (row.weight, column.weight)
            let sum =
                near.0 * (1024 - y) * (1024 - x) + near.1 * y * (1024 - x) + near.2 * (1024 - y) * x + near.3 * y * x
            return (sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20)
        }
    }

    /// The same in float32.
    func reals(_ elements: ArraySlice<Int>) -> [Int] {
        let rows = realPlaces(height, newHeight)
        let columns = realPlaces(width, newWidth)
        return interpolated(elements, rows, columns) { near, row, column in
            let (y, x) = (row.weight, column.weight)
            let first = Float(near.0) * (1 - y) * (1 - x)
            let second = Float(near.1) * y * (1 - x)
            let third = Float(near.2) * (1 - y) * x
            let sum = first + second + third + Float(near.3) * y * x
            return Int(sum.rounded(.toNearestOrAwayFromZero))
        }
    }

    /// Two neighbours along an axis, and what the second weighs.
    private struct Place<Weight> {
        var lower: Int
        var upper: Int
        var weight: Weight
    }

    /// - Parameter combined: of the neighbours above left, below left, above right, below right.
    private func interpolated<Weight>(
        _ elements: ArraySlice<Int>, _ rows: [Place<Weight>], _ columns: [Place<Weight>],
        _ combined: ((Int, Int, Int, Int), Place<Weight>, Place<Weight>) -> Int
    ) -> [Int] {
        var results: [Int] = []
        results.reserveCapacity(newHeight * newWidth * channels)
        func element(_ y: Int, _ x: Int, _ channel: Int) -> Int {
            elements[elements.startIndex + (y * width + x) * channels + channel]
        }
        for row in rows {
            for column in columns {
                for channel in 0..<channels {
                    let near = (
                        element(row.lower, column.lower, channel), element(row.upper, column.lower, channel),
                        element(row.lower, column.upper, channel), element(row.upper, column.upper, channel)
                    )
                    results.append(combined(near, row, column))
                }
            }
        }
        return results
    }

    /// Of each new index, in 1024ths.
    private func places(_ extent: Int, _ newExtent: Int) -> [Place<Int>] {
        var (from, to) = (extent, newExtent)
        if alignsCorners, newExtent > 1 { (from, to) = (extent - 1, newExtent - 1) }
        let step = (1024 * from + to / 2) / to
        return (0..<newExtent).map { index in
            let position = index * step + (hasHalfPixelCenters ? step / 2 - 512 : 0)
            let lower = max(position / 1024, 0)
            return Place(
                lower: lower, upper: min((position + 1023) / 1024, extent - 1), weight: position - 1024 * lower)
        }
    }

    private func realPlaces(_ extent: Int, _ newExtent: Int) -> [Place<Float>] {
        var step = Float(extent) / Float(newExtent)
        if alignsCorners, newExtent > 1 { step = Float(extent - 1) / Float(newExtent - 1) }
        return (0..<newExtent).map { index in
            let position = hasHalfPixelCenters ? (Float(index) + 0.5) * step - 0.5 : Float(index) * step
            let lower = max(Int(position.rounded(.down)), 0)
            return Place(
                lower: lower, upper: min(Int(position.rounded(.up)), extent - 1), weight: position - Float(lower))
        }
    }
}
