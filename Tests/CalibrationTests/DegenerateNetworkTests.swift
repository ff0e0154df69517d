import Calibration
import Diagnostics
import FixedPoint
import Foundation
import Graph
import NetworkFiles
import Networks
import Quantization
import Studies
import Tensors
import Testing

/// Float networks that no training ends with, but files hold: channels that decayed, layers that are dead, weights
/// beyond measure.
@Suite struct DegenerateNetworkTests {
    /// 12 x 12 pixels with samples of a little ramp, 0...143.
    private let picture = Tensor<UInt8>(
        shape: TensorShape(height: 12, width: 12, channels: 3), elements: (0..<432).map { UInt8($0 / 3) })

    private func pointwise(
        _ name: String, _ input: String, _ activation: ActivationFunction = .none, channels: Int = 3
    ) -> Layer {
        Layer(
            name: name, operator: .convolution(Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1)),
            inputs: [input], activation: activation)
    }

    /// Two pointwise convolutions of three channels; the first has these weights `[K][C]` and biases, the second is the
    /// identity with a little bias.
    private func network(_ weights: [Float], _ bias: [Float], _ activation: ActivationFunction = .none) -> FloatNetwork
    {
        let graph = Graph(
            name: "degenerate", inputs: [GraphInput(name: "image", channels: 3)],
            layers: [pointwise("a", "image", activation), pointwise("b", "a")], outputs: ["b"])
        return FloatNetwork(
            graph: graph,
            parameters: [
                "a": .accumulation(weights: weights, bias: bias),
                "b": .accumulation(weights: [1, 0, 0, 0, 1, 0, 0, 0, 1], bias: [0.01, 0.01, 0.01]),
            ])
    }

    private func diagnostic(
        _ network: FloatNetwork, _ options: QuantizationOptions = QuantizationOptions()
    ) -> Diagnostic? {
        do {
            _ = try Quantizer(network, options: options).quantize([picture])
            return nil
        } catch { return error }
    }

    /// What a value of a tensor's channel becomes when it is stored: by the definition, the entry whose thresholds
    /// enclose it, in real numbers.
    private func nearestStored(_ real: Double, _ format: TensorFormat?, channel: Int) -> Double {
        guard case .codes(let set)? = format else { return .nan }
        let book = set.codebooks[Int(set.selects[channel])]
        let result = (real / set.step).rounded() - Double(set.offsets[channel])
        let code = book.thresholds.count { result >= Double($0) }
        return (Double(book.entries[code]) + Double(set.offsets[channel])) * set.step
    }

    @Test(
        "Channels that a pixel shuffle, or two in a row, bring together have one codebook, however their ranges differ",
        arguments: [[2], [2, 2], [3]], [false, true])
    func pixelShuffle(factors: [Int], isPlain: Bool) throws {
        let channels = factors.reduce(3) { $0 * $1 * $1 }
        var layers = [pointwise("a", "image", channels: channels)]
        for (index, factor) in factors.enumerated() {
            layers.append(
                Layer(name: "shuffle\(index)", operator: .pixelShuffle(factor: factor), inputs: [layers.last!.name]))
        }
        let graph = Graph(
            name: "shuffled", inputs: [GraphInput(name: "image", channels: 3)], layers: layers,
            outputs: [layers.last!.name])
        // Each channel has a quarter, a 16th, ... of the range of the first.
        var weights = [Float](repeating: 0, count: 3 * channels)
        for channel in 0..<channels { weights[3 * channel] = 1 / Float(1 << (2 * (channel % 4))) }
        let float = FloatNetwork(
            graph: graph,
            parameters: ["a": .accumulation(weights: weights, bias: Array(repeating: 0.01, count: channels))])
        let quantized = try Quantizer(float, options: isPlain ? .plain : QuantizationOptions()).quantize([picture])
        try quantized.validate()
        guard case .codes(let set)? = quantized.formats["a"] else { throw Missing() }
        let shared = channels / 3
        for channel in 0..<channels {
            #expect(
                set.selects[channel] == set.selects[channel / shared * shared]
                    && set.offsets[channel] == set.offsets[channel / shared * shared])
        }
    }

    private struct Missing: Error {}

    /// A channel of decayed weights has large multipliers, which gemmlowp's 32 bits before the high multiply do not
    /// hold; other rules have room.
    @Test(
        "A rounding rule of 32 bits that a channel does not fit is refused with the channel, before any computation",
        arguments: [1e-8, 1e-12, 1e-30] as [Float])
    func narrowRounding(weight: Float) throws {
        var options = QuantizationOptions()
        options.arithmetic.rounding = .gemmlowpDouble
        var refused = 0
        for bias: Float in [0.1, 65504, 1e30] {
            let float = network([0.5, 0.2, 0.1, weight, -weight, weight, 0.1, 0.3, 0.4], [0, bias, 0])
            // Either it fits, and then the network is proved, or the layer is named.
            guard let diagnostic = diagnostic(float, options) else {
                _ = try ProvenNetwork(try Quantizer(float, options: options).quantize([picture]))
                continue
            }
            refused += 1
            #expect(diagnostic.place.hasPrefix("layer a") || diagnostic.place.hasPrefix("layer b"), "\(diagnostic)")
        }
        #expect(refused > 0)
    }

    @Test(
        "A channel whose weights have decayed is a channel of zeros with its bias",
        arguments: [1e-8, 1e-12, 1e-20, 1e-30, 0], [false, true])
    func decayedChannel(weight: Float, isPlain: Bool) throws {
        let float = network([0.5, 0.2, 0.1, weight, -weight, weight, 0.1, 0.3, 0.4], [0, 0.1, 0])
        let quantized = try Quantizer(float, options: isPlain ? .plain : QuantizationOptions()).quantize([picture])
        try quantized.validate()
        let values = IntegerEmulation(quantized).run(picture, keeping: ["a"])["a"]!
        let step = quantized.formats["a"]!.step
        // The bias on the grid of the sums has its own rounding, half a step of which may move the result to the
        // neighbour.
        let expected = nearestStored(0.1, quantized.formats["a"], channel: 1)
        let found = Set((0..<144).map { values.elements[3 * $0 + 1] * step })
        #expect(found.count == 1 && abs(found.first! - expected) <= 0.1 / 100, "\(found), expected \(expected)")
        // The other channels are what they were.
        for pixel in [0, 77, 143] {
            let real = Double(pixel) / 255 * 0.8
            #expect(abs(values.elements[3 * pixel] * step - real) < (isPlain ? 0.02 : 0.006), "pixel \(pixel)")
        }
        _ = try ProvenNetwork(quantized)
    }

    @Test("A layer whose activations are all zero has a format, and what follows works", arguments: [false, true])
    func deadLayer(isPlain: Bool) throws {
        let float = network([0.5, 0.2, 0.1, 0.3, 0.1, 0.2, 0.1, 0.3, 0.4], [-100, -100, -100], .relu)
        let quantized = try Quantizer(float, options: isPlain ? .plain : QuantizationOptions()).quantize([picture])
        let values = IntegerEmulation(quantized).run(picture, keeping: ["a", "b"])
        #expect(values["a"]!.elements.allSatisfy { $0 == 0 })
        // b is the picture's format, 255 steps: 0.01 is 2.55 of them.
        #expect(values["b"]!.elements.allSatisfy { $0 == 3 })
    }

    @Test(
        "One enormous weight leaves a network or a diagnostic with layer and channel",
        arguments: [1e20, 1e30, 3e38] as [Float])
    func enormousWeight(weight: Float) throws {
        let float = network([0.5, 0.2, 0.1, weight, 0.1, 0.2, 0.1, 0.3, 0.4], [0, 0, 0])
        for options in [QuantizationOptions(), .plain, QuantizationOptions().changed { $0.activations.law = .table }] {
            guard let refusal = diagnostic(float, options) else { continue }
            #expect(refusal.place.hasPrefix("layer a") || refusal.place.hasPrefix("layer b"), "\(refusal)")
        }
        let infinite = diagnostic(network([weight, weight, weight, 1, 1, 1, 1, 1, 1], [3e38, 0, 0]))
        #expect(
            weight < 3e38 || (infinite?.code == .floatNotFinite && infinite?.place == "layer a, channel 0"),
            "\(String(describing: infinite))")
    }

    @Test("A negative slope mirrors: results of negative sums are positive", arguments: [-0.25, -1, -3])
    func negativeSlope(slope: Double) throws {
        // Channel 0: x - 0.25, from -0.25 to 0.31.
        let float = network([1, 0, 0, 0, 1, 0, 0, 0, 1], [-0.25, -0.25, 0.1], .leakyRelu(slope: slope))
        let quantized = try Quantizer(float).quantize([picture])
        try quantized.validate()
        let values = IntegerEmulation(quantized).run(picture, keeping: ["a"])["a"]!
        let step = quantized.formats["a"]!.step
        for pixel in 0..<144 {
            let sum = Double(pixel) / 255 - 0.25
            let expected = sum < 0 ? slope * sum : sum
            // A code of power 2 is at most 2/127 of the range from its neighbour.
            #expect(
                abs(values.elements[3 * pixel] * step - expected) < 0.012 * max(1, -slope), "pixel \(pixel), \(slope)")
        }
        let table = diagnostic(float, QuantizationOptions().changed { $0.activations.law = .table })
        #expect(table?.code == .activationUnquantizable && table?.place == "layer a", "\(String(describing: table))")
    }

    @Test(
        "A slope of 0 and slopes above 1, limits that are infinite or beyond 32 bits",
        arguments: [
            ActivationFunction.leakyRelu(slope: 0), .leakyRelu(slope: 4), .clip(low: -.infinity, high: .infinity),
            .clip(low: -3.4e38, high: 3.4e38), .clip(low: 0.05, high: .infinity), .sigmoid,
        ])
    func otherFunctions(function: ActivationFunction) throws {
        let float = network([1, 0, 0, 0, 1, 0, 0, 0, 1], [-0.25, -0.25, 0.1], function)
        let quantized = try Quantizer(float).quantize([picture])
        let values = IntegerEmulation(quantized).run(picture, keeping: ["a"])["a"]!
        let step = quantized.formats["a"]!.step
        for pixel in 0..<144 {
            let sum = Double(pixel) / 255 - 0.25
            let expected =
                switch function {
                case .leakyRelu(let slope): sum < 0 ? slope * sum : sum
                case .clip(let low, let high): min(max(sum, low), high)
                case .sigmoid: 1 / (1 + exp(-sum))
                case .none, .relu: sum
                }
            #expect(abs(values.elements[3 * pixel] * step - expected) < 0.03, "pixel \(pixel), \(function)")
        }
    }

    @Test("What post-processing cannot carry is refused, with the layer and what to put in its place")
    func unexecutable() throws {
        var float = network([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], .relu)
        float.rateGains["a"] = [[1, 1, 1], [2, 2, 2]]
        #expect(diagnostic(float)?.code == .activationUnquantizable)
        float.graph.layers[0].activation = .none
        #expect(diagnostic(float) == nil)
        float.rateGains = [:]
        float.graph.layers.append(
            Layer(name: "sum", operator: .add, inputs: ["a", "b"], activation: .leakyRelu(slope: 0.1)))
        float.graph.outputs = ["sum"]
        let add = diagnostic(float)
        #expect(
            add?.code == .activationUnquantizable && add?.place == "layer sum"
                && add?.remedy.contains("requantize") == true)
        float.graph.layers[2].activation = .clip(low: 0.2, high: .infinity)
        let clipped = try Quantizer(float).quantize([picture])
        guard case .addition(let addition)? = clipped.parameters["sum"] else {
            Issue.record("no addition")
            return
        }
        #expect(addition.clipLow == Int32((0.2 / clipped.formats["sum"]!.step).rounded()) && addition.clipHigh == .max)
    }

    /// Two pointwise convolutions of the picture, the second ten times as large, joined and read by a third.
    private var joined: FloatNetwork {
        var float = network([0.1, 0, 0, 0, 0.1, 0, 0, 0, 0.1], [0, -0.02, 0])
        float.graph.layers = [
            pointwise("a", "image"), pointwise("b", "image", .relu),
            Layer(name: "joined", operator: .concatenation, inputs: ["a", "b"]), pointwise("c", "joined", channels: 2),
        ]
        float.parameters["b"] = .accumulation(weights: [1, 0, 0, 0, 1, 0, 0, 0, 1], bias: [0, 0, -0.1])
        float.parameters["c"] = .accumulation(weights: [1, 0, 0, 0.5, 0, 0, 0, 1, 0, 0, 0.5, 0], bias: [0, 0])
        float.graph.outputs = ["c"]
        return float
    }

    @Test(
        "Operands of a concatenation get one grid and one list of codebooks, each channel its own select",
        arguments: [false, true])
    func concatenation(isPlain: Bool) throws {
        let quantized = try Quantizer(joined, options: isPlain ? .plain : QuantizationOptions()).quantize([picture])
        guard case .codes(let a)? = quantized.formats["a"], case .codes(let b)? = quantized.formats["b"],
            case .codes(let all)? = quantized.formats["joined"]
        else {
            Issue.record("no codes")
            return
        }
        #expect(a.step == b.step && a.codebooks == b.codebooks && a.step == all.step && a.codebooks == all.codebooks)
        #expect(all.selects == a.selects + b.selects)
        // A tenth of the range is fine enough only behind a codebook of its own.
        if !isPlain { #expect(a.selects[0] > b.selects[0]) }
        let values = IntegerEmulation(quantized).run(picture, keeping: ["joined", "c"])
        let step = quantized.formats["c"]!.step
        for pixel in 0..<144 {
            let x = Double(pixel) / 255
            let expected = [0.1 * x + 0.5 * x, 0.1 * x - 0.02 + 0.5 * x]
            for channel in 0..<2 {
                #expect(
                    abs(values["c"]!.elements[2 * pixel + channel] * step - expected[channel])
                        < (isPlain ? 0.01 : 0.006), "pixel \(pixel), channel \(channel)")
            }
        }
        _ = try ProvenNetwork(quantized)
        #expect(try NetworkFile(NetworkFile(quantized: quantized).bytes, at: "joined").quantized == quantized)
    }

    @Test(
        "Nested concatenations share one format; an operand of a given format gets a requantize"
    )
    func concatenationsOfOthers() throws {
        var float = joined
        float.graph.layers.insert(
            contentsOf: [
                pointwise("d", "image"), Layer(name: "all", operator: .concatenation, inputs: ["joined", "d"]),
            ], at: 3)
        float.parameters["d"] = .accumulation(weights: [5, 0, 0, 0, 5, 0, 0, 0, 5], bias: [0, 0, 0])
        float.graph.outputs = ["c", "all"]
        let quantized = try Quantizer(float).quantize([picture])
        let steps = Set(["a", "b", "d", "joined", "all"].map { quantized.formats[$0]!.step })
        #expect(steps.count == 1)

        float = joined
        float.graph.layers[2].inputs = ["image", "b"]
        let mixed = try Quantizer(float).quantize([picture])
        #expect(mixed.graph.layers.map(\.name) == ["a", "b", "joined.operand0", "joined", "c"])
        #expect(mixed.graph.layers[3].inputs == ["joined.operand0", "b"])
        // A name that is taken.
        float.graph.layers[0].name = "joined.operand0"
        float.parameters["joined.operand0"] = float.parameters["a"]
        float.parameters["a"] = nil
        #expect(try Quantizer(float).quantize([picture]).graph.layers[2].name == "joined.operand0.2")
        float.graph.layers[2].inputs = ["copy", "b"]
        float.graph.layers[0] = Layer(name: "copy", operator: .requantize, inputs: ["image"])
        float.parameters["joined.operand0"] = nil
        #expect(diagnostic(float) == nil)
        float.graph.layers[2].inputs = ["b", "b"]
        #expect(diagnostic(float) == nil)
    }

    @Test("Sigmoids are joined with anything: behind a requantize, and with each other as they are")
    func joinedSigmoids() throws {
        var float = joined
        float.graph.layers[1].activation = .sigmoid
        for options in [QuantizationOptions(), .plain, QuantizationOptions().changed { $0.activations.law = .table }] {
            let quantized = try Quantizer(float, options: options).quantize([picture])
            #expect(quantized.graph.layers.map(\.name) == ["a", "b", "joined.operand1", "joined", "c"])
            let values = IntegerEmulation(quantized).run(picture, keeping: ["joined"])["joined"]!
            let step = quantized.formats["joined"]!.step
            for pixel in 0..<144 {
                let x = Double(pixel) / 255
                let expected = 1 / (1 + exp(-x))
                #expect(abs(values.elements[6 * pixel + 3] * step - expected) < 0.015, "pixel \(pixel)")
                #expect(abs(values.elements[6 * pixel] * step - 0.1 * x) < 0.015, "pixel \(pixel)")
            }
            try QuantizedCheck.requireAgreement(quantized)
        }
        float.graph.layers[0].activation = .sigmoid
        let both = try Quantizer(float).quantize([picture])
        #expect(both.graph.layers.map(\.name) == ["a", "b", "joined", "c"])
        try QuantizedCheck.requireAgreement(both)
    }

    @Test("Pictures that the network does not take, and a study of a network without a picture at its end")
    func pictures() throws {
        var float = network([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0])
        float.graph.layers[1].operator = .fullyConnected(outputChannels: 3)
        float.parameters["b"] = .accumulation(weights: Array(repeating: 0.1, count: 9), bias: [0, 0, 0])
        #expect(diagnostic(float)?.code == .graphPictureUnfit)
        float.graph.inputs.append(GraphInput(name: "other", channels: 3))
        #expect(diagnostic(float)?.code == .networkHasNoPicture)
        float = network([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0])
        float.graph.layers[1] = Layer(
            name: "b",
            operator: .convolution(
                Convolution(outputChannels: 3, kernelHeight: 1, kernelWidth: 1, strideY: 2, strideX: 2)), inputs: ["a"])
        let study = Study(float, calibration: [picture], pictures: [picture])
        let refusal = #expect(throws: Diagnostic.self) { try study.means() }
        #expect(refusal?.code == .networkGivesNoPicture)
        // All weights zero: no signal, no noise, and no trap.
        let dead = Study(
            network(Array(repeating: 0, count: 9), [0, 0, 0], .relu), calibration: [picture], pictures: [picture])
        #expect(throws: Never.self) { try dead.weights(laws: [.linear], groupings: [.layer, .kernel]) }
        #expect(throws: Never.self) {
            try dead.codebooks(laws: [.linear, .power(numerator: 2, denominator: 1)], counts: [1, 8])
        }
    }

    @Test("Latents beyond 16 bits are refused with their channel; a histogram wider than a table lets its ends escape")
    func latents() throws {
        var float = network([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 1e6, 0])
        float.graph.latents = ["a"]
        let refusal = diagnostic(float)
        #expect(
            refusal?.code == .networkValueOutOfRange && refusal?.place == "layer a, channel 1",
            "\(String(describing: refusal))")

        let graph = Graph(
            name: "wide", inputs: [GraphInput(name: "image", channels: 3)],
            layers: [
                pointwise("a", "image"),
                Layer(name: "symbols", operator: .quantizeLatent(LatentGrid(fractionBits: 0)), inputs: ["a"]),
                Layer(name: "back", operator: .reconstructLatent(LatentGrid(fractionBits: 0)), inputs: ["symbols"]),
                Layer(name: "codes", operator: .requantize, inputs: ["back"]), pointwise("b", "codes"),
            ], outputs: ["b"], latents: ["symbols"])
        let wide = FloatNetwork(
            graph: graph,
            parameters: [
                "a": .accumulation(weights: [50_000, 0, 0, 0, 1, 0, 0, 0, 1], bias: [-14_000, 0, 0]),
                "b": .accumulation(weights: [1, 0, 0, 0, 1, 0, 0, 0, 1], bias: [0, 0, 0]),
            ])
        let prepared = try CodecCalibration.prepared(
            Quantizer(wide).quantize([picture]), prior: nil, pictures: [picture])
        let file = NetworkFile(quantized: prepared)
        #expect(try NetworkFile(file.bytes, at: "wide").quantized?.codec == prepared.codec)
    }
}
