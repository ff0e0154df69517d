import Graph
import Tensors

extension Explanation {

    /// The elements of a window, and the largest of them.
    mutating func explainLargest(
        _ pooling: Pooling, _ name: String, _ input: Tensor<Int32>, _ at: Coordinate
    ) -> Int {
        let (top, left) = (at.y * pooling.strideY - pooling.padding.top, at.x * pooling.strideX - pooling.padding.left)
        let rows = max(top, 0)..<min(top + pooling.kernelHeight, input.shape.height)
        let columns = max(left, 0)..<min(left + pooling.kernelWidth, input.shape.width)
        var largest = Int.min
        for row in rows {
            let elements = columns.map { Int(input[row, $0, at.c]) }
            say(
                "\(name) y=\(row),x=\(columns.lowerBound)...\(columns.upperBound - 1),c=\(at.c): "
                    + elements.map(String.init).joined(separator: ", "))
            largest = max(largest, elements.max()!)
        }
        say("largest = \(largest)")
        return largest
    }
}
