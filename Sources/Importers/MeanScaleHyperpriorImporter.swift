import Diagnostics
import FileFormats
import Graph
import NetworkFiles
import Networks

/// A mean-scale hyperprior (Minnen, Ballé, Toderici 2018, without context model) from a safetensors file with PyTorch's
/// names: `g_a.0.weight` `[out][in][kh][kw]`, transposed convolutions `[in][out][kh][kw]`, `g_a.1.beta`, `g_a.1.gamma`
/// `[i][j]`, and `gain` `[rates][M]`.
///
///     image ─ g_a.0 ... g_a.6 (y gain, 16 bits) ─┬─ y8 ─ h_a.0 ─ h_a.2 ─ h_a.4 (z, rounded)
///                                                ├─ symbols (k) <────── means ─────┐
///                                                └  reconstruction (u) <───────────┤
///     z ─ h_s.0 ─ h_s.2 ─ h_s.4 (scales, means) ───────────────────────────────────┘
///     reconstruction ─ y_hat (u / gain) ─ g_s.0 ... g_s.6
///
/// N and M follow from the shapes. The factorized prior of the hyper-latent: `prior.m.*` `[N][out][in]`, `prior.b.*`
/// and `prior.a.*` `[N][out][1]`. Ranges that fine-tuning learned, where there are any: `ranges.LAYER.clips` `[K]`,
/// `ranges.TENSOR.activations` `[C]`, under the graph's names.
enum MeanScaleHyperpriorImporter {
    static let slope = 0.01

    static func read(path: String, memory: MemoryBudget = .standard) throws(Diagnostic) -> FloatNetwork {
        let file: SafetensorsFile
        do {
            file = try SafetensorsFile(FileBytes.read(path, memory: memory), at: path)
        } catch  where error.code == .networkFileMissing {
            throw Diagnostic(
                .importFileMissing, at: path, found: error.found, expected: "a safetensors file",
                remedy: "name the file of weights")
        } catch {
            throw error
        }
        let source = PyTorchTensors(file, at: path, isKnown: isKnown)
        try source.requireEffectiveNormalization()
        let n = try source.width([
            ("g_a.0.weight", 0, 4), ("g_a.0.bias", 0, 1), ("g_a.1.beta", 0, 1), ("g_a.2.weight", 0, 4),
        ])
        let m = try source.width([
            ("g_a.6.weight", 0, 4), ("g_a.6.bias", 0, 1), ("g_s.0.weight", 0, 4), ("h_s.0.bias", 0, 1), ("gain", 1, 2),
        ])
        let h = try source.width([("h_s.2.weight", 1, 4), ("h_s.2.bias", 0, 1), ("h_s.4.weight", 1, 4)])
        var builder = TransformBuilder(source: source)
        try builder.appendAnalysis(n: n, m: m)
        try builder.appendHyperTransforms(n: n, m: m, h: h)
        builder.appendLatents(m: m)
        try builder.appendSynthesis(n: n, m: m)
        let gains = try source.rows("gain", columns: m)
        let graph = Graph(
            name: "mean-scale-hyperprior-\(n)-\(m)", inputs: [GraphInput(name: "image", channels: 3)],
            layers: builder.layers,
            outputs: ["g_s.6", "symbols", "h_a.4"], sizeMultiple: 64, latents: ["h_a.4"])
        var network = FloatNetwork(
            graph: graph, parameters: builder.parameters,
            rateGains: ["g_a.6": gains, "y_hat": gains.map { row in row.map { 1 / $0 } }],
            prior: try prior(of: source, channels: n))
        network.ranges = LearnedRanges(
            clips: try source.lists("ranges.", ".clips"), activations: try source.lists("ranges.", ".activations"))
        try source.requireAllTaken()
        try network.validate()
        return network
    }

    private static func isKnown(_ name: String) -> Bool {
        let parts = name.split(separator: ".").map(String.init)
        if name == "gain" || ["prior", "ranges"].contains(parts[0]) { return true }
        let layers =
            ["g_a", "g_s"].flatMap { side in (0...6).map { "\(side).\($0)" } }
            + ["h_a", "h_s"].flatMap { side in [0, 2, 4].map { "\(side).\($0)" } }
        guard parts.count == 3, layers.contains("\(parts[0]).\(parts[1])") else { return false }
        let isNormalization = parts[0].hasPrefix("g") && !(Int(parts[1])?.isMultiple(of: 2) ?? true)
        return (isNormalization ? ["beta", "gamma"] : ["weight", "bias"]).contains(parts[2])
    }

    private static func prior(of source: PyTorchTensors, channels: Int) throws(Diagnostic) -> FactorizedPrior? {
        var stages: [FactorizedPrior.Stage] = []
        while source.has("prior.m.\(stages.count)") {
            let index = stages.count
            let extents = try source.extents("prior.m.\(index)", dimensions: 3)
            stages.append(
                FactorizedPrior.Stage(
                    inputs: extents[2], outputs: extents[1],
                    matrix: try source.values("prior.m.\(index)", shape: [channels, extents[1], extents[2]]),
                    bias: try source.values("prior.b.\(index)", shape: [channels, extents[1], 1]),
                    factor: source.has("prior.a.\(index)")
                        ? try source.values("prior.a.\(index)", shape: [channels, extents[1], 1]) : nil))
        }
        return stages.isEmpty ? nil : FactorizedPrior(channels: channels, stages: stages)
    }
}

