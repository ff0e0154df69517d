import Graph
import Networks
import Random
import ReferenceModel
import Tensors
import Testing

/// Convolution and transposed convolution: small cases by hand, random ones by scattering each input value over the
/// outputs that it reaches.
@Suite("Convolutions")
struct ConvolutionTests {
    @Test("2x2 kernel, no padding")
    func plain() throws {
        // 1 2 3      1 0       out = in[y][x] + 2 in[y+1][x+1] + 100: 1 + 10, 2 + 12, 4 + 16, 5 + 18
        // 4 5 6      0 2
        // 7 8 9
        let layer = SingleLayer(
            operator: .convolution(Convolution(outputChannels: 1, kernelHeight: 2, kernelWidth: 2)),
            parameters: .accumulation(.exact(weights: [1, 0, 0, 2], bias: [100])))
        #expect(
            try layer.run(tensor(3, 3, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9])).output == tensor(2, 2, 1, [111, 114, 120, 123]))
    }

    @Test("Stride 2 with padding on one side, dilation 2 across")
    func strideAndDilation() throws {
        // Kernel 1x2 dilated by 2: out[q] = in[2q - 1] + 10 in[2q + 1]; padding left 1, right 1; input 1 2 3 4.
        // q = 0: 0 + 10 in[1] = 20; q = 1: in[1] + 10 in[3] = 2 + 40 = 42. Padded width 6, dilated kernel 3: (6 - 3) /
        // 2 + 1 = 2 columns.
        let padding = Padding(top: 0, bottom: 0, left: 1, right: 1)
        let layer = SingleLayer(
            operator: .convolution(
                Convolution(
                    outputChannels: 1, kernelHeight: 1, kernelWidth: 2, strideX: 2, padding: padding, dilationX: 2)),
            parameters: .accumulation(.exact(weights: [1, 10], bias: [0])))
        #expect(try layer.run(tensor(1, 4, 1, [1, 2, 3, 4])).output == tensor(1, 2, 1, [20, 42]))
    }

    @Test("Groups: the g-th run of output channels reads the g-th run of input channels")
    func groups() throws {
        // Four inputs, two groups, four outputs, 1x1: outputs 0, 1 read inputs 0, 1; outputs 2, 3 read inputs 2, 3.
        let layer = SingleLayer(
            operator: .convolution(Convolution(outputChannels: 4, kernelHeight: 1, kernelWidth: 1, groups: 2)),
            parameters: .accumulation(.exact(weights: [1, 0, 0, 1, 1, 1, 1, -1], bias: [0, 0, 0, 0])))
        #expect(try layer.run(tensor(1, 1, 4, [5, 6, 7, 8])).output.elements == [5, 6, 15, -1])
    }

    @Test("Transposed, one row: the kernel is laid down at every stride, not turned")
    func transposedByHand() throws {
        // Input 2, 3; kernel 1 10 100; stride 2; padding left 1; output padding 1: columns (2 - 1) 2 - 1 + 3 + 1 = 5.
        //     2 at columns -1 0 1:   20  200
        //     3 at columns  1 2 3:         3   30  300
        //     column 4 is output padding: bias alone
        let layer = SingleLayer(
            operator: .transposedConvolution(
                TransposedConvolution(
                    outputChannels: 1, kernelHeight: 1, kernelWidth: 3, strideY: 1, strideX: 2,
                    padding: Padding(top: 0, bottom: 0, left: 1, right: 0), outputPaddingX: 1)),
            parameters: .accumulation(.exact(weights: [1, 10, 100], bias: [7])))
        #expect(try layer.run(tensor(1, 2, 1, [2, 3])).output == tensor(1, 5, 1, [27, 210, 37, 307, 7]))
    }

    @Test("Fully connected reads NHWC order")
    func fullyConnected() throws {
        let layer = SingleLayer(
            operator: .fullyConnected(outputChannels: 2),
            parameters: .accumulation(.exact(weights: [1, 10, 100, 0, 0, 0, 0, -1], bias: [0, 1000])))
        // 1 + 20 + 300 = 321; 1000 - 4 = 996
        #expect(try layer.run(tensor(2, 1, 2, [1, 2, 3, 4])).output == tensor(1, 1, 2, [321, 996]))
    }

    @Test("Random convolutions equal the scattered sum", arguments: UInt64(1)...40)
    func random(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        let groups = pick(1...3)
        let (groupInputs, groupOutputs) = (pick(1...3), pick(1...3))
        let convolution = Convolution(
            outputChannels: groups * groupOutputs, kernelHeight: pick(1...3), kernelWidth: pick(1...3),
            strideY: pick(1...3), strideX: pick(1...3),
            padding: Padding(top: pick(0...2), bottom: pick(0...2), left: pick(0...2), right: pick(0...2)),
            dilationY: pick(1...2),
            dilationX: pick(1...2), groups: groups)
        let input = smallTensor(pick(5...7), pick(5...7), groups * groupInputs, using: &generator)
        let taps = convolution.kernelHeight * convolution.kernelWidth * groupInputs
        let weights = (0..<convolution.outputChannels * taps).map { _ in pick(-128...127) }
        let bias = (0..<convolution.outputChannels).map { Int64($0 * 3 - 4) }
        let found = try SingleLayer(
            operator: .convolution(convolution), parameters: .accumulation(.exact(weights: weights, bias: bias))
        ).run(input).output

        var expected = Tensor<Int32>(
            shape: found.shape, elements: (0..<found.shape.count).map { Int32(bias[$0 % bias.count]) })
        for (index, v) in input.elements.enumerated() {
            let (y, x, channel) = position(index, input.shape)
            for local in 0..<groupOutputs {
                let k = channel / groupInputs * groupOutputs + local
                for r in 0..<convolution.kernelHeight {
                    for s in 0..<convolution.kernelWidth {
                        // Input row y is read by output row p where p stride = y + top - r dilation.
                        let rows = y + convolution.padding.top - r * convolution.dilationY
                        let columns = x + convolution.padding.left - s * convolution.dilationX
                        guard rows >= 0, columns >= 0, rows % convolution.strideY == 0,
                            columns % convolution.strideX == 0
                        else { continue }
                        let (p, q) = (rows / convolution.strideY, columns / convolution.strideX)
                        guard p < found.shape.height, q < found.shape.width else { continue }
                        let tap =
                            ((k * convolution.kernelHeight + r) * convolution.kernelWidth + s) * groupInputs + channel
                            % groupInputs
                        expected[p, q, k] += v * Int32(weights[tap])
                    }
                }
            }
        }
        #expect(FirstDifference(expected: expected, found: found) == nil, "seed \(seed): \(convolution)")
    }

    @Test("Random transposed convolutions equal the scattered sum", arguments: UInt64(1)...40)
    func randomTransposed(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        let transposed = TransposedConvolution(
            outputChannels: pick(1...4), kernelHeight: pick(2...5), kernelWidth: pick(2...5), strideY: pick(1...3),
            strideX: pick(1...3),
            padding: Padding(top: pick(0...2), bottom: pick(0...2), left: pick(0...2), right: pick(0...2)),
            outputPaddingY: pick(0...2),
            outputPaddingX: pick(0...2))
        let input = smallTensor(pick(4...6), pick(4...6), pick(1...4), using: &generator)
        let weights =
            (0..<transposed.outputChannels * transposed.kernelHeight * transposed.kernelWidth * input.shape.channels)
            .map { _ in pick(-128...127) }
        let bias = (0..<transposed.outputChannels).map { Int64($0 * 5 - 7) }
        let found = try SingleLayer(
            operator: .transposedConvolution(transposed),
            parameters: .accumulation(.exact(weights: weights, bias: bias))
        )
        .run(input).output

        var expected = Tensor<Int32>(
            shape: found.shape, elements: (0..<found.shape.count).map { Int32(bias[$0 % bias.count]) })
        for (index, v) in input.elements.enumerated() {
            let (y, x, channel) = position(index, input.shape)
            for k in 0..<transposed.outputChannels {
                for r in 0..<transposed.kernelHeight {
                    for s in 0..<transposed.kernelWidth {
                        let oy = y * transposed.strideY + r - transposed.padding.top
                        let ox = x * transposed.strideX + s - transposed.padding.left
                        guard (0..<found.shape.height).contains(oy), (0..<found.shape.width).contains(ox) else {
                            continue
                        }
                        let tap =
                            ((k * transposed.kernelHeight + r) * transposed.kernelWidth + s) * input.shape.channels
                            + channel
                        expected[oy, ox, k] += v * Int32(weights[tap])
                    }
                }
            }
        }
        #expect(FirstDifference(expected: expected, found: found) == nil, "seed \(seed): \(transposed)")
    }

    /// Values in -2...2: 100 taps of at most 128 stay within 16 bits (25,600), so that nothing saturates and the stored
    /// result is the sum.
    private func smallTensor(
        _ height: Int, _ width: Int, _ channels: Int, using generator: inout SeededGenerator
    ) -> Tensor<Int32> {
        Tensor(
            shape: TensorShape(height: height, width: width, channels: channels),
            elements: (0..<height * width * channels).map { _ in Int32.random(in: -2...2, using: &generator) })
    }

    private func position(_ index: Int, _ shape: TensorShape) -> (y: Int, x: Int, c: Int) {
        (index / (shape.width * shape.channels), index / shape.channels % shape.width, index % shape.channels)
    }
}
