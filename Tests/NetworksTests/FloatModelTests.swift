import Diagnostics
import FloatModel
import Graph
import Networks
import Random
import Tensors
import Testing

/// The float model against the definitions of the operators, as plain loops in double precision.
@Suite struct FloatModelTests {
    private func random(_ shape: TensorShape, _ generator: inout SeededGenerator) -> Tensor<Float> {
        Tensor(shape: shape, elements: (0..<shape.count).map { _ in .random(in: -2...2, using: &generator) })
    }

    private func value(_ input: Tensor<Float>, _ y: Int, _ x: Int, _ c: Int) -> Double {
        (0..<input.shape.height).contains(y) && (0..<input.shape.width).contains(x) ? Double(input[y, x, c]) : 0
    }

    private func requireClose(_ found: Tensor<Float>, _ place: String, expected: (Int, Int, Int) -> Double) {
        for y in 0..<found.shape.height {
            for x in 0..<found.shape.width {
                for c in 0..<found.shape.channels {
                    let reference = expected(y, x, c)
                    #expect(
                        abs(Double(found[y, x, c]) - reference) <= 1e-4 * max(1, abs(reference)),
                        "\(place) at \(y), \(x), \(c)")
                }
            }
        }
    }

    private func execute(_ layer: Layer, _ parameters: FloatParameters?, _ inputs: [Tensor<Float>]) -> Tensor<Float> {
        let graph = Graph(
            name: "one", inputs: [GraphInput(name: "image", channels: inputs[0].shape.channels)], layers: [layer],
            outputs: [layer.name])
        return FloatModel(FloatNetwork(graph: graph, parameters: parameters.map { [layer.name: $0] } ?? [:])).execute(
            layer, inputs: inputs)
    }

    @Test("Products beyond float32 and pictures that the network does not take are refused, with layer and channel")
    func refusals() throws {
        let layer = Layer(
            name: "layer", operator: .convolution(Convolution(outputChannels: 2, kernelHeight: 1, kernelWidth: 1)),
            inputs: ["image"])
        let graph = Graph(
            name: "one", inputs: [GraphInput(name: "image", channels: 1)], layers: [layer], outputs: ["layer"])
        let network = FloatNetwork(
            graph: graph, parameters: ["layer": .accumulation(weights: [1, 3e38], bias: [0, 0])])
        func run(_ value: Float, channels: Int = 1) throws -> [Float] {
            let input = Tensor(
                shape: TensorShape(height: 1, width: 1, channels: channels),
                elements: Array(repeating: value, count: channels))
            return try FloatModel(network).run(input, keeping: ["layer"])["layer"]!.elements
        }
        #expect(try run(1) == [1, 3e38])
        let refusal = #expect(throws: Diagnostic.self) { try run(2) }
        #expect(refusal?.code == .floatNotFinite && refusal?.place == "layer layer, channel 1")
        #expect(code { _ = try run(1, channels: 2) } == .networkHasNoPicture)
    }

    @Test("Convolutions of all kinds follow their definition", arguments: 0..<40)
    func convolution(_ number: Int) {
        let seed = UInt64(100 + number)
        var generator = SeededGenerator(seed: seed)
        let groups = [1, 1, 2, 3].randomElement(using: &generator)!
        let c = Convolution(
            outputChannels: groups * .random(in: 1...3, using: &generator),
            kernelHeight: .random(in: 1...4, using: &generator),
            kernelWidth: .random(in: 1...4, using: &generator), strideY: .random(in: 1...3, using: &generator),
            strideX: .random(in: 1...3, using: &generator),
            padding: Padding(
                top: .random(in: 0...2, using: &generator), bottom: .random(in: 0...2, using: &generator),
                left: .random(in: 0...2, using: &generator), right: .random(in: 0...2, using: &generator)),
            dilationY: .random(in: 1...2, using: &generator), dilationX: .random(in: 1...2, using: &generator),
            groups: groups)
        let groupInputs = Int.random(in: 1...3, using: &generator)
        let input = random(
            TensorShape(
                height: .random(in: 7...11, using: &generator), width: .random(in: 7...11, using: &generator),
                channels: groups * groupInputs), &generator)
        let inner = c.kernelHeight * c.kernelWidth * groupInputs
        let weights = (0..<c.outputChannels * inner).map { _ in Float.random(in: -1...1, using: &generator) }
        let bias = (0..<c.outputChannels).map { _ in Float.random(in: -1...1, using: &generator) }
        let output = execute(
            Layer(name: "l", operator: .convolution(c), inputs: ["image"]), .accumulation(weights: weights, bias: bias),
            [input])
        requireClose(output, "seed \(seed)") { y, x, k in
            var sum = Double(bias[k])
            let firstInput = k / (c.outputChannels / groups) * groupInputs
            for r in 0..<c.kernelHeight {
                for s in 0..<c.kernelWidth {
                    for channel in 0..<groupInputs {
                        sum +=
                            Double(weights[((k * c.kernelHeight + r) * c.kernelWidth + s) * groupInputs + channel])
                            * value(
                                input, y * c.strideY + r * c.dilationY - c.padding.top,
                                x * c.strideX + s * c.dilationX - c.padding.left, firstInput + channel)
                    }
                }
            }
            return sum
        }
    }

    @Test("Transposed convolutions follow their definition", arguments: 0..<40)
    func transposedConvolution(_ number: Int) {
        let seed = UInt64(200 + number)
        var generator = SeededGenerator(seed: seed)
        let t = TransposedConvolution(
            outputChannels: .random(in: 1...4, using: &generator), kernelHeight: .random(in: 2...5, using: &generator),
            kernelWidth: .random(in: 2...5, using: &generator), strideY: .random(in: 1...4, using: &generator),
            strideX: .random(in: 1...4, using: &generator),
            padding: Padding(
                top: .random(in: 0...1, using: &generator), bottom: .random(in: 0...1, using: &generator),
                left: .random(in: 0...1, using: &generator), right: 0),
            outputPaddingY: .random(in: 0...2, using: &generator), outputPaddingX: .random(in: 0...2, using: &generator)
        )
        let input = random(
            TensorShape(
                height: .random(in: 1...5, using: &generator), width: .random(in: 2...5, using: &generator), channels: 3
            ), &generator)
        let weights = (0..<t.outputChannels * t.kernelHeight * t.kernelWidth * 3).map { _ in
            Float.random(in: -1...1, using: &generator)
        }
        let bias = (0..<t.outputChannels).map { _ in Float.random(in: -1...1, using: &generator) }
        let output = execute(
            Layer(name: "l", operator: .transposedConvolution(t), inputs: ["image"]),
            .accumulation(weights: weights, bias: bias), [input])
        #expect(
            output.shape.height == (input.shape.height - 1) * t.strideY - t.padding.top - t.padding.bottom
                + t.kernelHeight + t.outputPaddingY)
        requireClose(output, "seed \(seed)") { y, x, k in
            var sum = Double(bias[k])
            for inputY in 0..<input.shape.height {
                for inputX in 0..<input.shape.width {
                    let (r, s) = (y + t.padding.top - t.strideY * inputY, x + t.padding.left - t.strideX * inputX)
                    guard (0..<t.kernelHeight).contains(r), (0..<t.kernelWidth).contains(s) else { continue }
                    for channel in 0..<3 {
                        sum +=
                            Double(weights[((k * t.kernelHeight + r) * t.kernelWidth + s) * 3 + channel])
                            * Double(input[inputY, inputX, channel])
                    }
                }
            }
            return sum
        }
    }

    @Test("The four normalizations follow their definition", arguments: NormalizationForm.allCases)
    func normalization(_ form: NormalizationForm) {
        var generator = SeededGenerator(seed: 7)
        let input = random(TensorShape(height: 3, width: 4, channels: 5), &generator)
        let gamma = (0..<25).map { _ in Float.random(in: 0...1, using: &generator) }
        let beta = (0..<5).map { _ in Float.random(in: 0.1...1, using: &generator) }
        let output = execute(
            Layer(name: "l", operator: .normalization(form), inputs: ["image"]),
            .normalization(gamma: gamma, beta: beta), [input])
        requireClose(output, form.rawValue) { y, x, i in
            var norm = Double(beta[i])
            for j in 0..<5 {
                let v = Double(input[y, x, j])
                norm += Double(gamma[i * 5 + j]) * (form.isSquareRootForm ? v * v : abs(v))
            }
            let factor = form.isSquareRootForm ? norm.squareRoot() : norm
            return Double(input[y, x, i]) * (form.isInverse ? factor : 1 / factor)
        }
    }

    @Test("Fully connected layers take the input in NHWC order")
    func fullyConnected() {
        var generator = SeededGenerator(seed: 8)
        let input = random(TensorShape(height: 2, width: 3, channels: 4), &generator)
        let weights = (0..<5 * 24).map { _ in Float.random(in: -1...1, using: &generator) }
        let output = execute(
            Layer(name: "l", operator: .fullyConnected(outputChannels: 5), inputs: ["image"]),
            .accumulation(weights: weights, bias: [1, 2, 3, 4, 5]), [input])
        requireClose(output, "seed 8") { _, _, k in
            (0..<24).reduce(Double(k + 1)) { $0 + Double(weights[k * 24 + $1]) * Double(input.elements[$1]) }
        }
    }

    @Test("Element-wise operators, activation functions and movements")
    func elementwise() {
        let a = Tensor<Float>(
            shape: TensorShape(height: 1, width: 2, channels: 4), elements: [-2, -1.5, -0.5, 0, 0.5, 1.5, 2, 3])
        let b = Tensor<Float>(shape: TensorShape(height: 1, width: 2, channels: 1), elements: [10, 20])
        func layer(_ operator: Operator, _ activation: ActivationFunction = .none) -> Layer {
            Layer(name: "l", operator: `operator`, inputs: ["image"], activation: activation)
        }
        #expect(execute(layer(.add), nil, [a, a]).elements == [-4, -3, -1, 0, 1, 3, 4, 6])
        #expect(execute(layer(.concatenation), nil, [a, b]).elements == [-2, -1.5, -0.5, 0, 10, 0.5, 1.5, 2, 3, 20])
        #expect(execute(layer(.pixelShuffle(factor: 2)), nil, [a]).elements == [-2, -1.5, 0.5, 1.5, -0.5, 0, 2, 3])
        #expect(execute(layer(.requantize, .relu), nil, [a]).elements == [0, 0, 0, 0, 0.5, 1.5, 2, 3])
        #expect(
            execute(layer(.requantize, .leakyRelu(slope: 0.5)), nil, [a]).elements == [
                -1, -0.75, -0.25, 0, 0.5, 1.5, 2, 3,
            ])
        #expect(
            execute(layer(.requantize, .clip(low: -1, high: 1.5)), nil, [a]).elements == [
                -1, -1, -0.5, 0, 0.5, 1.5, 1.5, 1.5,
            ])
        #expect(execute(layer(.quantizeLatent(LatentGrid())), nil, [a]).elements == [-2, -1, 0, 0, 1, 2, 2, 3])
        let means = Tensor<Float>(
            shape: TensorShape(height: 1, width: 2, channels: 5), elements: [99, 0.25, 0, 0, 0, 99, 0, 0, 0.5, 0])
        #expect(
            execute(layer(.quantizeLatent(LatentGrid(fractionBits: 4, firstMeanChannel: 1))), nil, [a, means]).elements
                == [-2, -1, 0, 0, 1, 2, 2, 3])
        #expect(
            execute(layer(.reconstructLatent(LatentGrid(fractionBits: 4, firstMeanChannel: 1))), nil, [a, means])
                .elements == [-1.75, -1.5, -0.5, 0, 0.5, 1.5, 2.5, 3])
    }
}
