import Graph
package import Images
package import Networks
import Random

/// Small networks that can encode, one with histograms and one with a hyperprior, and pictures for them.
package enum SmallCodecNetwork {
    /// A picture of smooth colours.
    package static func picture(width: Int, height: Int) -> RGBImage {
        let samples = (0..<height * width * 3).map { index -> UInt8 in
            let (y, x, c) = (index / (3 * width), index / 3 % width, index % 3)
            return UInt8((y * 3 + x * (5 - c) + y * x / 16 + 40 * c) % 256)
        }
        return RGBImage(width: width, height: height, samples: samples)
    }

    /// With weights from a seed. Sides are multiples of 4 with a hyperprior, of 2 without.
    package static func float(hasHyperprior: Bool) -> FloatNetwork {
        var random = SeededGenerator(seed: hasHyperprior ? 5 : 6)
        func weights(_ count: Int, _ scale: Float) -> [Float] {
            (0..<count).map { _ in Float.random(in: -scale...scale, using: &random) }
        }
        let (m, n) = (6, 4)
        var layers = [Layer(name: "analysis", operator: down(m), inputs: ["image"])]
        var parameters: [String: FloatParameters] = [
            "analysis": .accumulation(weights: weights(m * 27, 4), bias: weights(m, 1)),
            "synthesis": .accumulation(weights: weights(3 * 9 * m, 0.1), bias: [0.5, 0.5, 0.5]),
        ]
        var gains: [String: [[Float]]] = [:]
        var prior: FactorizedPrior?
        if hasHyperprior {
            let grid = LatentGrid(firstMeanChannel: m)
            layers += [
                Layer(name: "codes", operator: .requantize, inputs: ["analysis"]),
                Layer(name: "hyper", operator: down(n), inputs: ["codes"]),
                Layer(name: "scales", operator: up(2 * m), inputs: ["hyper"]),
                Layer(name: "symbols", operator: .quantizeLatent(grid), inputs: ["analysis", "scales"]),
                Layer(name: "reconstruction", operator: .reconstructLatent(grid), inputs: ["symbols", "scales"]),
                Layer(name: "latentCodes", operator: .requantize, inputs: ["reconstruction"]),
            ]
            parameters["hyper"] = .accumulation(weights: weights(n * 9 * m, 0.3), bias: weights(n, 1))
            parameters["scales"] = .accumulation(
                weights: weights(2 * m * 9 * n, 0.2), bias: Array(repeating: 2, count: m) + weights(m, 1))
            gains = [
                "analysis": [Array(repeating: 1, count: m), Array(repeating: 2, count: m)],
                "latentCodes": [Array(repeating: 1, count: m), Array(repeating: 0.5, count: m)],
            ]
            // softplus(matrix) = 0.2: a logistic distribution of spread 5.
            prior = FactorizedPrior(
                channels: n,
                stages: [
                    .init(
                        inputs: 1, outputs: 1, matrix: Array(repeating: -1.508, count: n), bias: weights(n, 0.3),
                        factor: nil)
                ])
        }
        layers.append(Layer(name: "synthesis", operator: up(3), inputs: [hasHyperprior ? "latentCodes" : "analysis"]))
        let graph = Graph(
            name: hasHyperprior ? "smallHyperprior" : "smallHistogram",
            inputs: [GraphInput(name: "image", channels: 3)], layers: layers,
            outputs: ["synthesis", "analysis"], sizeMultiple: hasHyperprior ? 4 : 2,
            latents: [hasHyperprior ? "hyper" : "analysis"])
        return FloatNetwork(graph: graph, parameters: parameters, rateGains: gains, prior: prior)
    }

    private static func down(_ outputs: Int) -> Operator {
        .convolution(
            Convolution(
                outputChannels: outputs, kernelHeight: 3, kernelWidth: 3, strideY: 2, strideX: 2,
                padding: Padding(all: 1)))
    }

    private static func up(_ outputs: Int) -> Operator {
        .transposedConvolution(
            TransposedConvolution(
                outputChannels: outputs, kernelHeight: 3, kernelWidth: 3, strideY: 2, strideX: 2,
                padding: Padding(all: 1), outputPaddingY: 1, outputPaddingX: 1))
    }
}
