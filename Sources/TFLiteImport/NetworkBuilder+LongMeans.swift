import Diagnostics
import Graph
import Quantization
import TFLite
import Tensors
import Text

// Means over more rows or columns than a kernel has.
extension NetworkBuilder {
    /// Rows and columns of a kernel.
    static let longestKernel = 255
    /// Weights of the fully connected layer that a longer mean becomes.
    static let mostWeightsOfMean = 1 << 24

    /// The sum of all rows and columns of each channel, or of all channels: a fully connected layer of weights 0 and 1.
    ///
    /// - Throws: `tfliteOperatorUnsupported` where some rows or columns stay, or the weights are too many;
    ///   `memoryBudgetExceeded`.
    mutating func totals(
        _ operand: ImportedTensor, height: Int, width: Int, channels: Int, as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> Accumulation {
        let stored = operand.stored
        let count = MemoryBudget.product(channels, stored.count)
        guard height == stored.height, width == stored.width, count <= Self.mostWeightsOfMean else {
            throw unsupported(
                place, found: "a mean over \(height.counted("row")) and \(width.counted("column")) of \(stored)",
                expected: """
                    at most \(Self.longestKernel) rows and columns, or all of them where the elements of the operand \
                    times its channels are at most \(Self.mostWeightsOfMean)
                    """)
        }
        try reserve(MemoryBudget.product(2, count), for: "weights of 0 and 1", at: place)
        // [channel][row][column][channel of the operand]
        var codes = [UInt8](repeating: channels == stored.channels ? 128 : 129, count: count)
        if channels == stored.channels {
            for channel in 0..<channels {
                let first = channel * stored.count + channel
                for index in stride(from: first, to: (channel + 1) * stored.count, by: channels) { codes[index] = 129 }
            }
        }
        return Accumulation(
            name: name, operator: .fullyConnected(outputChannels: channels), codes: codes, decoder: .linear(),
            bias: Array(repeating: 0, count: channels), runtime: [], quantization: operand.quantization,
            clamp: operand.quantization.elements)
    }
}
