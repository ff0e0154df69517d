public import Graph
public import Kernels
public import Tensors

/// Sums of products of accumulating layers by matrix multiplication, without bias.
///
///     convolution    columns [pixels][R S C/g]  x  weights [K/g][R S C/g] transposed
///                    windows gathered into columns, some output rows at a time
///     transposed     input [pixels][C]  x  weights [R S K][C] transposed
///                    products scattered to stride x input + tap - padding
public enum Accumulation {
    /// Elements of the gathered matrix that are held at a time.
    private static let largestBlockCount = 1 << 21

    /// `weights` is `[K][R][S][C/groups]`. The layer must be a convolution, a transposed convolution or fully
    /// connected.
    public static func sums(
        _ operator: Operator, input: Tensor<Float>, weights: [Float], output: TensorShape, kernels: KernelLevel
    ) -> Tensor<Float> {
        accumulate(`operator`, input: input, weights: weights, output: output, kernels)
    }

    /// Exact where every partial sum is an integer below 2^53.
    public static func sums(
        _ operator: Operator, input: Tensor<Double>, weights: [Double], output: TensorShape, kernels: KernelLevel
    ) -> Tensor<Double> {
        accumulate(`operator`, input: input, weights: weights, output: output, kernels)
    }

    private static func accumulate<Scalar: MatrixScalar>(
        _ operator: Operator, input: Tensor<Scalar>, weights: [Scalar], output: TensorShape, _ kernels: KernelLevel
    ) -> Tensor<Scalar> {
        var result = Tensor<Scalar>(shape: output, repeating: 0)
        switch `operator` {
        case .convolution(let convolution): convolve(convolution, input, weights, into: &result, kernels)
        case .transposedConvolution(let transposed): scatter(transposed, input, weights, into: &result, kernels)
        case .fullyConnected(let outputChannels):
            precondition(
                weights.count == outputChannels * input.shape.count, "\(weights.count) weights for \(input.shape)")
            Scalar.multiply(
                input.elements, byTransposed: weights, into: &result.elements, rows: 1, columns: outputChannels,
                inner: input.shape.count, kernels: kernels)
        default: preconditionFailure("\(`operator`.name) accumulates nothing")
        }
        return result
    }

    private static func convolve<Scalar: MatrixScalar>(
        _ convolution: Convolution, _ input: Tensor<Scalar>, _ weights: [Scalar], into result: inout Tensor<Scalar>,
        _ kernels: KernelLevel
    ) {
        let (groups, shape, output) = (convolution.groups, input.shape, result.shape)
        let (groupInputs, groupOutputs) = (shape.channels / groups, output.channels / groups)
        let inner = convolution.kernelHeight * convolution.kernelWidth * groupInputs
        precondition(
            weights.count == output.channels * inner, "\(weights.count) weights, expected \(output.channels * inner)")
        let rowsPerBlock = max(1, min(output.height, largestBlockCount / max(1, inner * output.width)))
        var columns = [Scalar](repeating: 0, count: rowsPerBlock * output.width * inner)
        var products = [Scalar](repeating: 0, count: groups == 1 ? 0 : rowsPerBlock * output.width * groupOutputs)
        for firstRow in stride(from: 0, to: output.height, by: rowsPerBlock) {
            let rows = firstRow..<min(firstRow + rowsPerBlock, output.height)
            let pixels = rows.count * output.width
            for group in 0..<groups {
                gather(
                    convolution, input, firstChannel: group * groupInputs, channels: groupInputs, rows: rows,
                    width: output.width, into: &columns)
                weights.withUnsafeBufferPointer { weights in
                    let groupWeights = weights.baseAddress! + group * groupOutputs * inner
                    if groups == 1 {
                        result.elements.withUnsafeMutableBufferPointer {
                            let target = $0.baseAddress! + firstRow * output.width * output.channels
                            Scalar.multiply(
                                columns, byTransposed: groupWeights, into: target, rows: pixels, columns: groupOutputs,
                                inner: inner, kernels: kernels)
                        }
                    } else {
                        Scalar.multiply(
                            columns, byTransposed: groupWeights, into: &products, rows: pixels, columns: groupOutputs,
                            inner: inner, kernels: kernels)
                    }
                }
                guard groups > 1 else { continue }
                for pixel in 0..<pixels {
                    for channel in 0..<groupOutputs {
                        let index = (firstRow * output.width + pixel) * output.channels + group * groupOutputs + channel
                        result.elements[index] = products[pixel * groupOutputs + channel]
                    }
                }
            }
        }
    }

