import Diagnostics
import Graph
import NetworkFiles
import Networks

/// The network of Ballé, Laparra, Simoncelli 2017 from a folder of raw little-endian float32: `ana_w.bin`, `ana_b.bin`,
/// `syn_w.bin`, `syn_b.bin`.
///
///     image ─ conv0 9x9/4 ─ gdn0 ─ conv1 5x5/2 ─ gdn1 ─ conv2 5x5/2 ─(latent)─ deconv0 5x5/2 ─ igdn0 ─┐
///                                                           deconv2 9x9/4 ─ igdn1 ─ deconv1 5x5/2 ─────┘
///
/// Kernels lie as `[R][S][C][K]`, gamma as `[j][i]`. The synthesis kernels are stored turned by 180 degrees, for a
/// correlation over a zero-stuffed input: tap `j` of the transposed convolution is `kernel - 1 - j` of the file.
/// Normalization is the first-power form.
enum BLS2017Importer {
    static let channels = 128
    static let fileNames = ["ana_b.bin", "ana_w.bin", "syn_b.bin", "syn_w.bin"]

    static func read(folder: String, memory: MemoryBudget) throws(Diagnostic) -> FloatNetwork {
        try requireNoOtherFiles(in: folder)
        var analysis = try FloatStream(path: "\(folder)/ana_w.bin", memory: memory)
        var analysisVectors = try FloatStream(path: "\(folder)/ana_b.bin", memory: memory)
        var synthesis = try FloatStream(path: "\(folder)/syn_w.bin", memory: memory)
        var synthesisVectors = try FloatStream(path: "\(folder)/syn_b.bin", memory: memory)
        let (n, square) = (channels, channels * channels)
        try analysis.requireCount(9 * 9 * 3 * n + 5 * 5 * square + 5 * 5 * square + 2 * square)
        try analysisVectors.requireCount(4 * n)
        try synthesis.requireCount(5 * 5 * square + 5 * 5 * square + 9 * 9 * n * 3 + 2 * square)
        try synthesisVectors.requireCount(4 * n + 3)

        var parameters: [String: FloatParameters] = [:]
        for index in 0..<2 {
            parameters["conv\(index)"] = .accumulation(
                weights: kernel(analysis.take(index == 0 ? 9 * 9 * 3 * n : 5 * 5 * square), outputs: n),
                bias: analysisVectors.take(n))
            parameters["gdn\(index)"] = .normalization(
                gamma: transposed(analysis.take(square)), beta: analysisVectors.take(n))
            parameters["deconv\(index)"] = .accumulation(
                weights: turned(kernel(synthesis.take(5 * 5 * square), outputs: n), extent: 5, outputs: n),
                bias: synthesisVectors.take(n))
            parameters["igdn\(index)"] = .normalization(
                gamma: transposed(synthesis.take(square)), beta: synthesisVectors.take(n))
        }
        parameters["conv2"] = .accumulation(
            weights: kernel(analysis.take(5 * 5 * square), outputs: n), bias: Array(repeating: 0, count: n))
        parameters["deconv2"] = .accumulation(
            weights: turned(kernel(synthesis.take(9 * 9 * n * 3), outputs: 3), extent: 9, outputs: 3),
            bias: synthesisVectors.take(3))
        let network = FloatNetwork(graph: graph, parameters: parameters)
        try network.validate()
        return network
    }

    /// Files that end otherwise, such as a licence, have no weights.
    ///
    /// - Throws: `importTensorUnused`.
    private static func requireNoOtherFiles(in folder: String) throws(Diagnostic) {
        // A folder that cannot be listed may hold files that can be read; the first that cannot says so.
        guard let items = try? InputFolder(folder, ending: ".bin", includingFolders: false).items else { return }
        guard let other = items.first(where: { !fileNames.contains($0.name) }) else { return }
        throw Diagnostic(
            .importTensorUnused, at: other.path, found: "a file of weights that the architecture has no use for",
            expected: "\(fileNames.joined(separator: ", ")), no others",
            remedy: "check the architecture; take other files that end in .bin out of the folder")
    }

    private static var graph: Graph {
        Graph(
            name: "bls2017", inputs: [GraphInput(name: "image", channels: 3)],
            layers: [
                convolution("conv0", from: "image", kernel: 9, stride: 4), normalization("gdn0", .gdn1, from: "conv0"),
                convolution("conv1", from: "gdn0", kernel: 5, stride: 2), normalization("gdn1", .gdn1, from: "conv1"),
                convolution("conv2", from: "gdn1", kernel: 5, stride: 2),
                transposedConvolution("deconv0", from: "conv2", kernel: 5, stride: 2, outputs: channels),
                normalization("igdn0", .igdn1, from: "deconv0"),
                transposedConvolution("deconv1", from: "igdn0", kernel: 5, stride: 2, outputs: channels),
                normalization("igdn1", .igdn1, from: "deconv1"),
                transposedConvolution("deconv2", from: "igdn1", kernel: 9, stride: 4, outputs: 3),
            ],
            outputs: ["deconv2", "conv2"], sizeMultiple: 16, latents: ["conv2"])
    }

    private static func convolution(_ name: String, from input: String, kernel: Int, stride: Int) -> Layer {
        let attributes = Convolution(
            outputChannels: channels, kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride,
            padding: Padding(all: kernel / 2))
        return Layer(name: name, operator: .convolution(attributes), inputs: [input])
    }

    /// The output is exactly stride times the input: `outputPadding = stride - kernel + 2 padding`.
    private static func transposedConvolution(
        _ name: String, from input: String, kernel: Int, stride: Int, outputs: Int
    ) -> Layer {
        let outputPadding = stride - kernel + 2 * (kernel / 2)
        let attributes = TransposedConvolution(
            outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride,
            padding: Padding(all: kernel / 2),
            outputPaddingY: outputPadding, outputPaddingX: outputPadding)
        return Layer(name: name, operator: .transposedConvolution(attributes), inputs: [input])
    }

    private static func normalization(_ name: String, _ form: NormalizationForm, from input: String) -> Layer {
        Layer(name: name, operator: .normalization(form), inputs: [input])
    }

    /// `[R][S][C][K]` to `[K][R][S][C]`.
    private static func kernel(_ values: [Float], outputs: Int) -> [Float] {
        let rows = values.count / outputs
        return (0..<values.count).map { values[$0 % rows * outputs + $0 / rows] }
    }

    /// `[K][R][S][C]` turned by 180 degrees in R and S.
    private static func turned(_ weights: [Float], extent: Int, outputs: Int) -> [Float] {
        let taps = extent * extent
        let inputs = weights.count / (outputs * taps)
        return (0..<weights.count).map { index in
            let (k, tap, c) = (index / (taps * inputs), index / inputs % taps, index % inputs)
            return weights[(k * taps + taps - 1 - tap) * inputs + c]
        }
    }

    /// `[j][i]` to `[i][j]`.
    private static func transposed(_ gamma: [Float]) -> [Float] {
        (0..<gamma.count).map { gamma[$0 % channels * channels + $0 / channels] }
    }
}