/// Collects layers and their parameters in execution order.
private struct TransformBuilder {
    let source: PyTorchTensors
    var layers: [Layer] = []
    var parameters: [String: FloatParameters] = [:]

    init(source: PyTorchTensors) { self.source = source }

    mutating func appendAnalysis(n: Int, m: Int) throws(Diagnostic) {
        for (index, (inputs, outputs)) in [(3, n), (n, n), (n, n), (n, m)].enumerated() {
            let name = "g_a.\(2 * index)"
            try appendConvolution(
                name, from: index == 0 ? "image" : "g_a.\(2 * index - 1)", inputs: inputs, outputs: outputs, kernel: 5,
                stride: 2)
            if index < 3 { try appendNormalization("g_a.\(2 * index + 1)", .gdn, from: name, channels: outputs) }
        }
    }

    mutating func appendHyperTransforms(n: Int, m: Int, h: Int) throws(Diagnostic) {
        let leaky = ActivationFunction.leakyRelu(slope: MeanScaleHyperpriorImporter.slope)
        layers.append(Layer(name: "y8", operator: .requantize, inputs: ["g_a.6"]))
        try appendConvolution("h_a.0", from: "y8", inputs: m, outputs: n, kernel: 3, stride: 1, activation: leaky)
        try appendConvolution("h_a.2", from: "h_a.0", inputs: n, outputs: n, kernel: 5, stride: 2, activation: leaky)
        try appendConvolution("h_a.4", from: "h_a.2", inputs: n, outputs: n, kernel: 5, stride: 2)
        try appendTransposed("h_s.0", from: "h_a.4", inputs: n, outputs: m, activation: leaky)
        try appendTransposed("h_s.2", from: "h_s.0", inputs: m, outputs: h, activation: leaky)
        try appendConvolution("h_s.4", from: "h_s.2", inputs: h, outputs: 2 * m, kernel: 3, stride: 1)
    }

    mutating func appendLatents(m: Int) {
        let grid = LatentGrid(firstMeanChannel: m)
        layers.append(Layer(name: "symbols", operator: .quantizeLatent(grid), inputs: ["g_a.6", "h_s.4"]))
        layers.append(Layer(name: "reconstruction", operator: .reconstructLatent(grid), inputs: ["symbols", "h_s.4"]))
        layers.append(Layer(name: "y_hat", operator: .requantize, inputs: ["reconstruction"]))
    }

    mutating func appendSynthesis(n: Int, m: Int) throws(Diagnostic) {
        for (index, (inputs, outputs)) in [(m, n), (n, n), (n, n), (n, 3)].enumerated() {
            let name = "g_s.\(2 * index)"
            try appendTransposed(
                name, from: index == 0 ? "y_hat" : "g_s.\(2 * index - 1)", inputs: inputs, outputs: outputs)
            if index < 3 { try appendNormalization("g_s.\(2 * index + 1)", .igdn, from: name, channels: outputs) }
        }
    }

    private mutating func appendConvolution(
        _ name: String, from input: String, inputs: Int, outputs: Int, kernel: Int, stride: Int,
        activation: ActivationFunction = .none
    ) throws(Diagnostic) {
        let attributes = Convolution(
            outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride,
            padding: Padding(all: kernel / 2))
        layers.append(Layer(name: name, operator: .convolution(attributes), inputs: [input], activation: activation))
        let weights = try source.values("\(name).weight", shape: [outputs, inputs, kernel, kernel])
        parameters[name] = .accumulation(
            weights: PyTorchKernel.channelsLast(
                weights, outputs: outputs, inputs: inputs, taps: kernel * kernel, outputsFirst: true),
            bias: try source.values("\(name).bias", shape: [outputs]))
    }

    private mutating func appendTransposed(
        _ name: String, from input: String, inputs: Int, outputs: Int, activation: ActivationFunction = .none
    ) throws(Diagnostic) {
        let attributes = TransposedConvolution(
            outputChannels: outputs, kernelHeight: 5, kernelWidth: 5, strideY: 2, strideX: 2, padding: Padding(all: 2),
            outputPaddingY: 1, outputPaddingX: 1)
        layers.append(
            Layer(name: name, operator: .transposedConvolution(attributes), inputs: [input], activation: activation))
        let weights = try source.values("\(name).weight", shape: [inputs, outputs, 5, 5])
        parameters[name] = .accumulation(
            weights: PyTorchKernel.channelsLast(
                weights, outputs: outputs, inputs: inputs, taps: 25, outputsFirst: false),
            bias: try source.values("\(name).bias", shape: [outputs]))
    }

    private mutating func appendNormalization(
        _ name: String, _ form: NormalizationForm, from input: String, channels: Int
    ) throws(Diagnostic) {
        layers.append(Layer(name: name, operator: .normalization(form), inputs: [input]))
        parameters[name] = .normalization(
            gamma: try source.values("\(name).gamma", shape: [channels, channels]),
            beta: try source.values("\(name).beta", shape: [channels]))
    }
}
