import Calibration
import Diagnostics
import Graph
import Kernels
import NetworkFiles
import Networks
import Quantization
import Simulation
import Tensors
import Testing

/// Float networks with operators that copy elements: they are quantized, run alike on machine and reference model, and
/// stay as near to the float network as their integers allow.
@Suite struct CopyingNetworkTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        /// Layers that `quantize` adds.
        var added: [String] = []
        var build: @Sendable (inout FloatSketch) -> Void
    }

    private static let cases: [Case] = [
        Case(testDescription: "concatenation of tensors of unlike range") {
            $0.convolve("image", to: "a", channels: 3, kernel: 3)
            $0.convolve("image", to: "b", channels: 5, weights: -0.3...0.3, .relu)
            $0.add(.concatenation, ["a", "b", "a"], to: "joined")
            $0.convolve("joined", to: "out", channels: 4)
        },
        Case(testDescription: "concatenation with the picture", added: ["joined.operand1"]) {
            $0.convolve("image", to: "a", channels: 5, bias: 1...2)
            $0.add(.concatenation, ["a", "image"], to: "joined")
            $0.convolve("joined", to: "out", channels: 4)
        },
        Case(testDescription: "pixel shuffle") {
            $0.convolve("image", to: "a", channels: 8)
            $0.add(.pixelShuffle(factor: 2), ["a"], to: "shuffled")
            $0.convolve("shuffled", to: "out", channels: 4, kernel: 3)
        },
        Case(testDescription: "pixel shuffle over the seam of a concatenation, and again") {
            $0.convolve("image", to: "a", channels: 6, weights: -6...6)
            $0.convolve("image", to: "b", channels: 10)
            $0.add(.concatenation, ["a", "b"], to: "joined")
            $0.add(.pixelShuffle(factor: 2), ["joined"], to: "once")
            $0.add(.pixelShuffle(factor: 2), ["once"], to: "twice")
            $0.add(.nearestResize(factor: 4), ["a"], to: "wide")
            $0.add(.concatenation, ["twice", "wide"], to: "all")
            $0.convolve("all", to: "out", channels: 4)
        },
        Case(testDescription: "pixel shuffle that gives the picture") {
            $0.convolve("image", to: "a", channels: 12, weights: 0...1, bias: 0...0.4)
            $0.add(.pixelShuffle(factor: 2), ["a"], to: "out")
        },
        Case(testDescription: "a picture of three channels, one by one") {
            for name in ["r", "g", "b"] { $0.convolve("image", to: name, channels: 1, weights: 0...1, bias: 0...0.1) }
            $0.add(.concatenation, ["r", "g", "b"], to: "out")
        },
        Case(testDescription: "features that become the picture and are read elsewhere", added: ["out.operand0"]) {
            $0.convolve("image", to: "a", channels: 12, weights: 0...1, bias: 0...0.4)
            $0.convolve("a", to: "other", channels: 4)
            $0.add(.pixelShuffle(factor: 2), ["a"], to: "out")
            $0.setOutputs(["out", "other"])
        },
        Case(testDescription: "padding about signed codes, by strides") {
            $0.convolve("image", to: "a", channels: 6, bias: 0.2...1)
            $0.add(
                .pad(Pad(padding: Padding(top: 2, bottom: 1, left: 0, right: 3), strideY: 2, strideX: 3)), ["a"],
                to: "padded")
            $0.convolve("padded", to: "out", channels: 4, kernel: 3)
        },
        Case(testDescription: "padding about unsigned codes and the picture") {
            $0.convolve("image", to: "a", channels: 6, .relu)
            $0.add(.pad(Pad(padding: Padding(top: 1, bottom: 1, left: 1, right: 1))), ["a"], to: "padded")
            $0.convolve("padded", to: "b", channels: 3)
            $0.add(.pad(Pad(padding: Padding(top: 0, bottom: 2, left: 2, right: 0))), ["image"], to: "wide")
            $0.convolve("wide", to: "c", channels: 3)
            $0.add(.add, ["b", "c"], to: "sum")
            $0.convolve("sum", to: "out", channels: 4)
        },
        Case(testDescription: "padding of one operand of a concatenation") {
            $0.convolve("image", to: "a", channels: 4, bias: 1...2)
            $0.convolve("image", to: "b", channels: 4)
            $0.add(.pad(Pad(padding: Padding(top: 3, bottom: -3, left: -1, right: 1))), ["a"], to: "moved")
            $0.add(.concatenation, ["moved", "b"], to: "joined")
            $0.convolve("joined", to: "out", channels: 4)
        },
        Case(testDescription: "cutting off") {
            $0.convolve("image", to: "a", channels: 6, bias: 0.2...1)
            $0.add(.pad(Pad(padding: Padding(top: -2, bottom: -1, left: 0, right: -3))), ["a"], to: "cut")
            $0.convolve("cut", to: "out", channels: 4, kernel: 3)
        },
        Case(testDescription: "sums and differences of two stages") {
            $0.convolve("image", to: "a", channels: 4, bias: 1...2)
            $0.convolve("image", to: "b", channels: 4)
            $0.add(.twoStageAdd(TwoStageAddition(subtracts: true)), ["a", "b"], to: "difference", .relu)
            $0.add(.twoStageAdd(TwoStageAddition()), ["difference", "b"], to: "sum")
            $0.convolve("sum", to: "out", channels: 4)
        },
        Case(testDescription: "maxima, copies and products, one pixel of factors") {
            $0.convolve("image", to: "a", channels: 6)
            $0.add(
                .maxPooling(
                    Pooling(
                        kernelHeight: 3, kernelWidth: 2, strideY: 2, strideX: 2,
                        padding: Padding(top: 1, bottom: 1, left: 0, right: 0))), ["a"], to: "maxima")
            $0.add(.nearestResize(factor: 2), ["maxima"], to: "wide")
            $0.add(.multiply, ["wide", "a"], to: "product", .relu)
            $0.add(.maxPooling(Pooling(kernelHeight: 16, kernelWidth: 24)), ["a"], to: "gates")
            $0.add(.multiply, ["product", "gates"], to: "gated")
            $0.convolve("gated", to: "out", channels: 4)
        },
    ]

    /// Every law, with ranges that reach the largest magnitude: what the bound says is then of some worth.
    private static let schemes: [QuantizationOptions] = [
        .plain,
        QuantizationOptions().changed { $0.activations.rangeSelection = .maximum },
        QuantizationOptions().changed {
            $0.activations.rangeSelection = .maximum
            $0.activations.law = .table
        },
    ]

    @Test(
        "Machine and reference model agree, and no element is farther from float than its bound",
        arguments: cases, 0..<schemes.count)
    func quality(_ test: Case, scheme: Int) throws {
        var sketch = FloatSketch(seed: 7)
        test.build(&sketch)
        let float = sketch.network
        let network = try QuantizedCheck.quantized(float, Self.schemes[scheme])
        #expect(network.graph.layers.map(\.name).filter { float.graph[layer: $0] == nil } == test.added)
        try QuantizedCheck.requireFaithful(network, to: float)
    }

    @Test("One file whatever the instructions, one result whatever the threads", arguments: cases)
    func sameBytes(_ test: Case) throws {
        var sketch = FloatSketch(seed: 7)
        test.build(&sketch)
        let network = try QuantizedCheck.quantized(sketch.network, QuantizationOptions())
        let bytes = NetworkFile(quantized: network).bytes
        #expect(
            try bytes
                == NetworkFile(
                    quantized: QuantizedCheck.quantized(sketch.network, QuantizationOptions(), kernels: .portable)
                ).bytes)
        #expect(try NetworkFile(bytes, at: "copies").quantized == network)
        #expect(network.graph.isQuantization(of: sketch.network.graph))
        let proven = try ProvenNetwork(network)
        let (one, four) = (try QuantizedCheck.run(proven, threads: 1), try QuantizedCheck.run(proven, threads: 4))
        for layer in network.graph.layers {
            #expect(one.storedOutput(layer.name).elements == four.storedOutput(layer.name).elements, "\(layer.name)")
        }
    }

    @Test(
        "The element outside is the code of 0: 128 of signed codes, 0 of unsigned ones; nothing lies outside of a cut")
    func fill() throws {
        var sketch = FloatSketch(seed: 1)
        let one = Pad(padding: Padding(top: 1, bottom: 0, left: 0, right: 0))
        sketch.convolve("image", to: "a", channels: 4)
        sketch.add(.pad(one), ["a"], to: "signed")
        sketch.convolve("signed", to: "b", channels: 4, bias: 1...2, .relu)
        sketch.add(.pad(one), ["b"], to: "unsigned")
        sketch.add(.pad(Pad(padding: Padding(top: 0, bottom: -1, left: 0, right: 0))), ["unsigned"], to: "cut")
        let network = try QuantizedCheck.quantized(sketch.network, QuantizationOptions())
        let fills = network.graph.layers.compactMap { layer in
            if case .pad(let pad) = layer.operator { pad.fill } else { nil }
        }
        #expect(fills == [128, 0, 0])
        for (name, code) in [("signed", 128), ("unsigned", 0)] {
            guard case .codes(let set)? = network.formats[name] else { continue }
            #expect((0..<4).allSatisfy { set.value(of: code, channel: $0) == 0 })
        }
        // Another element outside is seen.
        var wrong = network
        wrong.graph.layers[1].operator = .pad(Pad(padding: one.padding, fill: 100))
        withKnownIssue { try QuantizedCheck.requireFaithful(wrong, to: sketch.network) }

        var float = sketch.network
        float.graph.layers[1].operator = .pad(Pad(padding: one.padding, fill: 7))
        let refusal = #expect(throws: Diagnostic.self) { try QuantizedCheck.quantized(float, QuantizationOptions()) }
        #expect(refusal?.code == .networkValueOutOfRange && refusal?.place == "layer signed")
    }

    @Test("Float weights go with the integers that were made of them, not with those of another graph")
    func graphs() throws {
        var sketch = FloatSketch(seed: 2)
        Self.cases[1].build(&sketch)
        let float = sketch.network.graph
        let graph = try QuantizedCheck.quantized(sketch.network, QuantizationOptions()).graph
        #expect(graph.layers.map(\.name) == ["a", "joined.operand1", "joined", "out"])
        #expect(graph.isQuantization(of: float) && !float.isQuantization(of: graph))
        let changes: [(inout Graph) -> Void] = [
            { $0.layers[1].activation = .relu }, { $0.layers[1].inputs = ["a"] }, { $0.layers[2].inputs.swapAt(0, 1) },
            { $0.layers[3].inputs = ["joined.operand1"] }, { $0.layers.removeLast() }, { $0.inputs[0].channels = 4 },
            { $0.layers[1].operator = .normalization(.gdn) },
        ]
        for (index, change) in changes.enumerated() {
            var other = graph
            change(&other)
            #expect(!other.isQuantization(of: float), "change \(index)")
        }
    }

    @Test("A picture at the end has samples, whatever copies lie before it")
    func pictures() throws {
        for test in Self.cases
        where ["gives the picture", "one by one", "elsewhere"].contains(where: {
            test.testDescription.contains($0)
        }) {
            var sketch = FloatSketch(seed: 7)
            test.build(&sketch)
            let format = try QuantizedCheck.quantized(sketch.network, QuantizationOptions()).formats["out"]
            #expect(format == .codes(.uniform(.linearUnsigned, channels: 3, step: 1.0 / 255)), "\(test)")
        }
    }

    @Test("Latents are copied: in codes, as 16-bit integers, padded, shuffled and beside features")
    func latents() throws {
        var sketch = FloatSketch(seed: 3)
        sketch.convolve("image", to: "y", channels: 4, weights: -40...40, bias: 20...30)
        sketch.add(.pad(Pad(padding: Padding(top: 1, bottom: -1, left: 0, right: 0))), ["y"], to: "padded")
        sketch.add(.pixelShuffle(factor: 2), ["y"], to: "shuffled")
        sketch.add(.maxPooling(Pooling(kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2)), ["shuffled"], to: "m")
        sketch.add(.concatenation, ["padded", "y", "m"], to: "joined")
        sketch.convolve("joined", to: "out", channels: 4)
        sketch.setLatents(["y"])
        let codes = try QuantizedCheck.quantized(sketch.network, QuantizationOptions())
        #expect(codes.graph.layers.count { $0.operator == .requantize } == 3)
        try QuantizedCheck.requireAgreement(codes)

        sketch = FloatSketch(seed: 3)
        sketch.convolve("image", to: "a", channels: 2, weights: -40...40)
        sketch.convolve("image", to: "b", channels: 2, weights: -40...40)
        sketch.add(.concatenation, ["a", "b"], to: "y")
        sketch.add(.quantizeLatent(LatentGrid(fractionBits: 4)), ["y"], to: "symbols")
        sketch.add(.pad(Pad(padding: Padding(top: 1, bottom: -1, left: 0, right: 0))), ["symbols"], to: "padded")
        sketch.add(.reconstructLatent(LatentGrid(fractionBits: 4)), ["padded"], to: "back")
        sketch.convolve("image", to: "c", channels: 2)
        sketch.add(.concatenation, ["back", "c"], to: "joined")
        sketch.convolve("joined", to: "out", channels: 4)
        let integers = try QuantizedCheck.quantized(sketch.network, QuantizationOptions())
        for name in ["a", "b", "y"] { #expect(integers.formats[name] == .integers16(step: 1 / 16)) }
        #expect(integers.graph.layers.filter { $0.operator == .requantize }.map(\.inputs) == [["back"]])
        try QuantizedCheck.requireAgreement(integers)
    }
}
