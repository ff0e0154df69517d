import Diagnostics
import FloatModel
import Graph
import Networks
import ONNX
import ONNXImport
import Random
import Tensors
import Testing

/// Each folding gives what the operators give one by one: random weights and elements, a plain evaluator.
@Suite struct ONNXFoldingTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        /// Kinds of layers that are left.
        var layers: [String]
        var extents = [1, 3, 5, 6]
        var build: @Sendable (inout WrittenGraph, inout SeededGenerator) -> Void
    }

    private static let cases: [Case] = [
        Case(testDescription: "normalization into a convolution", layers: ["convolution"]) { graph, random in
            graph.convolution("in", "a", [4, 3, 3, 3], &random)
            graph.normalization("a", "out", 4, &random)
        },
        Case(testDescription: "normalization alone", layers: ["depthwiseConvolution"]) { graph, random in
            graph.normalization("in", "out", 3, &random)
        },
        Case(testDescription: "scale and shift for each channel", layers: ["convolution"]) { graph, random in
            graph.convolution("in", "a", [4, 3, 1, 1], &random)
            graph.random("s", [4, 1, 1], &random)
            graph.random("t", [1, 4, 1, 1], &random)
            graph.add("Mul", ["s", "a"], "b")
            graph.add("Sub", ["t", "b"], "out")
        },
        Case(testDescription: "one number divided by, added, and a function", layers: ["convolution"]) {
            graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.floats("d", [], [0.7])
            graph.floats("t", [1], [0.1])
            graph.add("Div", ["a", "d"], "b")
            graph.add("Add", ["b", "t"], "c")
            graph.add("Relu", ["c"], "out")
        },
        Case(testDescription: "scale behind a function", layers: ["convolution", "depthwiseConvolution"]) {
            graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.add("Relu", ["a"], "b")
            graph.random("s", [4, 1, 1], &random)
            graph.add("Mul", ["b", "s"], "out")
        },
        Case(testDescription: "a sigmoid into a convolution", layers: ["convolution"]) { graph, random in
            graph.convolution("in", "a", [4, 3, 3, 3], &random)
            graph.normalization("a", "b", 4, &random)
            graph.add("Sigmoid", ["b"], "out")
        },
        Case(
            testDescription: "a sigmoid alone, and nothing is folded into a layer that has one",
            layers: ["depthwiseConvolution", "depthwiseConvolution"]
        ) { graph, random in
            graph.add("Sigmoid", ["in"], "a")
            graph.random("s", [3, 1, 1], &random)
            graph.add("Mul", ["a", "s"], "b")
            graph.add("Relu", ["b"], "c")
            graph.add("Identity", ["c"], "out")
        },
        Case(
            testDescription: "a sigmoid behind a function, and a function behind it",
            layers: ["convolution", "depthwiseConvolution", "requantize"]
        ) { graph, random in
            graph.convolution("in", "a", [4, 3, 1, 1], &random)
            graph.add("Relu", ["a"], "b")
            graph.add("Sigmoid", ["b"], "c")
            graph.add("LeakyRelu", ["c"], "out", ["alpha": .float(0.3)])
        },
        Case(
            testDescription: "a result that two read is not changed",
            layers: ["convolution", "depthwiseConvolution", "add"]
        ) { graph, random in
            graph.convolution("in", "a", [4, 3, 3, 3], &random)
            graph.normalization("a", "b", 4, &random)
            graph.add("Add", ["a", "b"], "out")
        },
        Case(testDescription: "padding into a convolution", layers: ["convolution"]) { graph, random in
            graph.integers("p", [0, 0, 1, 2, 0, 0, 3, 0])
            graph.add("Pad", ["in", "p"], "a")
            graph.convolution("a", "out", [2, 3, 3, 3], &random, ["pads": .integers([1, 0, 0, 1])])
        },
        Case(testDescription: "limits after limits", layers: ["convolution"]) { graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.add("Relu", ["a"], "b")
            graph.floats("low", [], [0.125])
            graph.floats("high", [], [0.75])
            graph.add("Clip", ["b", "low", "high"], "out")
        },
        Case(testDescription: "a slope, negative, then a limit", layers: ["convolution", "requantize", "requantize"]) {
            graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.add("LeakyRelu", ["a"], "b", ["alpha": .float(-0.5)])
            graph.floats("low", [], [0.25])
            graph.add("Clip", ["b", "low"], "out")
        },
        Case(testDescription: "a function of an input", layers: ["requantize"]) { graph, _ in
            graph.add("LeakyRelu", ["in"], "out", ["alpha": .float(0.3)])
        },
        Case(testDescription: "identities and dropped ones", layers: ["convolution"]) { graph, random in
            graph.add("Identity", ["in"], "a")
            graph.convolution("a", "b", [4, 3, 2, 2], &random)
            graph.add("Dropout", ["b"], "c")
            graph.add("Relu", ["c"], "out")
        },
        Case(testDescription: "flatten before a matrix", layers: ["fullyConnected"]) { graph, random in
            graph.add("Flatten", ["in"], "a")
            graph.random("w", [4, 90], &random)
            graph.random("b", [4], &random)
            graph.add(
                "Gemm", ["a", "w", "b"], "out", ["transB": .integer(1), "alpha": .float(0.5), "beta": .float(2)])
        },
        Case(testDescription: "reshape by shape arithmetic before a product", layers: ["fullyConnected"]) {
            graph, random in
            graph.add("Shape", ["in"], "shape")
            graph.integers("zero", [0], extents: [])
            graph.add("Gather", ["shape", "zero"], "batch")
            graph.integers("axes", [0])
            graph.add("Unsqueeze", ["batch", "axes"], "list")
            graph.integers("rest", [-1])
            graph.add("Concat", ["list", "rest"], "wanted", ["axis": .integer(0)])
            graph.add("Reshape", ["in", "wanted"], "a")
            graph.random("w", [90, 4], &random)
            graph.random("b", [4], &random)
            graph.add("MatMul", ["a", "w"], "m")
            graph.add("Add", ["m", "b"], "out")
        },
        Case(
            testDescription: "channels last, a function, and back", layers: ["convolution", "depthwiseConvolution"]
        ) { graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.add("Transpose", ["a"], "b", ["perm": .integers([0, 2, 3, 1])])
            graph.add("Relu", ["b"], "c")
            graph.add("Transpose", ["c"], "d", ["perm": .integers([0, 3, 1, 2])])
            graph.normalization("d", "out", 4, &random)
        },
        Case(testDescription: "channels last before a matrix", layers: ["convolution", "fullyConnected"]) {
            graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.add("Transpose", ["a"], "b", ["perm": .integers([0, 2, 3, 1])])
            graph.add("Flatten", ["b"], "c")
            graph.random("w", [80, 3], &random)
            graph.add("MatMul", ["c", "w"], "out")
        },
        Case(testDescription: "flatten at the end", layers: ["convolution", "convolution"]) { graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.add("Flatten", ["a"], "out")
        },
        Case(testDescription: "flatten, a function, at the end", layers: ["convolution", "convolution"]) {
            graph, random in
            graph.convolution("in", "a", [4, 3, 2, 3], &random)
            graph.add("Flatten", ["a"], "b")
            graph.add("Relu", ["b"], "out")
        },
        Case(testDescription: "an input as a vector", layers: ["convolution"]) { graph, _ in
            graph.add("Flatten", ["in"], "out")
        },
        Case(testDescription: "rows and columns joined", layers: ["convolution", "convolution"]) { graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.integers("extents", [1, 4, -1])
            graph.add("Reshape", ["a", "extents"], "out")
        },
        Case(testDescription: "a picture without its batch keeps its order", layers: ["convolution"]) {
            graph, random in
            graph.convolution("in", "a", [4, 3, 2, 2], &random)
            graph.integers("extents", [4, 4, 5])
            graph.add("Reshape", ["a", "extents"], "out")
        },
        Case(testDescription: "channels last, then a vector", layers: ["depthwiseConvolution", "convolution"]) {
            graph, random in
            graph.normalization("in", "a", 3, &random)
            graph.convolution("a", "b", [2, 3, 5, 6], &random)
            graph.add("Transpose", ["b"], "c", ["perm": .integers([0, 2, 3, 1])])
            graph.add("Flatten", ["c"], "out")
        },
        Case(testDescription: "rows and columns in steps", layers: ["pad", "convolution"]) { graph, random in
            graph.integers("from", [1, -5])
            graph.integers("to", [.max, -1])
            graph.integers("axes", [2, -1])
            graph.integers("steps", [2, 3])
            graph.add("Slice", ["in", "from", "to", "axes", "steps"], "a")
            graph.convolution("a", "out", [4, 3, 1, 2], &random)
        },
        Case(testDescription: "every second channel", layers: ["convolution", "convolution"]) { graph, random in
            graph.integers("from", [0])
            graph.integers("to", [3])
            graph.integers("axes", [1])
            graph.integers("steps", [2])
            graph.add("Slice", ["in", "from", "to", "axes", "steps"], "a")
            graph.convolution("a", "out", [4, 2, 2, 2], &random)
        },
        Case(
            testDescription: "channels in parts",
            layers: ["convolution", "convolution", "convolution", "convolution", "add"]
        ) { graph, random in
            graph.integers("lengths", [1, 2])
            graph.add("Split", ["in", "lengths"], "a", ["axis": .integer(1)])
            graph.model.nodes[0].outputs.append("b")
            graph.convolution("a", "c", [4, 1, 2, 2], &random)
            graph.convolution("b", "d", [4, 2, 2, 2], &random)
            graph.add("Add", ["c", "d"], "out")
        },
        Case(testDescription: "constants that are computed", layers: ["convolution"]) { graph, random in
            graph.random("v", [4, 3, 1, 1], &random)
            graph.random("f", [4, 1, 1, 1], &random)
            graph.add("Mul", ["v", "f"], "w")
            graph.add("Conv", ["in", "w"], "out")
        },
    ]

    @Test("A folded graph computes what the graph says", arguments: cases)
    func equality(_ one: Case) throws {
        for seed in 1...5 {
            var random = SeededGenerator(seed: UInt64(seed))
            var graph = WrittenGraph(one.extents)
            one.build(&graph, &random)
            let imported = try ONNXImport(graph.model, name: "net", at: "test")
            guard case .float(let network) = imported.network else {
                Issue.record("a quantized network")
                return
            }
            #expect(network.graph.layers.map(\.operator.name) == one.layers)
            let shape = TensorShape(height: one.extents[2], width: one.extents[3], channels: one.extents[1])
            let planes = (0..<shape.count).map { _ in Float.random(in: -1...1, using: &random) }
            var evaluator = PlainEvaluator(graph.model)
            let expected = evaluator.run(PlainTensor(one.extents, planes))
            let area = shape.height * shape.width
            let input = Tensor(
                shape: shape,
                elements: (0..<shape.count).map { planes[$0 % shape.channels * area + $0 / shape.channels] })
            let name = network.graph.outputs[0]
            let output = try #require(try FloatModel(network).run(input, keeping: [name])[name])
            let (rows, columns, channels) = (output.shape.height, output.shape.width, output.shape.channels)
            try #require(expected.elements.count == output.elements.count)
            let scale = expected.elements.map(\.magnitude).max()!
            for (index, wanted) in expected.elements.enumerated() {
                let (channel, pixel) = (index / (rows * columns), index % (rows * columns))
                #expect(abs(Double(output.elements[pixel * channels + channel]) - wanted) <= 1e-5 * max(scale, 1))
            }
        }
    }
}

extension WrittenGraph {
    mutating func random(
        _ name: String, _ extents: [Int], _ random: inout SeededGenerator, in range: ClosedRange<Float> = -1...1
    ) {
        floats(name, extents, (0..<extents.reduce(1, *)).map { _ in Float.random(in: range, using: &random) })
    }

    mutating func convolution(
        _ input: String, _ output: String, _ extents: [Int], _ random: inout SeededGenerator,
        _ attributes: [String: ONNXAttribute] = [:]
    ) {
        self.random(output + ".w", extents, &random)
        self.random(output + ".b", [extents[0]], &random)
        add("Conv", [input, output + ".w", output + ".b"], output, attributes)
    }

    fileprivate mutating func normalization(
        _ input: String, _ output: String, _ channels: Int, _ random: inout SeededGenerator
    ) {
        let parts = ["scale", "shift", "mean", "variance"].map { "\(output).\($0)" }
        for part in parts.dropLast() { self.random(part, [channels], &random) }
        self.random(parts[3], [channels], &random, in: 0.1...2)
        add("BatchNormalization", [input] + parts, output, ["epsilon": .float(0.01)])
    }
}
