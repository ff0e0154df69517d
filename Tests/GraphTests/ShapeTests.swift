import Diagnostics
import Graph
import Tensors
import Testing

@Suite struct ShapeTests {
    static func shape(_ operation: Operator, _ operands: TensorShape...) throws -> TensorShape {
        try Layer(name: "layer", operator: operation, inputs: operands.indices.map { "input\($0)" }).outputShape(
            of: operands)
    }

    /// Positions o >= 0 whose whole dilated window lies inside the padded input, counted one by one.
    static func windows(_ extent: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int) -> Int {
        var count = 0
        while count * stride + (kernel - 1) * dilation <= extent + before + after - 1 { count += 1 }
        return count
    }

    @Test(
        "A convolution has an output a window that fits: kernels 1...9, strides 1...4, dilations 1...3, unequal padding"
    )
    func convolution() throws {
        for kernel in 1...9 {
            for stride in 1...4 {
                for dilation in 1...3 {
                    for (extent, before, after) in [(17, 0, 0), (32, 1, 2), (25, kernel / 2, kernel / 2), (40, 3, 0)] {
                        let rows = Self.windows(
                            extent, kernel: kernel, stride: stride, dilation: dilation, before: before, after: after)
                        let columns = Self.windows(30, kernel: 2, stride: 1, dilation: 1, before: 0, after: 1)
                        let convolution = Convolution(
                            outputChannels: 6, kernelHeight: kernel, kernelWidth: 2, strideY: stride, strideX: 1,
                            padding: Padding(top: before, bottom: after, left: 0, right: 1), dilationY: dilation,
                            groups: 2)
                        let input = TensorShape(height: extent, width: 30, channels: 4)
                        guard rows > 0 else {
                            #expect(throws: Diagnostic.self) { try Self.shape(.convolution(convolution), input) }
                            continue
                        }
                        #expect(
                            try Self.shape(.convolution(convolution), input)
                                == TensorShape(height: rows, width: columns, channels: 6),
                            "kernel \(kernel), stride \(stride), dilation \(dilation), extent \(extent)")
                    }
                }
            }
        }
    }

    @Test(
        "A transposed convolution reaches from its first to its last contribution, less padding, plus output padding"
    )
    func transposedConvolution() throws {
        for kernel in 1...6 {
            for stride in 1...4 {
                for padding in 0..<kernel {
                    // The largest o with some i < 5 and some tap k < kernel at o = s i + k - padding, end cut by the
                    // same padding.
                    let last = (0..<5).flatMap { i in (0..<kernel).map { stride * i + $0 - padding } }.max()! - padding
                    let transposed = TransposedConvolution(
                        outputChannels: 7, kernelHeight: kernel, kernelWidth: 1, strideY: stride, strideX: 2,
                        padding: Padding(top: padding, bottom: padding, left: 0, right: 0), outputPaddingY: 1,
                        outputPaddingX: 1)
                    guard last + 2 >= 1 else { continue }
                    #expect(
                        try Self.shape(
                            .transposedConvolution(transposed), TensorShape(height: 5, width: 3, channels: 2))
                            == TensorShape(height: last + 2, width: 6, channels: 7),
                        "kernel \(kernel), stride \(stride), padding \(padding)")
                }
            }
        }
    }

    @Test("Operators that move or match elements")
    func others() throws {
        let a = TensorShape(height: 3, width: 4, channels: 8)
        #expect(try Self.shape(.add, a, a) == a)
        #expect(try Self.shape(.requantize, a) == a)
        #expect(try Self.shape(.normalization(.igdn), a) == a)
        #expect(
            try Self.shape(.fullyConnected(outputChannels: 10), a) == TensorShape(height: 1, width: 1, channels: 10))
        #expect(try Self.shape(.pixelShuffle(factor: 2), a) == TensorShape(height: 6, width: 8, channels: 2))
        #expect(
            try Self.shape(.concatenation, a, TensorShape(height: 3, width: 4, channels: 5), a)
                == TensorShape(height: 3, width: 4, channels: 21))
        #expect(
            try Self.shape(
                .quantizeLatent(LatentGrid(firstMeanChannel: 2)), a, TensorShape(height: 3, width: 4, channels: 10))
                == a)
    }

    @Test("Useful MACs are the products of the definition, padding taps counted")
    func usefulMACs() {
        let (input, output) = (
            TensorShape(height: 9, width: 7, channels: 6), TensorShape(height: 5, width: 4, channels: 4)
        )
        func count(_ operation: Operator, _ output: TensorShape) -> Int {
            Layer(name: "layer", operator: operation, inputs: ["input"]).usefulMACs(input: input, output: output)
        }
        // Each of 5 x 4 x 4 outputs has 3 x 2 taps of 6 / 2 channels.
        #expect(
            count(
                .convolution(
                    Convolution(outputChannels: 4, kernelHeight: 3, kernelWidth: 2, strideY: 2, strideX: 2, groups: 2)),
                output) == 80 * 6 * 3)
        // Each of 9 x 7 x 6 inputs goes to 3 x 2 taps of 4 channels.
        #expect(
            count(
                .transposedConvolution(
                    TransposedConvolution(outputChannels: 4, kernelHeight: 3, kernelWidth: 2, strideY: 2, strideX: 2)),
                output) == 378 * 6 * 4)
        #expect(count(.normalization(.gdn), input) == 378 * 6)
        #expect(count(.fullyConnected(outputChannels: 10), TensorShape(height: 1, width: 1, channels: 10)) == 3780)
        #expect(count(.requantize, input) == 0)
    }
}
