import Graph
import Networks
import ONNX
import ONNXImport
import Quantization
import TFLiteImport
import Testing

/// Pairs of QuantizeLinear and DequantizeLinear behind one another are put together as onnxruntime does it: the range
/// that both have, in 255 steps. `Scripts/onnx_agreement.py` compares the codes.
@Suite struct ONNXDoubledQuantizationTests {
    private struct Format {
        var scale: Float
        var zeroPoint: Int
        var type = ONNXElementType.uint8
    }

    /// in ─ Q ─ DQ ─ Conv ─ pair of each format ─ Conv ─ Q ─ DQ
    private func graph(
        _ formats: [Format], between: String? = nil, outputs: [String] = [], readsTwice: Bool = false
    ) -> WrittenGraph {
        var graph = WrittenGraph([1, 2, 4, 4], outputs: ["out"] + outputs)
        graph.floats("s", [], [0.01])
        graph.integers("z", [128], .uint8, extents: [])
        graph.integers("w", [90, 20, -30, 40], .int8, extents: [2, 2, 1, 1])
        graph.integers("wz", [0], .int8, extents: [])
        graph.add("DequantizeLinear", ["w", "s", "wz"], "weights")
        graph.pair("in", "s", "z", "front")
        graph.add("Conv", ["front", "weights"], "sums")
        var last = "sums"
        for (index, format) in formats.enumerated() {
            graph.floats("s\(index)", [], [format.scale])
            graph.integers("z\(index)", [format.zeroPoint], format.type, extents: [])
            if index > 0, let between {
                graph.add(between, [last], "between\(index)", between == "Transpose" ? ["perm": turn(index)] : [:])
                last = "between\(index)"
            }
            graph.pair(last, "s\(index)", "z\(index)", "real\(index)")
            last = "real\(index)"
        }
        if between == "Transpose", formats.count % 2 == 0 {
            graph.add("Transpose", [last], "back", ["perm": turn(formats.count)])
            last = "back"
        }
        graph.add("Conv", [last, "weights"], "second")
        graph.pair("second", "s", "z", "out")
        if readsTwice {
            graph.add("Conv", ["real0", "weights"], "third")
            graph.pair("third", "s", "z", "other")
            graph.model.outputs.append(ONNXTensorType(name: "other", elementType: .float32))
        }
        return graph
    }

    private func turn(_ index: Int) -> ONNXAttribute { .integers(index % 2 == 1 ? [0, 2, 3, 1] : [0, 3, 1, 2]) }

    /// The layers, the first's format, and what is remarked.
    private func imported(
        _ graph: WrittenGraph, outputs: [String] = []
    ) throws -> (layers: [String], format: TensorFormat?, remarks: [String]) {
        let imported = try ONNXImport(graph.model, name: "net", outputs: outputs, at: "test")
        guard case .quantized(let network) = imported.network else {
            Issue.record("a float network")
            return ([], nil, [])
        }
        return (
            network.graph.layers.map(\.name), network.formats[network.graph.layers[0].name], imported.report.remarks
        )
    }

    private func stored(_ format: Format) -> TensorFormat {
        ActivationQuantization(isSigned: format.type == .int8, scale: format.scale, zeroPoint: format.zeroPoint)
            .format(channels: 2)
    }

    private static let wide = Format(scale: 0.03, zeroPoint: 128)
    private static let wider = Format(scale: 0.05, zeroPoint: 120)
    private static let positive = Format(scale: 0.02, zeroPoint: 0)
    /// -3.84...3.81 lies within -6...6.75.
    private static let both = Format(scale: (Float(127) * 0.03 - Float(-128) * 0.03) / 255, zeroPoint: 128)
    /// Of 0...5.1 and the same: 0...3.81.
    private static let bothPositive = Format(scale: Float(127) * 0.03 / 255, zeroPoint: 0)

    @Test("One of two pairs is left, whose range both had; and what stands in between does not matter")
    func joined() throws {
        for between in [nil, "Identity", "Dropout"] {
            let two = try imported(graph([Self.wide, Self.wider], between: between))
            #expect(two.layers == ["real0.q", "out.q"] && two.format == stored(Self.both))
            #expect(two.remarks.contains { $0.contains("left out, as the runtime leaves them out") })
        }
        let positive = try imported(graph([Self.wide, Self.positive]))
        #expect(positive.layers == ["real0.q", "out.q"] && positive.format == stored(Self.bothPositive))
        let negative = Format(scale: 0.02, zeroPoint: -128, type: .int8)
        let signed = try imported(graph([Format(scale: 0.03, zeroPoint: 0, type: .int8), negative]))
        let common = Format(scale: Self.bothPositive.scale, zeroPoint: -128, type: .int8)
        #expect(signed.layers == ["real0.q", "out.q"] && signed.format == stored(common))
    }

