import Graph
import Random
import Tensors

/// Draws a small graph that takes a picture: any operators, mostly small attributes, now and then extreme ones; its
/// shapes hold for a picture of 16x16.
struct RandomGraph {
    private(set) var graph: Graph
    /// Of every tensor, at 16x16.
    private(set) var shapes: [String: TensorShape]

    init(using random: inout SeededGenerator) {
        graph = Graph(
            name: "drawn",
            inputs: [GraphInput(name: "image", channels: random.once(in: 32) ? random.element(of: [1, 4]) : 3)],
            layers: [], outputs: [])
        shapes = ["image": TensorShape(height: 16, width: 16, channels: graph.inputs[0].channels)]
        for index in 0..<random.integer(1...5) { append("l\(index)", using: &random) }
        let last = graph.layers.last!.name
        graph.outputs = [last] + graph.layers.dropLast().map(\.name).filter { _ in random.once(in: 6) }
        graph.sizeMultiple = random.element(of: [1, 1, 2, 4, 8, 16])
        if random.once(in: 4) { graph.latents = [random.element(of: graph.layers).name] }
    }

    private mutating func append(_ name: String, using random: inout SeededGenerator) {
        for _ in 0..<20 {
            let layer = draw(name, using: &random)
            let operands = layer.inputs.map { shapes[$0]! }
            guard let shape = try? layer.outputShape(of: operands), shape.height <= 256, shape.width <= 256,
                shape.channels <= 1024, shape.count <= 1 << 18
            else { continue }
            graph.layers.append(layer)
            shapes[name] = shape
            return
        }
        graph.layers.append(Layer(name: name, operator: .requantize, inputs: [graph.layers.last?.name ?? "image"]))
        shapes[name] = shapes[graph.layers.last!.inputs[0]]
    }

    private func draw(_ name: String, using random: inout SeededGenerator) -> Layer {
        let tensors = ["image"] + graph.layers.map(\.name)
        let input = random.once(in: 4) ? random.element(of: tensors) : tensors.last!
        let other = random.element(of: tensors)
        let activation = random.element(
            of: [.none, .none, .relu, .leakyRelu(slope: random.element(of: [0.01, 0.5])), .clip(low: -1, high: 2)]
                as [ActivationFunction])
        switch random.integer(0...18) {
        case 0...3:
            return Layer(
                name: name, operator: .convolution(convolution(shapes[input]!.channels, using: &random)),
                inputs: [input], activation: activation)
        case 4...5:
            return Layer(
                name: name, operator: .transposedConvolution(transposed(using: &random)), inputs: [input],
                activation: activation)
        case 6:
            return Layer(
                name: name, operator: .fullyConnected(outputChannels: random.element(of: [1, 2, 10])), inputs: [input],
                activation: activation)
        case 7...8:
            return Layer(
                name: name, operator: .normalization(random.element(of: NormalizationForm.allCases)), inputs: [input])
        case 9: return Layer(name: name, operator: .requantize, inputs: [input], activation: activation)
        case 10: return Layer(name: name, operator: .add, inputs: [input, random.once(in: 2) ? input : other])
        case 11:
            return Layer(
                name: name, operator: .concatenation, inputs: [input, other] + (random.once(in: 4) ? [input] : []))
        case 12:
            return Layer(name: name, operator: .pixelShuffle(factor: random.element(of: [1, 2, 3])), inputs: [input])
        case 13: return Layer(name: name, operator: .multiply, inputs: [input, other], activation: activation)
        case 14:
            let addition = TwoStageAddition(leftShift: random.element(of: [0, 8, 20]), subtracts: random.once(in: 2))
            return Layer(name: name, operator: .twoStageAdd(addition), inputs: [input, other], activation: activation)
        case 15:
            let kernel = random.integer(1...3)
            let pooling = Pooling(
                kernelHeight: kernel, kernelWidth: 2, strideY: random.integer(1...3), strideX: random.integer(1...3),
                padding: Padding(top: random.integer(0...kernel), bottom: 0, left: 1, right: 0))
            return Layer(name: name, operator: .maxPooling(pooling), inputs: [input])
        case 16:
            func margin() -> Int { random.integer(-3...3) }
            let pad = Pad(
                padding: Padding(top: margin(), bottom: margin(), left: margin(), right: 0),
                strideY: random.integer(1...2), strideX: random.integer(1...2), fill: random.element(of: [0, 7, 255]))
            return Layer(name: name, operator: .pad(pad), inputs: [input])
        case 17:
            return Layer(name: name, operator: .nearestResize(factor: random.integer(1...3)), inputs: [input])
        default:
            let grid = LatentGrid(fractionBits: random.integer(0...8), firstMeanChannel: random.element(of: [0, 0, 1]))
            let inputs = random.once(in: 2) ? [input] : [input, other]
            return Layer(
                name: name, operator: random.once(in: 2) ? .quantizeLatent(grid) : .reconstructLatent(grid),
                inputs: inputs)
        }
    }

    private func convolution(_ channels: Int, using random: inout SeededGenerator) -> Convolution {
        let isExtreme = random.once(in: 10)
        func small(_ common: [Int], _ rare: [Int]) -> Int {
            isExtreme && random.once(in: 2) ? random.element(of: rare) : random.element(of: common)
        }
        let isDepthwise = random.once(in: 5)
        return Convolution(
            outputChannels: isDepthwise
                ? channels * random.element(of: [1, 1, 2]) : small([1, 2, 3, 4, 6, 8, 17], [33, 64, 257, 512]),
            kernelHeight: small([1, 2, 3, 5], [7, 16, 31, 255]),
            kernelWidth: small([1, 2, 3, 5], [7, 16, 31, 255]), strideY: small([1, 1, 2], [3, 4, 16, 255]),
            strideX: small([1, 1, 2], [3, 4, 16, 255]),
            padding: Padding(
                top: small([0, 1, 2], [15, 255, 1024]), bottom: small([0, 1, 2], [15, 255, 1024]),
                left: small([0, 1, 2], [15, 255, 1024]), right: small([0, 1, 2], [15, 255, 1024])),
            dilationY: small([1, 1, 2], [3, 14, 255]), dilationX: small([1, 1, 2], [3, 14, 255]),
            groups: isDepthwise ? channels : random.element(of: [1, 1, 1, 2, 3]))
    }

    private func transposed(using random: inout SeededGenerator) -> TransposedConvolution {
        let isExtreme = random.once(in: 10)
        func small(_ common: [Int], _ rare: [Int]) -> Int {
            isExtreme && random.once(in: 2) ? random.element(of: rare) : random.element(of: common)
        }
        return TransposedConvolution(
            outputChannels: small([1, 2, 3, 4, 8], [33, 64, 257]), kernelHeight: small([1, 2, 3, 5], [7, 16, 31]),
            kernelWidth: small([1, 2, 3, 5], [7, 16, 31]),
            strideY: small([1, 2, 2], [3, 5, 8, 16]), strideX: small([1, 2, 2], [3, 5, 8, 16]),
            padding: Padding(
                top: small([0, 1, 2], [15, 255]), bottom: small([0, 1, 2], [15]), left: small([0, 1, 2], [15]),
                right: small([0, 1, 2], [15, 255])),
            outputPaddingY: small([0, 1], [2, 15, 255]), outputPaddingX: small([0, 1], [2, 15, 255]))
    }
}
