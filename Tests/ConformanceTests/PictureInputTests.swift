import Diagnostics
import Explanations
import FixedPoint
import Graph
import Images
import MachineDescription
import Networks
import Quantization
import Simulation
import Tensors
import Testing

/// Which pictures go into a network, and what a float run makes of what comes out.
@Suite struct PictureInputTests {
    private static func layer(stride: Int = 1) -> Layer {
        Layer(
            name: "a",
            operator: .convolution(
                Convolution(outputChannels: 3, kernelHeight: 1, kernelWidth: 1, strideY: stride, strideX: stride)),
            inputs: ["image"])
    }

    private static let graph = Graph(
        name: "small", inputs: [GraphInput(name: "image", channels: 3)], layers: [layer()], outputs: ["a"])
    private static let identity: [UInt8] = [129, 128, 128, 128, 129, 128, 128, 128, 129]

    /// The identity, from an input whose codebook has this many entries.
    private static func network(entries: Int32) throws -> QuantizedNetwork {
        let book = try Codebook(entries: (0..<entries).map { $0 })
        return QuantizedNetwork(
            graph: graph,
            formats: [
                "image": .codes(.uniform(book, channels: 3, step: 1)),
                "a": .codes(.uniform(.linearUnsigned, channels: 3, step: 1)),
            ],
            parameters: [
                "a": .accumulation(
                    AccumulationParameters(
                        weightCodes: identity, weightDecoder: .linear(), bias: [0, 0, 0],
                        postProcessing: PostProcessing(multipliers: Array(repeating: .one, count: 3), rounding: .single)
                    ))
            ], widths: DatapathWidths(activationBits: 12, weightBits: 8, accumulatorBits: 32))
    }

    private static func picture(_ samples: [UInt8]) -> RGBImage {
        RGBImage(width: samples.count / 3, height: 1, samples: samples)
    }

    @Test("A sample needs a code: the first that has none is named, alike in run, verify and explain")
    func codes() throws {
        let network = try Self.network(entries: 16)
        #expect(
            try PictureTensor.stored(Self.picture([0, 15, 3, 1, 2, 3]), for: network).elements == [0, 15, 3, 1, 2, 3])
        let machine = try MachineDescription.load("mid")
        let bad = Self.picture([0, 15, 3, 1, 16, 255])
        let refusals = [
            #expect(throws: Diagnostic.self) { try PictureTensor.stored(bad, for: network) },
            #expect(throws: Diagnostic.self) {
                try Verification(network: ProvenNetwork(network), machine: machine, picture: bad, threads: 1)
            },
            #expect(throws: Diagnostic.self) {
                try ExplainedElement(
                    on: RunInputs(bad, of: ProvenNetwork(network)), machine: machine, layer: nil,
                    at: Coordinate(y: 0, x: 0, c: 0), threads: 1)
            },
        ]
        for refusal in refusals {
            #expect(
                refusal?.code == .pictureSampleHasNoCode && refusal?.place == "input image, y=0,x=1,c=1"
                    && refusal?.found == "sample 16")
        }
        #expect(try PictureTensor.stored(bad, for: Self.network(entries: 256)).elements == bad.samples)
    }

    private static func floatRun(
        _ weights: [Float], stride: Int = 1, latents: [String] = [], width: Int = 2
    ) throws -> FloatRun {
        var graph = graph
        graph.layers = [layer(stride: stride)]
        graph.latents = latents
        let network = FloatNetwork(graph: graph, parameters: ["a": .accumulation(weights: weights, bias: [0, 0, 0])])
        return try FloatRun(network, picture: picture(Array(repeating: 255, count: 3 * width)), rate: 0)
    }

    @Test(
        "A float output smaller than the picture has no PSNR, one beyond float32 is refused; latents are 32-bit"
    )
    func floatOutputs() throws {
        #expect(try Self.floatRun([1, 0, 0, 0, 1, 0, 0, 0, 1]).psnr != nil)
        #expect(try Self.floatRun([1, 0, 0, 0, 1, 0, 0, 0, 1], stride: 2).psnr == nil)
        #expect(try Self.floatRun([3e38, 0, 0, 0, -3e38, 0, 0, 0, 1]).psnr != nil)
        let infinite = #expect(throws: Diagnostic.self) { try Self.floatRun([1, 0, 0, 3e38, 3e38, 3e38, 0, 0, 1]) }
        #expect(infinite?.code == .floatNotFinite && infinite?.place == "layer a, channel 1")
        #expect(try Self.floatRun([1e9, 0, 0, 0, 1, 0, 0, 0, 1], latents: ["a"]).empiricalBitsPerPixel == 0)
        let latent = #expect(throws: Diagnostic.self) {
            try Self.floatRun([1, 0, 0, 0, 1, 0, 0, 0, 1e10], latents: ["a"])
        }
        #expect(latent?.code == .floatNotFinite && latent?.place == "layer a, channel 2")
    }
}
