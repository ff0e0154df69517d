import Diagnostics
import FloatModel
import Graph
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import Random
import TFLiteImport
import Tensors
import Testing

/// Pictures of one channel or one pixel have one order of elements, whichever axes a file gives them; inputs keep their
/// own extents.
@Suite struct ONNXLayoutTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var extents: [Int]
        var stored: TensorShape
        var build: @Sendable (inout WrittenGraph, inout SeededGenerator) -> Void
    }

    private static let cases: [Case] = [
        Case(
            testDescription: "one channel behind, then before rows and columns, and back", extents: [1, 5, 6, 1],
            stored: TensorShape(height: 5, width: 6, channels: 1)
        ) { graph, random in
            graph.turnedIn("in", "a")
            graph.convolution("a", "b", [1, 1, 3, 2], &random)
            graph.add("Transpose", ["b"], "out", ["perm": .integers([0, 2, 3, 1])])
        },
        Case(
            testDescription: "one row of one channel", extents: [1, 1, 6, 1],
            stored: TensorShape(height: 1, width: 6, channels: 1)
        ) { graph, random in
            graph.turnedIn("in", "a")
            graph.convolution("a", "b", [3, 1, 1, 2], &random)
            graph.add("Transpose", ["b"], "out", ["perm": .integers([0, 2, 3, 1])])
        },
        Case(
            testDescription: "one pixel", extents: [1, 1, 1, 3],
            stored: TensorShape(height: 1, width: 1, channels: 3)
        ) { graph, random in
            graph.turnedIn("in", "a")
            graph.convolution("a", "b", [2, 3, 1, 1], &random)
            graph.add("Transpose", ["b"], "out", ["perm": .integers([0, 2, 3, 1])])
        },
        Case(
            testDescription: "one channel by a Reshape, and back by one", extents: [1, 5, 6, 1],
            stored: TensorShape(height: 5, width: 6, channels: 1)
        ) { graph, random in
            graph.integers("picture", [1, 1, 5, 6])
            graph.add("Reshape", ["in", "picture"], "a")
            graph.convolution("a", "b", [1, 1, 2, 2], &random)
            graph.integers("back", [1, 4, 5, 1])
            graph.add("Reshape", ["b", "back"], "out")
        },
        Case(
            testDescription: "a Reshape whose extents an operator Constant has", extents: [1, 5, 6, 1],
            stored: TensorShape(height: 5, width: 6, channels: 1)
        ) { graph, random in
            let extents = ONNXTensor(.int64, [4], .integers([1, 1, 5, -1]))
            graph.add("Constant", [], "picture", ["value": .tensor(extents)])
            graph.add("Reshape", ["in", "picture"], "a")
            graph.convolution("a", "out", [1, 1, 5, 6], &random)
        },
        Case(
            testDescription: "one channel in the middle, added to itself turned", extents: [1, 5, 6, 1],
            stored: TensorShape(height: 5, width: 6, channels: 1)
        ) { graph, random in
            graph.turnedIn("in", "a")
            graph.convolution("a", "b", [1, 1, 1, 1], &random)
            graph.add("Transpose", ["b"], "c", ["perm": .integers([0, 2, 3, 1])])
            graph.add("Add", ["in", "c"], "d")
            graph.add("Relu", ["d"], "out")
        },
        Case(
            testDescription: "scaled before it is turned", extents: [1, 5, 6, 1],
            stored: TensorShape(height: 5, width: 6, channels: 1)
        ) { graph, random in
            graph.floats("s", [], [0.25])
            graph.add("Mul", ["in", "s"], "m")
            graph.turnedIn("m", "a")
            graph.convolution("a", "out", [1, 1, 2, 2], &random)
        },
        Case(
            testDescription: "a term for each channel of one pixel, channels last", extents: [1, 1, 1, 3],
            stored: TensorShape(height: 1, width: 1, channels: 3)
        ) { graph, random in
            graph.random("t", [3], &random)
            graph.add("Sub", ["in", "t"], "m")
            graph.turnedIn("m", "a")
            graph.convolution("a", "out", [2, 3, 1, 1], &random)
        },
    ]

    @Test("A network of a turned picture computes what the graph says", arguments: cases)
    func turned(_ one: Case) throws {
        for seed in 1...3 {
            var random = SeededGenerator(seed: UInt64(seed))
            var graph = WrittenGraph(one.extents)
            one.build(&graph, &random)
            let imported = try ONNXImport(graph.model, name: "net", at: "test")
            guard case .float(let network) = imported.network else {
                Issue.record("a quantized network")
                return
            }
            let elements = (0..<one.stored.count).map { _ in Float.random(in: -1...1, using: &random) }
            var evaluator = PlainEvaluator(graph.model)
            let expected = evaluator.run(PlainTensor(one.extents, elements)).elements
            #expect(imported.report.height == one.stored.height && imported.report.width == one.stored.width)
            #expect(network.graph.inputs[0].channels == one.stored.channels)
            // Its elements are stored in the file's order, and so are those of these outputs.
            let name = network.graph.outputs[0]
            let input = Tensor(shape: one.stored, elements: elements)
            let output = try #require(try FloatModel(network).run(input, keeping: [name])[name])
            try #require(expected.count == output.elements.count)
            for (wanted, found) in zip(expected, output.elements) { #expect(abs(Double(found) - wanted) <= 1e-5) }
        }
    }

    @Test("Three channels are scaled and shifted behind rows and columns, one number each")
    func channelsLast() throws {
        var random = SeededGenerator(seed: 9)
        var graph = WrittenGraph([1, 4, 5, 3])
        graph.random("s", [1, 1, 1, 3], &random)
        graph.add("Mul", ["in", "s"], "m")
        graph.turnedIn("m", "a")
        graph.convolution("a", "b", [2, 3, 2, 2], &random)
        graph.add("Transpose", ["b"], "out", ["perm": .integers([0, 2, 3, 1])])
        guard case .float(let network) = try ONNXImport(graph.model, name: "net", at: "test").network else {
            Issue.record("a quantized network")
            return
        }
        let shape = TensorShape(height: 4, width: 5, channels: 3)
        let elements = (0..<shape.count).map { _ in Float.random(in: -1...1, using: &random) }
        var evaluator = PlainEvaluator(graph.model)
        let expected = evaluator.run(PlainTensor([1, 4, 5, 3], elements)).elements
        let name = network.graph.outputs[0]
        let output = try #require(
            try FloatModel(network).run(Tensor(shape: shape, elements: elements), keeping: [name])[name])
        try #require(expected.count == output.elements.count)
        for (wanted, found) in zip(expected, output.elements) { #expect(abs(Double(found) - wanted) <= 1e-5) }
    }

    @Test("The host quantizes a picture of one channel in its own order")
    func quantized() throws {
        var graph = WrittenGraph([1, 5, 6, 1])
        graph.floats("s", [], [0.5])
        graph.integers("z", [3], .uint8, extents: [])
        graph.integers("w", [1, 2], .int8, extents: [2, 1, 1, 1])
        graph.add("QuantizeLinear", ["in", "s", "z"], "codes")
        graph.add("Transpose", ["codes"], "turned", ["perm": .integers([0, 3, 1, 2])])
        graph.add("QLinearConv", ["turned", "s", "z", "w", "s", "", "s", "z"], "result")
        graph.add("DequantizeLinear", ["result", "s", "z"], "out")
        guard case .quantized(let network) = try ONNXImport(graph.model, name: "net", at: "test").network else {
            Issue.record("a float network")
            return
        }
        let front = try #require(network.host.first)
        #expect(front.name == "codes" && front.operand.extents == [1, 5, 6, 1])
        #expect(network.graph.inputs == [GraphInput(name: "codes", channels: 1)])
    }

    /// A convolution of `left` doubled in rows and columns, added to `in`.
    private func graph(_ other: [Int], first: String) -> WrittenGraph {
        var graph = WrittenGraph([1, 2, 8, 8])
        let right = ONNXTensorType(name: "right", elementType: .float32, extents: other.map { .known($0) })
        graph.model.inputs.insert(right, at: first == "right" ? 0 : 1)
        graph.floats("grow", [4], [1, 1, 2, 2])
        let attributes: [String: ONNXAttribute] = [
            "coordinate_transformation_mode": .string("asymmetric"), "nearest_mode": .string("floor"),
        ]
        if other[2] == 4 { graph.add("Resize", ["right", "", "grow"], "up", attributes) }
        graph.add("Add", ["in", other[2] == 4 ? "up" : "right"], "out")
        return graph
    }

    @Test("Pictures of different extents keep them in the file, whatever size is given", arguments: ["in", "right"])
    func extents(first: String) throws {
        let model = graph([1, 2, 4, 4], first: first).model
        guard case .float(let made) = try ONNXImport(model, name: "net", at: "test").network else {
            Issue.record("a quantized network")
            return
        }
        let file = try NetworkFile(NetworkFile(float: made).bytes, at: "net")
        let graph = try #require(file.float?.graph)
        #expect(graph.inputs.first?.name == first)
        let extents = Dictionary(uniqueKeysWithValues: graph.inputs.map { ($0.name, $0.extent) })
        #expect(extents["in"] == GraphInput.Extent(height: 8, width: 8))
        #expect(extents["right"] == GraphInput.Extent(height: 4, width: 4))
        let shapes = try graph.shapes(height: 512, width: 768)
        #expect(shapes["out"] == TensorShape(height: 8, width: 8, channels: 2))
    }

    @Test("Beside a vector a picture may have any extent, unless a layer takes one only")
    func vector() throws {
        var pair = graph([1, 2, 1, 1], first: "in")
        guard case .float(let open) = try ONNXImport(pair.model, name: "net", at: "test").network else {
            Issue.record("a quantized network")
            return
        }
        #expect(open.graph.inputs.map(\.extent) == [nil, GraphInput.Extent(height: 1, width: 1)])
        let shapes = try open.graph.shapes(height: 16, width: 32)
        #expect(shapes["out"] == TensorShape(height: 16, width: 32, channels: 2))
        // A mean of 8 x 8 is one pixel at that extent only.
        pair.model.nodes = []
        pair.add("GlobalAveragePool", ["in"], "mean")
        pair.add("Concat", ["mean", "right"], "out", ["axis": .integer(1)])
        guard case .float(let fixed) = try ONNXImport(pair.model, name: "net", at: "test").network else {
            Issue.record("a quantized network")
            return
        }
        #expect(fixed.graph.inputs.map(\.extent?.height) == [8, 1])
        #expect(try fixed.graph.shapes(height: 512, width: 768)["out"]?.channels == 4)
    }
}

extension WrittenGraph {
    /// `[1][H][W][C]` to `[1][C][H][W]`.
    fileprivate mutating func turnedIn(_ input: String, _ output: String) {
        add("Transpose", [input], output, ["perm": .integers([0, 3, 1, 2])])
    }
}
