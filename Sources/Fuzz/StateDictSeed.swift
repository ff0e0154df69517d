import Architectures
import FileFormats
import Graph
import Networks
import Random

/// A tiny state dict of CompressAI, of any family: what its layers need, and what stands beside them.
struct StateDictSeed {
    private var file = SafetensorsFile()

    static func file(using random: inout SeededGenerator) -> SafetensorsFile {
        let family = random.element(of: CodecArchitecture.Family.allCases)
        let n = family.hasOneWidth ? 2 : random.integer(1...3)
        let m = family.hasOneWidth ? n : random.integer(1...3)
        var seed = StateDictSeed()
        seed.addLayers(CodecArchitecture(family, n: n, m: m).network.graph, using: &random)
        seed.addBottleneck(channels: family == .bmshj2018Factorized ? m : n, using: &random)
        seed.addGaussians()
        if family.hasSerialContext { seed.addContext(m, using: &random) }
        return seed.file
    }

    private mutating func add(
        _ name: String, _ shape: [Int], _ range: ClosedRange<Float> = -0.5...0.5, using random: inout SeededGenerator
    ) {
        file.tensors[name] = SafetensorsTensor(
            (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }, shape: shape)
    }

    private mutating func addNumber(_ name: String, _ number: Double) {
        file.tensors[name] = SafetensorsTensor([Float(number)], shape: [1])
    }

    private mutating func addLayers(_ graph: Graph, using random: inout SeededGenerator) {
        let channels = try! graph.channels()
        for layer in graph.layers {
            let (inputs, outputs) = (channels[layer.inputs[0]]!, channels[layer.name]!)
            switch layer.operator {
            case .convolution(let convolution):
                let kernel = [convolution.kernelHeight, convolution.kernelWidth]
                add("\(layer.name).weight", [outputs, inputs] + kernel, using: &random)
                add("\(layer.name).bias", [outputs], using: &random)
            case .transposedConvolution(let transposed):
                let kernel = [transposed.kernelHeight, transposed.kernelWidth]
                add("\(layer.name).weight", [inputs, outputs] + kernel, using: &random)
                add("\(layer.name).bias", [outputs], using: &random)
            case .normalization:
                add("\(layer.name).gamma", [outputs, outputs], 0...0.3, using: &random)
                add("\(layer.name).beta", [outputs], 0.5...1, using: &random)
                for (part, minimum) in [("beta", 1e-6), ("gamma", 0)] {
                    addNumber("\(layer.name).\(part)_reparam.pedestal", 0x1p-36)
                    addNumber(
                        "\(layer.name).\(part)_reparam.lower_bound.bound", (minimum + 0x1p-36).squareRoot())
                }
            default: break
            }
        }
    }

    private mutating func addBottleneck(channels: Int, using random: inout SeededGenerator) {
        let widths = random.element(of: [[1, 3, 3, 3, 3, 1], [1, 2, 1], [1, 1]])
        for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
            add("entropy_bottleneck.matrices.\(index)", [channels, outputs, inputs], using: &random)
            add("entropy_bottleneck.biases.\(index)", [channels, outputs, 1], using: &random)
            guard index < widths.count - 2 else { continue }
            add("entropy_bottleneck.factors.\(index)", [channels, outputs, 1], using: &random)
        }
        let medians: ClosedRange<Float> = random.once(in: 2) ? 0...0 : -2...2
        add("entropy_bottleneck.quantiles", [channels, 1, 3], medians, using: &random)
        addNumber("entropy_bottleneck.target", 21)
        addNumber("entropy_bottleneck.likelihood_lower_bound.bound", 1e-9)
        for table in ["_quantized_cdf", "_offset", "_cdf_length"] {
            file.tensors["entropy_bottleneck.\(table)"] = SafetensorsTensor([Int32](), shape: [0])
        }
    }

    private mutating func addGaussians() {
        file.tensors["gaussian_conditional.scale_table"] = SafetensorsTensor([Float](), shape: [0])
        addNumber("gaussian_conditional.lower_bound_scale.bound", 0.11)
    }

    private mutating func addContext(_ m: Int, using random: inout SeededGenerator) {
        add("context_prediction.weight", [2 * m, m, 5, 5], using: &random)
        add("context_prediction.bias", [2 * m], using: &random)
        file.tensors["context_prediction.mask"] = SafetensorsTensor(
            (0..<2 * m * m * 25).map { $0 % 25 < 12 ? Float(1) : 0 }, shape: [2 * m, m, 5, 5])
        let widths = [4 * m, 10 * m / 3, 8 * m / 3, 2 * m]
        for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
            add("entropy_parameters.\(2 * index).weight", [outputs, inputs, 1, 1], using: &random)
            add("entropy_parameters.\(2 * index).bias", [outputs], using: &random)
        }
    }
}