    @Test("Three pairs and four: one after the other")
    func several() throws {
        for formats in [[Self.wide, Self.wider, Self.positive], [Self.wide, Self.wide, Self.wider, Self.positive]] {
            let found = try imported(graph(formats))
            // The range of the first two is the first's, but for the rounding of its step.
            let high = Float(127) * Self.both.scale
            #expect(found.layers == ["real0.q", "out.q"])
            #expect(found.format == stored(Format(scale: high / 255, zeroPoint: 0)))
        }
    }

    @Test("The input's own pair and another")
    func input() throws {
        var graph = graph([Self.wide])
        graph.model.nodes.removeAll { $0.outputs == ["sums"] }
        let conv = ONNXNode(
            index: 90, name: "", operatorType: "Conv", domain: "", inputs: ["again", "weights"], outputs: ["sums"],
            attributes: [:])
        let at = try #require(graph.model.nodes.firstIndex { $0.inputs.contains("sums") })
        graph.model.nodes.insert(conv, at: at)
        for (index, node) in [
            ("QuantizeLinear", "front", "again.q"), ("DequantizeLinear", "again.q", "again"),
        ].enumerated() {
            let made = ONNXNode(
                index: 91 + index, name: "", operatorType: node.0, domain: "", inputs: [node.1, "s0", "z0"],
                outputs: [node.2], attributes: [:])
            graph.model.nodes.insert(made, at: at + index)
        }
        for index in graph.model.nodes.indices { graph.model.nodes[index].index = index }
        guard case .quantized(let network) = try ONNXImport(graph.model, name: "net", at: "test").network else {
            Issue.record("a float network")
            return
        }
        // -1.28...1.27 lies within -3.84...3.81.
        let scale = (Float(127) * 0.01 - Float(-128) * 0.01) / 255
        #expect(network.graph.layers.map(\.name) == ["real0.q", "out.q"])
        #expect(network.host.first?.result.scale == scale && network.host.first?.result.zeroPoint == 128)
        #expect(network.formats["front.q"] == stored(Format(scale: scale, zeroPoint: 128)))
    }

    @Test("Both are kept where something else reads what lies between, or where types differ")
    func kept() throws {
        let kept = ["real0.q", "real1.q", "out.q"]
        for output in ["real0", "real0.q", "real1.q"] {
            let found = try imported(graph([Self.wide, Self.wider], outputs: [output]))
            #expect(found.layers == kept && found.format == stored(Self.wide), "\(output)")
        }
        // The result of the last operator may be an output, as the runtime has it.
        #expect(try imported(graph([Self.wide, Self.wider], outputs: ["real1"])).layers == ["real0.q", "out.q"])
        #expect(try imported(graph([Self.wide, Self.wider]), outputs: ["real1.q"]).layers == ["real0.q", "real1.q"])
        let types = try imported(graph([Self.wide, Format(scale: 0.05, zeroPoint: 3, type: .int8)]))
        #expect(types.layers == kept && types.format == stored(Self.wide))
        let read = try imported(graph([Self.wide, Self.wider], readsTwice: true))
        #expect(Set(read.layers) == Set(kept + ["other.q"]) && read.format == stored(Self.wide))
        // Ranges -7.65...0 and 0...5.1: no range is left, and nobody divides by its step.
        let apart = try imported(graph([Format(scale: 0.03, zeroPoint: 255), Self.positive]))
        #expect(apart.layers == kept && apart.remarks.contains { $0.contains("0 only in common") })
    }

    @Test("A Transpose between two scales is named: what the runtime does there depends on the whole graph")
    func turned() throws {
        let found = try imported(graph([Self.wide, Self.wider], between: "Transpose"))
        #expect(found.layers == ["real0.q", "real1.q", "out.q"])
        #expect(found.remarks.contains { $0.contains("Transpose between two scales") })
    }
}

extension WrittenGraph {
    fileprivate mutating func pair(_ input: String, _ scale: String, _ zeroPoint: String, _ output: String) {
        add("QuantizeLinear", [input, scale, zeroPoint], output + ".q")
        add("DequantizeLinear", [output + ".q", scale, zeroPoint], output)
    }
}
