import FixedPoint
import Graph
import Images
import MachineDescription
import Networks
import Quantization
import ReferenceModel
import Simulation
import Tensors
import Testing

/// Saturated outputs channel by channel, counted by hand, and when they are worth a warning.
@Suite struct SaturationTests {
    /// Pixels 0...99 through layers of 5 channels (2 for `up`), each stored as -128...127.
    private static func network() throws -> QuantizedNetwork {
        func accumulation(_ weights: [Int], channels: Int) -> LayerParameters {
            .accumulation(
                AccumulationParameters(
                    weightCodes: weights.map { UInt8($0 + 128) }, weightDecoder: .linear(),
                    bias: Array(repeating: 0, count: channels),
                    postProcessing: PostProcessing(
                        multipliers: Array(repeating: .one, count: channels), rounding: .floor)))
        }
        let byChannel = [0, 1, 2, -3, 4]
        // [K][R][S][C]: channel 1 alone, times 1, 2, 0, 0 at the taps for the first output and 1 everywhere for the
        // second.
        let up = [1, 2, 0, 0, 1, 1, 1, 1].flatMap { [0, $0, 0, 0, 0] }
        let gamma = NormalizationParameters(
            gammaCodes: Array(repeating: 128, count: 25), gammaDecoder: .linear(),
            operandShifts: Array(repeating: 0, count: 5),
            beta: Array(repeating: 1, count: 5), scaleMantissas: Array(repeating: 2, count: 5),
            scaleShifts: Array(repeating: 0, count: 5))
        let layers = [
            Layer(
                name: "plain", operator: .convolution(Convolution(outputChannels: 5, kernelHeight: 1, kernelWidth: 1)),
                inputs: ["picture"]),
            Layer(
                name: "grouped",
                operator: .convolution(Convolution(outputChannels: 5, kernelHeight: 1, kernelWidth: 1, groups: 5)),
                inputs: ["plain"]),
            Layer(
                name: "up",
                operator: .transposedConvolution(
                    TransposedConvolution(outputChannels: 2, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2)),
                inputs: ["plain"]),
            Layer(name: "sum", operator: .add, inputs: ["plain", "grouped"]),
            Layer(name: "norm", operator: .normalization(.igdn1), inputs: ["plain"]),
            Layer(name: "joined", operator: .concatenation, inputs: ["sum", "norm"]),
        ]
        let graph = Graph(
            name: "clipped", inputs: [GraphInput(name: "picture", channels: 1)], layers: layers,
            outputs: ["up", "joined"])
        var formats: [String: TensorFormat] = ["picture": .codes(.uniform(.linearUnsigned, channels: 1, step: 1))]
        for (name, channels) in [("plain", 5), ("grouped", 5), ("up", 2), ("sum", 5), ("norm", 5), ("joined", 10)] {
            formats[name] = .codes(.uniform(.linearSigned, channels: channels, step: 1))
        }
        return QuantizedNetwork(
            graph: graph, formats: formats,
            parameters: [
                "plain": accumulation(byChannel, channels: 5), "grouped": accumulation([1, 2, 1, 2, -2], channels: 5),
                "up": accumulation(up, channels: 2),
                "sum": .addition(
                    AdditionParameters(mantissaA: 1 << 20, mantissaB: 1 << 20, exponent: 11, rounding: .floor)),
                "norm": .normalization(gamma),
                "joined": .none,
            ], widths: DatapathWidths(activationBits: 9, weightBits: 8, accumulatorBits: 24))
    }

    private static let input = Tensor<Int32>(
        shape: TensorShape(height: 2, width: 50, channels: 1), elements: (0..<100).map { Int32($0) })