    /// Fills `columns[pixel][r][s][c]` for some output rows; taps in the padding are zero.
    private static func gather<Scalar: MatrixScalar>(
        _ convolution: Convolution, _ input: Tensor<Scalar>, firstChannel: Int, channels: Int, rows: Range<Int>,
        width: Int,
        into columns: inout [Scalar]
    ) {
        let shape = input.shape
        input.elements.withUnsafeBufferPointer { source in
            columns.withUnsafeMutableBufferPointer { target in
                var position = target.baseAddress!
                for y in rows {
                    for x in 0..<width {
                        for r in 0..<convolution.kernelHeight {
                            let sourceY = y * convolution.strideY + r * convolution.dilationY - convolution.padding.top
                            for s in 0..<convolution.kernelWidth {
                                let sourceX =
                                    x * convolution.strideX + s * convolution.dilationX - convolution.padding.left
                                if sourceY >= 0, sourceY < shape.height, sourceX >= 0, sourceX < shape.width {
                                    position.update(
                                        from: source.baseAddress! + shape.index(sourceY, sourceX, firstChannel),
                                        count: channels)
                                } else {
                                    position.update(repeating: 0, count: channels)
                                }
                                position += channels
                            }
                        }
                    }
                }
            }
        }
    }

    private static func scatter<Scalar: MatrixScalar>(
        _ transposed: TransposedConvolution, _ input: Tensor<Scalar>, _ weights: [Scalar],
        into result: inout Tensor<Scalar>, _ kernels: KernelLevel
    ) {
        let (shape, outputs) = (input.shape, result.shape.channels)
        let taps = transposed.kernelHeight * transposed.kernelWidth
        precondition(
            weights.count == outputs * taps * shape.channels,
            "\(weights.count) weights, expected \(outputs * taps * shape.channels)")
        let tapsFirst = tapsFirst(weights, outputs: outputs, taps: taps, channels: shape.channels)
        let rowsPerBlock = max(1, min(shape.height, largestBlockCount / (taps * outputs * shape.width)))
        var products = [Scalar](repeating: 0, count: rowsPerBlock * shape.width * taps * outputs)
        for firstRow in stride(from: 0, to: shape.height, by: rowsPerBlock) {
            let rows = firstRow..<min(firstRow + rowsPerBlock, shape.height)
            input.elements.withUnsafeBufferPointer { source in
                Scalar.multiply(
                    source.baseAddress! + shape.index(firstRow, 0, 0), byTransposed: tapsFirst, into: &products,
                    rows: rows.count * shape.width,
                    columns: taps * outputs, inner: shape.channels, kernels: kernels)
            }
            add(products, of: transposed, rows: rows, width: shape.width, into: &result)
        }
    }

    /// `[K][R S][C]` to `[R S][K][C]`.
    private static func tapsFirst<Scalar: MatrixScalar>(
        _ weights: [Scalar], outputs: Int, taps: Int, channels: Int
    ) -> [Scalar] {
        var reordered: [Scalar] = []
        reordered.reserveCapacity(weights.count)
        for tap in 0..<taps {
            for output in 0..<outputs {
                reordered += weights[(output * taps + tap) * channels..<(output * taps + tap + 1) * channels]
            }
        }
        return reordered
    }

    /// Adds `products[pixel][r][s][k]` of some input rows to the output.
    private static func add<Scalar: MatrixScalar>(
        _ products: [Scalar], of transposed: TransposedConvolution, rows: Range<Int>, width: Int,
        into result: inout Tensor<Scalar>
    ) {
        let shape = result.shape
        products.withUnsafeBufferPointer { products in
            result.elements.withUnsafeMutableBufferPointer { target in
                var position = products.baseAddress!
                for y in rows {
                    for x in 0..<width {
                        for r in 0..<transposed.kernelHeight {
                            let outputY = y * transposed.strideY + r - transposed.padding.top
                            for s in 0..<transposed.kernelWidth {
                                let outputX = x * transposed.strideX + s - transposed.padding.left
                                if outputY >= 0, outputY < shape.height, outputX >= 0, outputX < shape.width {
                                    let sum = target.baseAddress! + shape.index(outputY, outputX, 0)
                                    for channel in 0..<shape.channels { sum[channel] += position[channel] }
                                }
                                position += shape.channels
                            }
                        }
                    }
                }
            }
        }
    }
}
