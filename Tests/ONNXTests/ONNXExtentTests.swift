import Diagnostics
import FloatModel
import Graph
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import Random
import Tensors
import Testing

/// Networks of one input keep its extent where they are for no other: their file is planned without `--size`.
@Suite struct ONNXExtentTests {
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var extents = [1, 2, 8, 6]
        var isHeld: Bool
        var build: @Sendable (inout WrittenGraph, inout SeededGenerator) -> Void
    }

    private static let cases: [Case] = [
        Case(testDescription: "a mean of the whole map at the end", isHeld: true) { graph, random in
            graph.convolution("in", "a", [3, 2, 3, 3], &random)
            graph.add("GlobalAveragePool", ["a"], "out")
        },
        Case(testDescription: "a maximum of the whole map and a convolution of it", isHeld: true) { graph, random in
            graph.convolution("in", "a", [3, 2, 3, 3], &random)
            graph.add("GlobalMaxPool", ["a"], "b")
            graph.convolution("b", "out", [4, 3, 1, 1], &random)
        },
        Case(testDescription: "a mean over rows and columns", isHeld: true) { graph, _ in
            graph.add("ReduceMean", ["in"], "out", ["axes": .integers([2, 3])])
        },
        Case(testDescription: "squeeze and excitation", isHeld: true) { graph, random in
            graph.convolution("in", "a", [2, 2, 1, 1], &random)
            graph.add("GlobalAveragePool", ["a"], "b")
            graph.convolution("b", "c", [2, 2, 1, 1], &random)
            graph.add("Sigmoid", ["c"], "d")
            graph.add("Mul", ["a", "d"], "e")
            graph.convolution("e", "out", [1, 2, 3, 3], &random)
        },
        Case(testDescription: "a matrix behind a map", isHeld: true) { graph, random in
            graph.convolution("in", "a", [1, 2, 3, 3], &random)
            graph.add("Flatten", ["a"], "b")
            graph.random("m", [24, 3], &random)
            graph.add("Gemm", ["b", "m"], "out")
        },
        Case(testDescription: "matrices of a vector", extents: [1, 5], isHeld: true) { graph, random in
            graph.random("m", [5, 4], &random)
            graph.random("n", [4, 3], &random)
            graph.add("Gemm", ["in", "m"], "a")
            graph.add("Relu", ["a"], "b")
            graph.add("Gemm", ["b", "n"], "out")
        },
        Case(testDescription: "weights for all of the map", isHeld: true) { graph, random in
            graph.convolution("in", "out", [3, 2, 8, 6], &random)
        },
        Case(testDescription: "one column of one channel, which fits both orders", extents: [1, 1, 9, 1], isHeld: true)
        { graph, random in
            graph.convolution("in", "out", [3, 1, 2, 1], &random)
        },
        Case(testDescription: "convolutions alone", isHeld: false) { graph, random in
            graph.convolution("in", "a", [3, 2, 3, 3], &random)
            graph.add("Relu", ["a"], "b")
            graph.convolution("b", "out", [3, 3, 3, 3], &random)
        },
        Case(testDescription: "smaller and larger again", isHeld: false) { graph, random in
            graph.add("MaxPool", ["in"], "a", ["kernel_shape": .integers([2, 2]), "strides": .integers([2, 2])])
            graph.floats("grow", [4], [1, 1, 2, 2])
            graph.add(
                "Resize", ["a", "", "grow"], "b",
                ["coordinate_transformation_mode": .string("asymmetric"), "nearest_mode": .string("floor")])
            graph.add("Add", ["in", "b"], "c")
            graph.convolution("c", "out", [1, 2, 1, 1], &random)
        },
    ]

    @Test("Held to the model's extent, in the file, too; another is refused", arguments: cases)
    func extents(_ one: Case) throws {
        var random = SeededGenerator(seed: 4)
        var graph = WrittenGraph(one.extents)
        one.build(&graph, &random)
        let imported = try ONNXImport(graph.model, name: "net", at: "test")
        guard case .float(let made) = imported.network else {
            Issue.record("a quantized network")
            return
        }
        let network = try #require(try NetworkFile(NetworkFile(float: made).bytes, at: "net").float)
        let shape =
            one.extents.count == 2
            ? TensorShape(height: 1, width: 1, channels: one.extents[1])
            : TensorShape(height: one.extents[2], width: one.extents[3], channels: one.extents[1])
        let own = GraphInput.Extent(height: shape.height, width: shape.width)
        #expect(network.graph.inputs.map(\.extent) == [one.isHeld ? own : nil])
        // What `plan` asks for without --size.
        let asked = network.graph.inputs[0].extent ?? GraphInput.Extent(height: 512, width: 768)
        #expect(throws: Never.self) { try network.shapes(height: asked.height, width: asked.width) }
        let output = network.graph.outputs[0]
        let model = FloatModel(network)
        #expect(try model.run(Tensor(shape: shape, elements: zeros(shape)), keeping: [output])[output] != nil)
        let other = TensorShape(height: 2 * shape.height, width: 2 * shape.width, channels: shape.channels)
        do throws(Diagnostic) {
            _ = try model.run(Tensor(shape: other, elements: zeros(other)), keeping: [output])
            #expect(!one.isHeld)
        } catch {
            #expect(one.isHeld && error.code == .graphPictureUnfit && error.place == "input in of net", "\(error)")
            #expect(error.expected.hasPrefix("\(shape.width)x\(shape.height): "))
        }
    }

    private func zeros(_ shape: TensorShape) -> [Float] { Array(repeating: 0, count: shape.count) }
}