    /// For v in 0...99, in -128...127: 2 v from 64, -3 v from 43, 4 v from 32 on.
    private static let counts: [(layer: String, channels: [Int])] = [
        ("plain", [0, 0, 36, 57, 68]),
        // 2 v from 64, twice max(-3 v, -128) from 22, -2 times min(4 v, 127) from 17 on.
        ("grouped", [0, 36, 0, 78, 83]), ("up", [36, 0]),
        // 3 v from 43, 4 v from 32, -9 v from 15 on; 4 v - 8 v and 127 - 128 fit.
        ("sum", [0, 57, 68, 85, 0]),
        // Twice what `plain` stores: beyond 63 from 64, 32 and 16, below -64 from 22 on.
        ("norm", [0, 36, 68, 78, 84]), ("joined", Array(repeating: 0, count: 10)),
    ]

    @Test(
        "Channels of plain, grouped, transposed convolutions, sums, normalizations, copies are counted as by hand",
        arguments: MachineDescription.builtInNames, [1, 2])
    func byHand(machine: String, threads: Int) throws {
        let network = try Self.network()
        let plan = try SimulationPlan(network: network, machine: .load(machine), width: 50, height: 2)
        let run = try SimulationRun(plan, of: ProvenNetwork(network), inputs: ["picture": Self.input], threads: threads)
        let reference = try ReferenceModel(network).run(inputs: ["picture": Self.input])
        for (index, (layer, channels)) in Self.counts.enumerated() {
            #expect(reference.saturatedOutputsByChannel[layer] == channels, "\(layer)")
            #expect(run.saturatedOutputsByChannel[index] == channels, "\(layer)")
            #expect(run.saturatedOutputs[index] == channels.reduce(0, +))
            #expect(run.storedOutput(layer) == reference.tensors[layer])
        }
        #expect(
            run.saturations.map(\.tensor) == Self.counts.map(\.layer)
                && run.saturations.map(\.elements) == [500, 500, 800, 500, 500, 1000])
        #expect(run.saturations[0].worstChannel == ChannelSaturation(channel: 4, saturatedOutputs: 68, share: 0.68))
        #expect(run.saturations[5].worstChannel == nil && run.saturations[5].saturatedShare == 0)
    }

    @Test("A clip that is part of a layer does not count, what the format cuts off does")
    func wantedClip() throws {
        var network = try Self.network()
        guard case .accumulation(var parameters)? = network.parameters["plain"] else { return }
        (parameters.postProcessing.clipLow, parameters.postProcessing.clipHigh) = (0, 127)
        network.parameters["plain"] = .accumulation(parameters)
        let plan = try SimulationPlan(network: network, machine: .load("mid"), width: 50, height: 2)
        let run = try SimulationRun(plan, of: ProvenNetwork(network), inputs: ["picture": Self.input])
        #expect(run.saturatedOutputsByChannel[0] == [0, 0, 0, 0, 0])
        #expect(run.saturatedOutputsByChannel[1] == [0, 36, 0, 0, 83])
    }

    @Test("verify names the first channel that is counted differently where all elements are equal")
    func named() throws {
        let layer = Layer(
            name: "layer", operator: .convolution(Convolution(outputChannels: 3, kernelHeight: 1, kernelWidth: 1)),
            inputs: ["picture"])
        let parameters = AccumulationParameters(
            weightCodes: [129, 128, 128, 128, 129, 128, 128, 128, 129], weightDecoder: .linear(), bias: [0, 0, 0],
            postProcessing: PostProcessing(multipliers: Array(repeating: .one, count: 3), rounding: .floor))
        let network = QuantizedNetwork(
            graph: Graph(
                name: "copy", inputs: [GraphInput(name: "picture", channels: 3)], layers: [layer], outputs: ["layer"]),
            formats: [
                "picture": .codes(.uniform(.linearUnsigned, channels: 3, step: 1)),
                "layer": .codes(.uniform(.linearSigned, channels: 3, step: 1)),
            ],
            parameters: ["layer": .accumulation(parameters)],
            widths: DatapathWidths(activationBits: 9, weightBits: 8, accumulatorBits: 24))
        // 127 is the last entry; twice as much is stored as 127 too.
        let picture = RGBImage(width: 5, height: 4, samples: Array(repeating: 127, count: 60))
        func failure(_ fault: InjectedFault?) throws -> String? {
            try Verification(
                network: ProvenNetwork(network), machine: .load("mid"), picture: picture, fault: fault, threads: 1
            ).failure
        }
        #expect(try failure(nil) == nil)
        let fault = InjectedFault.weight(layer: "layer", index: 4, code: 130)
        #expect(try failure(fault) == "layer layer, channel 1: reference counts 0 saturated outputs, machine 20")
    }

    private func saturation(_ tensor: String, _ elements: Int, _ counts: [Int]) -> TensorSaturation {
        TensorSaturation(tensor: tensor, elements: elements, saturatedOutputsByChannel: counts)
    }

    @Test("More than one element in a thousand is worth a warning, exactly one is not")
    func limit() throws {
        let graph = try Self.network().graph
        func report(_ saturations: TensorSaturation...) -> ClippingReport? {
            ClippingReport(saturations, of: graph, picture: nil)
        }
        #expect(report(saturation("plain", 3000, [0, 3, 0])) == nil)
        #expect(report(saturation("plain", 2999, [0, 2])) == nil)
        #expect(report(saturation("plain", 2999, [0, 3])) != nil)
        #expect(report(saturation("plain", 3000, [1, 1, 2])) != nil)
        #expect(report(saturation("plain", 1 << 60, [1 << 50])) == nil)
        #expect(report(saturation("plain", 1 << 60, [1 << 51])) != nil)
        #expect(report() == nil)
    }

    @Test("The worst tensor, its worst channel and how many more there are, in one sentence")
    func sentence() throws {
        let graph = try Self.network().graph
        func report(_ saturations: [TensorSaturation]) throws -> ClippingReport {
            try #require(ClippingReport(saturations, of: graph, picture: nil))
        }
        let (few, most, same) = (
            saturation("plain", 4000, [5, 5]), saturation("grouped", 2000, [0, 40, 8, 40]),
            saturation("sum", 4000, [176])
        )
        let alone = try report([most])
        #expect((alone.tensor, alone.saturatedOutputs, alone.elements, alone.otherTensors) == ("grouped", 88, 2000, 0))
        #expect(
            alone.saturatedShare == 0.044
                && alone.worstChannel == ChannelSaturation(channel: 1, saturatedOutputs: 40, share: 0.08))
        let because = "this picture drives them beyond the ranges that calibration saw; calibrate on pictures like it"
        #expect(alone.sentence == "4.40 % of the elements of grouped are clipped (channel 1: 8.00 %): \(because)")
        let two = try report([few, most])
        #expect(
            two.sentence
                == """
                4.40 % of the elements of grouped are clipped (channel 1: 8.00 %), and more than 0.1 % of those of 1 \
                other tensor: \(because)
                """
        )
        let three = try report([few, most, same])
        #expect(
            three.tensor == "grouped" && three.otherTensors == 2 && three.sentence.contains(" of 2 other tensors: "))
        #expect(try report([same, most]).tensor == "sum", "of equal shares the first")
    }

    @Test("The picture at the end does not count, nor what it is copied from")
    func picture() throws {
        let graph = try Self.network().graph
        let clipped = ["plain", "sum", "norm", "joined"].map { saturation($0, 1000, [10]) }
        #expect(
            ClippingReport(clipped, of: graph, picture: "joined").map { ($0.tensor, $0.otherTensors) } ?? ("", 0) == (
                "plain", 0
            ))
        #expect(
            ClippingReport(clipped, of: graph, picture: "up").map { ($0.tensor, $0.otherTensors) } ?? ("", 0) == (
                "plain", 3
            ))
        #expect(ClippingReport(Array(clipped.dropFirst()), of: graph, picture: "joined") == nil)
    }
}
