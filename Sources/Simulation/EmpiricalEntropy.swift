import Foundation
public import Tensors

/// Zero-order entropy of a tensor's values, each channel with its own histogram.
public enum EmpiricalEntropy {
    /// Total bits: sum over channels of `count x -sum p log2 p`.
    public static func bits(of tensor: Tensor<Int32>) -> Double {
        let channels = tensor.shape.channels
        guard let lowest = tensor.elements.min(), let highest = tensor.elements.max() else { return 0 }
        // Latents lie within some hundreds of each other; a table of counts for each channel is far smaller than the
        // tensor.
        let values = Int(highest) - Int(lowest) + 1
        var total = 0.0
        guard values <= 1 << 16 else {
            for channel in 0..<channels { subtract(histogram(of: tensor, channel: channel), from: &total) }
            return total
        }
        var counts = [Int](repeating: 0, count: values)
        for channel in 0..<channels {
            for index in stride(from: channel, to: tensor.elements.count, by: channels) {
                counts[Int(tensor.elements[index]) - Int(lowest)] += 1
            }
            subtract(counts.filter { $0 > 0 }, from: &total)
            for value in counts.indices { counts[value] = 0 }
        }
        return total
    }

    private static func histogram(of tensor: Tensor<Int32>, channel: Int) -> [Int] {
        var counts: [Int32: Int] = [:]
        for index in stride(from: channel, to: tensor.elements.count, by: tensor.shape.channels) {
            counts[tensor.elements[index], default: 0] += 1
        }
        return Array(counts.values)
    }

    /// `sum count log2 p` of one histogram, in the order of the counts: the sum of doubles is the same whatever made
    /// the histogram.
    private static func subtract(_ counts: [Int], from total: inout Double) {
        let samples = Double(counts.reduce(0, +))
        for count in counts.sorted() { total -= Double(count) * log2(Double(count) / samples) }
    }
}
