import Graph
import Networks
import Quantization
import Tensors

/// One product of a sum: where its operands come from and what they are.
struct ExplainedTerm {
    /// `[y][x][c]` of the input element; nil where padding injects v = 0.
    var position: (y: Int, x: Int, c: Int)?
    /// Kernel row and column.
    var tap: (r: Int, s: Int)
    var code: Int?
    var value: Int
    var weightCode: Int
    var weight: Int
}

/// The terms of one output element, in the order of the sum's definition: kernel row, kernel column, channel.
struct ExplainedTerms {
    let terms: [ExplainedTerm]

    /// - Parameters:
    ///   - input: stored elements of the layer's input.
    ///   - c, y, x: the output element.
    init(
        _ layer: Layer, weightCodes: [UInt8], weights: [Int16], format: TensorFormat, input: Tensor<Int32>, c: Int,
        y: Int, x: Int, outputChannels: Int
    ) {
        var terms: [ExplainedTerm] = []
        let shape = input.shape
        func append(_ r: Int, _ s: Int, row: Int, column: Int, channel: Int, weightIndex: Int) {
            let inside = (0..<shape.height).contains(row) && (0..<shape.width).contains(column)
            let stored = inside ? Int(input[row, column, channel]) : nil
            let weightCode = Int(weightCodes[weightIndex])
            terms.append(
                ExplainedTerm(
                    position: inside ? (row, column, channel) : nil, tap: (r, s), code: stored,
                    value: stored.map { format.value(of: $0, channel: channel) } ?? 0,
                    weightCode: weightCode, weight: Int(weights[weightCode])))
        }
        switch layer.operator {
        case .convolution(let convolution):
            let channels = shape.channels / convolution.groups
            let first = c / (outputChannels / convolution.groups) * channels
            for r in 0..<convolution.kernelHeight {
                for s in 0..<convolution.kernelWidth {
                    for channel in 0..<channels {
                        append(
                            r, s, row: y * convolution.strideY + r * convolution.dilationY - convolution.padding.top,
                            column: x * convolution.strideX + s * convolution.dilationX - convolution.padding.left,
                            channel: first + channel,
                            weightIndex: ((c * convolution.kernelHeight + r) * convolution.kernelWidth + s) * channels
                                + channel)
                    }
                }
            }
        case .transposedConvolution(let transposed):
            for r in 0..<transposed.kernelHeight
            where (y + transposed.padding.top - r).isMultiple(of: transposed.strideY) {
                for s in 0..<transposed.kernelWidth
                where (x + transposed.padding.left - s).isMultiple(of: transposed.strideX) {
                    for channel in 0..<shape.channels {
                        append(
                            r, s, row: (y + transposed.padding.top - r) / transposed.strideY,
                            column: (x + transposed.padding.left - s) / transposed.strideX,
                            channel: channel,
                            weightIndex: ((c * transposed.kernelHeight + r) * transposed.kernelWidth + s)
                                * shape.channels + channel)
                    }
                }
            }
        case .fullyConnected:
            for row in 0..<shape.height {
                for column in 0..<shape.width {
                    for channel in 0..<shape.channels {
                        append(
                            row, column, row: row, column: column, channel: channel,
                            weightIndex: ((c * shape.height + row) * shape.width + column) * shape.channels + channel)
                    }
                }
            }
        default: break
        }
        self.terms = terms
    }
}

extension TensorFormat {
    /// The value of a stored element, for explanations.
    func value(of stored: Int, channel: Int) -> Int {
        switch self {
        case .codes(let set): set.value(of: stored, channel: channel)
        case .integers16: stored
        }
    }
}
