import Diagnostics
import Graph
import Tensors
import Testing

/// Sizes are checked where shapes are derived, and channels without a picture.
@Suite struct GraphLimitTests {
    private func graph(
        _ layers: [Layer], inputs: [GraphInput] = [GraphInput(name: "image", channels: 3)], outputs: [String]? = nil,
        latents: [String] = []
    ) -> Graph {
        Graph(name: "graph", inputs: inputs, layers: layers, outputs: outputs ?? [layers.last!.name], latents: latents)
    }

    private func diagnostic<Value>(_ body: () throws -> Value) -> Diagnostic? {
        do {
            _ = try body()
            return nil
        } catch { return error as? Diagnostic }
    }

    private func pointwise(_ name: String, _ input: String, _ channels: Int) -> Layer {
        Layer(
            name: name, operator: .convolution(Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1)),
            inputs: [input])
    }

    @Test(
        "An extent is at most 2^20: strides of 255 in a chain are refused with the layer, its operand and the limit"
    )
    func extents() throws {
        let up = TransposedConvolution(outputChannels: 1, kernelHeight: 1, kernelWidth: 1, strideY: 255, strideX: 1)
        let layers = (0..<8).map {
            Layer(name: "t\($0)", operator: .transposedConvolution(up), inputs: [$0 == 0 ? "image" : "t\($0 - 1)"])
        }
        // (h - 1) 255 + 1 from 8: 1,786, 455,176, then 116,069,626.
        let found = try #require(diagnostic { try graph(layers).shapes(height: 8, width: 8) })
        #expect(found.code == .graphTooLarge && found.place == "layer t2")
        #expect(
            found.found.contains("455176x8x1") && found.found.contains("116069626x8x1")
                && found.expected.contains("1048576"), "\(found)")
        #expect(diagnostic { try graph([pointwise("a", "image", 1)]).shapes(height: 1 << 20, width: 1) } == nil)
        #expect(
            diagnostic { try graph([pointwise("a", "image", 1)]).shapes(height: 1 << 20 + 1, width: 1) }?.code
                == .graphTooLarge)
        #expect(
            diagnostic { try graph([pointwise("a", "image", 1)]).shapes(height: .max, width: .max) }?.code
                == .graphTooLarge)
        #expect(
            diagnostic { try graph([pointwise("a", "image", 1)]).shapes(height: 0, width: 1) }?.code == .graphTooLarge)
    }

    @Test("Elements may be 2^40 and no more, multiply-accumulates of a layer likewise")
    func products() {
        let copy = Layer(name: "a", operator: .requantize, inputs: ["image"])
        func elements(_ height: Int, _ channels: Int) -> DiagnosticCode? {
            diagnostic {
                try graph([copy], inputs: [GraphInput(name: "image", channels: channels)]).shapes(
                    height: height, width: 1 << 16)
            }?.code
        }
        #expect(elements(1 << 16, 1 << 8) == nil)
        #expect(elements(1 << 16, 1 << 8 + 1) == .graphTooLarge)
        func macs(_ channels: Int) -> DiagnosticCode? {
            diagnostic {
                try graph([pointwise("a", "image", channels)], inputs: [GraphInput(name: "image", channels: 1 << 10)])
                    .shapes(height: 1 << 10, width: 1 << 10)
            }?.code
        }
        #expect(macs(1 << 10) == nil)
        #expect(macs(1 << 10 + 1) == .graphTooLarge)
    }

    @Test("Channels multiply in a chain of concatenations until they are refused, without a picture")
    func concatenations() throws {
        let layers = (0..<11).map {
            Layer(
                name: "k\($0)", operator: .concatenation,
                inputs: Array(repeating: $0 == 0 ? "image" : "k\($0 - 1)", count: 64))
        }
        // 3 x 64^3 = 786,432 is allowed, 3 x 64^4 is not.
        let found = try #require(diagnostic { try graph(layers).channels() })
        #expect(
            found.code == .graphTooLarge && found.place == "layer k3" && found.found.contains("50331648"), "\(found)")
        #expect(found.found.count < 200)
        #expect(try graph(Array(layers.prefix(3))).channels()["k2"] == 786_432)
    }

    @Test(
        "Channels need no picture every layer takes: one row with a dilated kernel, a kernel wider than any padding"
    )
    func channelsOfAnySize() throws {
        let dilated = Convolution(outputChannels: 5, kernelHeight: 1, kernelWidth: 3, dilationX: 128)
        let wide = Convolution(outputChannels: 7, kernelHeight: 255, kernelWidth: 255, dilationY: 255, dilationX: 255)
        let whole = graph([
            Layer(name: "a", operator: .convolution(dilated), inputs: ["image"]),
            Layer(name: "b", operator: .convolution(wide), inputs: ["a"]),
            Layer(name: "c", operator: .pixelShuffle(factor: 1), inputs: ["b"]),
        ])
        #expect(try whole.channels() == ["image": 3, "a": 5, "b": 7, "c": 7])
        #expect(
            try graph([whole.layers[0]]).shapes(height: 1, width: 1024)["a"]
                == TensorShape(height: 1, width: 768, channels: 5))
        let found = try #require(diagnostic { try whole.shapes(height: 1, width: 1024) })
        #expect(
            found.code == .graphShapeMismatch && found.place == "layer b" && found.found.contains("1x768")
                && found.expected.contains("64771x64771"), "\(found)")
    }

    @Test("A graph of a file is whole: layers, inputs and outputs, each listed once, outputs and latents layers")
    func whole() throws {
        let (a, b) = (pointwise("a", "image", 2), pointwise("b", "a", 2))
        #expect(diagnostic { try graph([a, b], outputs: ["b", "a"], latents: ["a"]).channels() } == nil)
        let bad: [(Graph, String)] = [
            (graph([], outputs: ["image"]), "0 layers"), (graph([a], inputs: [], outputs: ["a"]), "0 inputs"),
            (graph([a], outputs: []), "0 outputs"),
            (graph([a], outputs: ["image"]), "output 'image', which is an input"),
            (graph([a], latents: ["image"]), "latent 'image', which is an input"),
            (graph([a], outputs: ["a", "a"]), "output 'a' twice"),
            (graph([a, b], latents: ["a", "a"]), "latent 'a' twice"),
            (graph((0...4096).map { pointwise("l\($0)", "image", 1) }), "4097 layers"),
            (
                graph([a], inputs: (0...4096).map { GraphInput(name: $0 == 0 ? "image" : "i\($0)", channels: 1) }),
                "4097 inputs"
            ),
        ]
        for (graph, found) in bad {
            let refusal = try #require(diagnostic { try graph.channels() }, "\(found)")
            #expect(refusal.code == .graphIncomplete && refusal.found == found)
        }
        #expect(diagnostic { try graph([a], outputs: ["c"]).channels() }?.code == .graphUnknownTensor)
        #expect(diagnostic { try graph([a, a]).channels() }?.code == .graphDuplicateName)
        #expect(
            diagnostic { try graph([a], inputs: [GraphInput(name: "image", channels: 1 << 20 + 1)]).channels() }?.code
                == .graphTooLarge)
        var multiple = graph([a])
        multiple.sizeMultiple = 4097
        #expect(diagnostic { try multiple.channels() }?.code == .graphIncomplete)
    }

    @Test("Activation functions: any finite slope, limits that may be infinite, and only where post-processing follows")
    func activations() {
        func code(_ operation: Operator, _ activation: ActivationFunction) -> DiagnosticCode? {
            diagnostic {
                try Layer(name: "layer", operator: operation, inputs: [], activation: activation).outputChannels(of: [4]
                )
            }?.code
        }
        for slope in [-2, -0.1, 0, 0.5, 3] { #expect(code(.requantize, .leakyRelu(slope: slope)) == nil) }
        #expect(code(.requantize, .leakyRelu(slope: .infinity)) == .graphAttributeOutOfRange)
        #expect(code(.requantize, .leakyRelu(slope: .nan)) == .graphAttributeOutOfRange)
        #expect(code(.requantize, .clip(low: -.infinity, high: .infinity)) == nil)
        #expect(code(.requantize, .clip(low: 1, high: 0)) == .graphAttributeOutOfRange)
        #expect(code(.requantize, .clip(low: .nan, high: 0)) == .graphAttributeOutOfRange)
        #expect(code(.normalization(.gdn), .relu) == .graphAttributeOutOfRange)
        #expect(code(.pixelShuffle(factor: 2), .relu) == .graphAttributeOutOfRange)
    }
}
