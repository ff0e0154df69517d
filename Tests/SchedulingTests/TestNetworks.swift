import FixedPoint
import Graph
import Networks
import Quantization
import Random
import Tensors

/// Networks with the right shapes and plain parameters; weights are seeded random codes.
enum TestNetworks {
    /// Quantizes a graph in name only: linear codes everywhere but for the tensors named, which are 16-bit integers.
    static func network(
        _ graph: Graph, height: Int, width: Int, integers16: Set<String> = [], withWeights: Bool = true, seed: Int = 1
    ) throws -> QuantizedNetwork {
        var generator = SeededGenerator(seed: seed)
        let shapes = try graph.shapes(height: height, width: width)
        var network = QuantizedNetwork(
            graph: graph, formats: [:], parameters: [:],
            widths: DatapathWidths(activationBits: 9, weightBits: 8, accumulatorBits: 32))
        for (name, shape) in shapes {
            network.formats[name] =
                integers16.contains(name)
                ? .integers16(step: 1) : .codes(.uniform(.linearSigned, channels: shape.channels, step: 1))
        }
        for layer in graph.layers {
            let (input, output) = (shapes[layer.inputs[0]]!, shapes[layer.name]!)
            network.parameters[layer.name] = parameters(layer, input, output) { count in
                withWeights ? (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) } : []
            }
        }
        return network
    }

    private static func parameters(
        _ layer: Layer, _ input: TensorShape, _ output: TensorShape, codes: (Int) -> [UInt8]
    ) -> LayerParameters {
        let channels = output.channels
        let post = PostProcessing(multipliers: Array(repeating: .one, count: channels), rounding: .single)
        func accumulation(_ count: Int) -> LayerParameters {
            .accumulation(
                AccumulationParameters(
                    weightCodes: codes(count), weightDecoder: .linear(), bias: Array(repeating: 0, count: channels),
                    postProcessing: post))
        }
        switch layer.operator {
        case .convolution(let convolution):
            return accumulation(
                channels * convolution.kernelHeight * convolution.kernelWidth * input.channels / convolution.groups)
        case .transposedConvolution(let transposed):
            return accumulation(channels * transposed.kernelHeight * transposed.kernelWidth * input.channels)
        case .fullyConnected: return accumulation(channels * input.count)
        case .normalization:
            return .normalization(
                NormalizationParameters(
                    gammaCodes: codes(channels * channels), gammaDecoder: .linear(offset: 128),
                    operandShifts: Array(repeating: 0, count: channels),
                    beta: Array(repeating: 1, count: channels), scaleMantissas: Array(repeating: 1, count: channels),
                    scaleShifts: Array(repeating: 0, count: channels)))
        case .requantize: return .requantization(post)
        case .add:
            return .addition(AdditionParameters(mantissaA: 1 << 30, mantissaB: 1 << 30, exponent: 0, rounding: .single))
        case .multiply: return .requantization(post)
        case .twoStageAdd:
            return .twoStageAddition(
                TwoStageAdditionParameters(multiplierA: .zero, multiplierB: .zero, postProcessing: post))
        case .concatenation, .pixelShuffle, .maxPooling, .pad, .nearestResize, .quantizeLatent, .reconstructLatent:
            return .none
        }
    }

    static func convolution(_ channels: Int, _ kernel: Int, _ stride: Int) -> Operator {
        .convolution(
            Convolution(
                outputChannels: channels, kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride,
                padding: Padding(all: kernel / 2)))
    }

    static func transposed(_ channels: Int, _ kernel: Int, _ stride: Int) -> Operator {
        .transposedConvolution(
            TransposedConvolution(
                outputChannels: channels, kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride,
                padding: Padding(all: kernel / 2),
                outputPaddingY: stride - 1, outputPaddingX: stride - 1))
    }

    private static func chain(input: String, _ operators: [Operator], prefix: String) -> [Layer] {
        var previous = input
        return operators.enumerated().map { index, layerOperator in
            defer { previous = "\(prefix).\(index)" }
            return Layer(name: "\(prefix).\(index)", operator: layerOperator, inputs: [previous])
        }
    }

    /// Ballé 2017: 9x9 stride 4, two 5x5 stride 2, first-power normalization, and the mirror image.
    static let bls2017: Graph = {
        let analysis = chain(
            input: "image",
            [
                convolution(128, 9, 4), .normalization(.gdn1), convolution(128, 5, 2), .normalization(.gdn1),
                convolution(128, 5, 2),
            ], prefix: "g_a")
        let synthesis = chain(
            input: "g_a.4",
            [
                transposed(128, 5, 2), .normalization(.igdn1), transposed(128, 5, 2), .normalization(.igdn1),
                transposed(3, 9, 4),
            ], prefix: "g_s")
        return Graph(
            name: "bls2017", inputs: [GraphInput(name: "image", channels: 3)], layers: analysis + synthesis,
            outputs: ["g_s.4"], sizeMultiple: 16)
    }()

    /// A mean-scale hyperprior, N = 64, M = 96; latents, means and symbols are 16-bit integers.
    static let hyperprior64: Graph = {
        var layers = chain(
            input: "image",
            [
                convolution(64, 5, 2), .normalization(.gdn), convolution(64, 5, 2), .normalization(.gdn),
                convolution(64, 5, 2), .normalization(.gdn),
                convolution(96, 5, 2),
            ], prefix: "g_a")
        layers.append(Layer(name: "y8", operator: .requantize, inputs: ["g_a.6"]))
        layers += chain(
            input: "y8", [convolution(64, 3, 1), convolution(64, 5, 2), convolution(64, 5, 2)], prefix: "h_a")
        layers += chain(
            input: "h_a.2", [transposed(96, 5, 2), transposed(144, 5, 2), convolution(192, 3, 1)], prefix: "h_s")
        let grid = LatentGrid(fractionBits: 4, firstMeanChannel: 96)
        layers.append(Layer(name: "symbols", operator: .quantizeLatent(grid), inputs: ["g_a.6", "h_s.2"]))
        layers.append(Layer(name: "latents", operator: .reconstructLatent(grid), inputs: ["symbols", "h_s.2"]))
        layers.append(Layer(name: "y_hat", operator: .requantize, inputs: ["latents"]))
        layers += chain(
            input: "y_hat",
            [
                transposed(64, 5, 2), .normalization(.igdn), transposed(64, 5, 2), .normalization(.igdn),
                transposed(64, 5, 2), .normalization(.igdn),
                transposed(3, 5, 2),
            ], prefix: "g_s")
        return Graph(
            name: "hyperprior64", inputs: [GraphInput(name: "image", channels: 3)], layers: layers, outputs: ["g_s.6"],
            sizeMultiple: 64)
    }()

    static let hyperprior64Integers: Set<String> = ["g_a.6", "h_s.2", "symbols", "latents"]
}
