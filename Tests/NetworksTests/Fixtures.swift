import Diagnostics
import FixedPoint
import Foundation
import Graph
import Networks
import Quantization
import Random

/// The diagnostic code that a body throws.
func code(_ body: () throws -> Void) -> DiagnosticCode? {
    do {
        try body()
        return nil
    } catch let diagnostic as Diagnostic {
        return diagnostic.code
    } catch {
        return nil
    }
}

enum Fixtures {
    /// Every operator once: a graph that the shape rules accept.
    static var graph: Graph {
        let convolution = Convolution(
            outputChannels: 4, kernelHeight: 3, kernelWidth: 3, strideY: 2, strideX: 2, padding: Padding(all: 1))
        let depthwise = Convolution(
            outputChannels: 4, kernelHeight: 3, kernelWidth: 1, padding: Padding(top: 1, bottom: 1, left: 0, right: 0),
            groups: 4)
        let transposed = TransposedConvolution(
            outputChannels: 4, kernelHeight: 5, kernelWidth: 5, strideY: 2, strideX: 2, padding: Padding(all: 2),
            outputPaddingY: 1, outputPaddingX: 1)
        return Graph(
            name: "every-operator", inputs: [GraphInput(name: "image", channels: 3)],
            layers: [
                Layer(
                    name: "conv", operator: .convolution(convolution), inputs: ["image"],
                    activation: .leakyRelu(slope: 0.01)),
                Layer(name: "depthwise", operator: .convolution(depthwise), inputs: ["conv"], activation: .relu),
                Layer(name: "gdn", operator: .normalization(.gdn), inputs: ["depthwise"]),
                Layer(name: "sum", operator: .add, inputs: ["gdn", "conv"]),
                Layer(name: "joined", operator: .concatenation, inputs: ["sum", "sum"]),
                Layer(name: "latent", operator: .requantize, inputs: ["joined"]),
                Layer(name: "symbols", operator: .quantizeLatent(LatentGrid(fractionBits: 4)), inputs: ["latent"]),
                Layer(
                    name: "again", operator: .reconstructLatent(LatentGrid(fractionBits: 4)),
                    inputs: ["symbols", "latent"]),
                Layer(name: "hat", operator: .requantize, inputs: ["again"], activation: .clip(low: -4, high: 4.5)),
                Layer(name: "up", operator: .transposedConvolution(transposed), inputs: ["hat"]),
                Layer(name: "shuffled", operator: .pixelShuffle(factor: 2), inputs: ["up"]),
                Layer(name: "class", operator: .fullyConnected(outputChannels: 2), inputs: ["gdn"]),
            ],
            outputs: ["shuffled", "class"], sizeMultiple: 4, latents: ["latent"])
    }

    static func floatNetwork(seed: UInt64) -> FloatNetwork {
        var generator = SeededGenerator(seed: seed)
        func values(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
            (0..<count).map { _ in .random(in: range, using: &generator) }
        }
        return FloatNetwork(
            graph: graph,
            parameters: [
                "conv": .accumulation(weights: values(4 * 9 * 3, -1...1), bias: values(4, -1...1)),
                "depthwise": .accumulation(weights: values(4 * 3, -1...1), bias: values(4, -1...1)),
                "gdn": .normalization(gamma: values(16, 0...1), beta: values(4, 0.5...1)),
                "up": .accumulation(weights: values(4 * 25 * 8, -1...1), bias: values(4, -1...1)),
                "class": .accumulation(weights: values(2 * 4 * 4, -1...1), bias: values(2, -1...1)),
            ],
            rateGains: ["latent": [values(8, 0.5...2), values(8, 0.5...2)]])
    }

    static func quantizedNetwork(seed: UInt64) throws -> QuantizedNetwork {
        var generator = SeededGenerator(seed: seed)
        func codes(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255, using: &generator) } }
        func multipliers(_ count: Int) -> [QuantizedMultiplier] {
            (0..<count).map { _ in
                QuantizedMultiplier(
                    mantissa: .random(in: 1 << 30..<1 << 31, using: &generator),
                    exponent: .random(in: -20...2, using: &generator))
            }
        }
        func accumulation(_ weights: Int, _ channels: Int, _ post: PostProcessing) -> LayerParameters {
            .accumulation(
                AccumulationParameters(
                    weightCodes: codes(weights), weightDecoder: .linear(),
                    bias: (0..<channels).map { _ in .random(in: -5_000_000_000...5_000_000_000, using: &generator) },
                    postProcessing: post))
        }
        let books = [Codebook.linearSigned, try Codebook(entries: [-300, -7, 0, 9, 500])]
        func set(_ channels: Int) throws -> TensorFormat {
            .codes(
                try CodebookSet(
                    codebooks: books, selects: (0..<channels).map { UInt8($0 % 2) },
                    offsets: (0..<channels).map { Int32($0 % 2 * 11) }, step: 0.1))
        }
        let plain = TensorFormat.codes(.uniform(.linearSigned, channels: 4, step: 0.25))
        let gamma = try WeightDecoder(entries: (0..<256).map { Int16($0 * 8) }, isMemoryFree: false, law: "table")
        return QuantizedNetwork(
            graph: graph,
            formats: [
                "image": .codes(.uniform(.linearUnsigned, channels: 3, step: 1.0 / 255)), "conv": try set(4),
                "depthwise": try set(4), "gdn": try set(4),
                "sum": try set(4), "joined": try set(8), "latent": .integers16(step: 1.0 / 16),
                "symbols": .integers16(step: 1),
                "again": .integers16(step: 1.0 / 16), "hat": try set(8), "up": plain,
                "shuffled": .codes(.uniform(.linearSigned, channels: 1, step: 0.25)),
                "class": .codes(.uniform(.linearSigned, channels: 2, step: 0.5)),
            ],
            parameters: [
                "conv": accumulation(
                    4 * 9 * 3, 4,
                    PostProcessing(
                        multipliers: multipliers(4), multipliersNegative: multipliers(4), rounding: .halfAway)),
                "depthwise": accumulation(
                    4 * 3, 4, PostProcessing(multipliers: multipliers(4), rounding: .single, resultBits: 24, clipLow: 0)
                ),
                "gdn": .normalization(
                    NormalizationParameters(
                        gammaCodes: codes(16), gammaDecoder: gamma, operandShifts: [0, 1, 2, 3],
                        beta: [1, 2, 3, 1 << 33],
                        scaleMantissas: [1, 2, 3, (1 << 24) - 1], scaleShifts: [0, 1, 2, 62])),
                "sum": .addition(
                    AdditionParameters(mantissaA: 1 << 30, mantissaB: -(1 << 29), exponent: 1, rounding: .halfEven)),
                "joined": .none,
                "latent": .requantization(PostProcessing(multipliers: multipliers(8), rounding: .gemmlowpDouble)),
                "symbols": .none, "again": .none,
                "hat": .requantization(
                    PostProcessing(
                        multipliers: multipliers(8), rounding: .onnxFloat32,
                        codeMap: (0..<256).map { UInt8($0 < 5 ? 4 - $0 : 260 - $0) })),
                "up": accumulation(
                    4 * 25 * 8, 4,
                    PostProcessing(multipliers: multipliers(4), rounding: .floor, clipLow: -100, clipHigh: 100)),
                "shuffled": .none,
                "class": accumulation(2 * 4 * 4, 2, PostProcessing(multipliers: multipliers(2), rounding: .ceiling)),
            ],
            widths: DatapathWidths(activationBits: 12, weightBits: 12, accumulatorBits: 36),
            rateMultipliers: ["latent": [multipliers(8), multipliers(8)]])
    }
}
