public import Diagnostics
public import Graph
import Text

/// Where in a graph the codec takes hold: the tensors on both sides of `quantizeLatent` and `reconstructLatent`.
///
///     picture ─ analysis ─ latent ─────────────────(symbols)── reconstruction ─ synthesis ─ output
///                            └ ... hyperLatent ─ ... ─ parameters: scales, means
public struct CodecTensors: Hashable, Sendable {
    public var picture: String
    /// 16-bit integers on the latents' grid.
    public var latent: String
    public var reconstruction: String
    public var output: String
    public var grid: LatentGrid
    /// With a hyperprior: 8-bit codes.
    public var hyperLatent: String?
    /// With a hyperprior: scales in the first channels, means from `grid.firstMeanChannel` where there are means.
    public var parameters: String?
    /// Whether symbols lie about means that are predicted; without, about 0.
    public var hasMeans = false

    /// - Throws: `codecNetworkUnfit`.
    public init(_ graph: Graph) throws(Diagnostic) {
        func unfit(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .codecNetworkUnfit, at: "network \(graph.name)", found: found, expected: expected,
                remedy: """
                    quantize an autoencoder with `intaglio quantize --codec`, which adds what is missing; networks \
                    with a serial context run and are quantized without --codec
                    """)
        }
        var quantizers: [(layer: Layer, grid: LatentGrid)] = []
        var reconstructions: [Layer] = []
        for layer in graph.layers {
            switch layer.operator {
            case .quantizeLatent(let grid): quantizers.append((layer, grid))
            case .reconstructLatent: reconstructions.append(layer)
            default: break
            }
        }
        guard quantizers.count == 1, reconstructions.count == 1, let quantizer = quantizers.first,
            let reconstruction = reconstructions.first,
            reconstruction.inputs == [quantizer.layer.name] + quantizer.layer.inputs.dropFirst()
        else {
            throw unfit(
                "\(quantizers.count) quantizeLatent and \(reconstructions.count) reconstructLatent layers",
                "one pair with the same means")
        }
        guard graph.inputs.count == 1, let output = graph.outputs.first else {
            throw unfit(graph.inputs.count.counted("input"), "one picture")
        }
        picture = graph.inputs[0].name
        latent = quantizer.layer.inputs[0]
        grid = quantizer.grid
        self.reconstruction = reconstruction.name
        self.output = output
        guard latent != picture, output != reconstruction.name else {
            throw unfit(
                latent == picture ? "the picture itself as the latents" : "the reconstructed latents as the output",
                "layers before quantizeLatent and after reconstructLatent")
        }
        guard quantizer.layer.inputs.count == 2 else {
            try findScales(in: graph, symbols: quantizer.layer.name, unfit)
            return
        }
        hasMeans = true
        parameters = quantizer.layer.inputs[1]
        hyperLatent = graph.latents.first { $0 != latent && $0 != quantizer.layer.name }
        guard hyperLatent != nil else {
            throw unfit("predicted means without a hyper-latent", "a hyper-latent among the graph's latents")
        }
        guard parameters != hyperLatent, parameters != picture, parameters != latent else {
            throw unfit(
                "means from '\(parameters ?? "")', which nothing predicts",
                "a hyper-synthesis between the hyper-latent and the means")
        }
    }

    /// A hyperprior whose Gaussians lie about 0 predicts scales that no layer reads: an output of the graph behind a
    /// second latent, with a channel for each of the first.
    private mutating func findScales(
        in graph: Graph, symbols: String, _ unfit: (String, String) -> Diagnostic
    ) throws(Diagnostic) {
        guard let hyper = graph.latents.first(where: { $0 != latent && $0 != symbols }) else { return }
        let read = Set(graph.layers.flatMap(\.inputs))
        let predicted = graph.outputs.dropFirst().filter { !read.contains($0) && $0 != symbols }
        let channels = try graph.channels()
        guard predicted.count == 1, let scales = predicted.first, scales != hyper, channels[scales] == channels[latent]
        else {
            throw unfit(
                predicted.isEmpty
                    ? "a hyper-latent '\(hyper)' that predicts nothing"
                    : """
                    '\(predicted[0])' of \(channels[predicted[0]] ?? 0) channels for latents of \
                    \(channels[latent] ?? 0): scales and means that come from a serial context, latent by latent
                    """,
                "scales, a channel for each of the latents', that follow from the hyper-latent alone")
        }
        (hyperLatent, parameters) = (hyper, scales)
    }
}
