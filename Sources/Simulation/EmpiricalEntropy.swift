import Foundation
public import Tensors

/// Zero-order entropy of a tensor's values, each channel with its own histogram.
public enum EmpiricalEntropy {
    /// Total bits: sum over channels of `count x -sum p log2 p`.
    public static func bits(of tensor: Tensor<Int32>) -> Double {
        let channels = tensor.shape.channels
        var total = 0.0
        for channel in 0..<channels {
            var counts: [Int32: Int] = [:]
            for index in stride(from: channel, to: tensor.elements.count, by: channels) { counts[tensor.elements[index], default: 0] += 1 }
            let samples = Double(tensor.elements.count / channels)
            for count in counts.values.sorted() { total -= Double(count) * log2(Double(count) / samples) }
        }
        return total
    }
}
