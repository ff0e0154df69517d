import Diagnostics
import Foundation
import Graph
import HostOperators
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import Tensors
import Testing

/// What stands behind the last quantized result is the host's, computed as onnxruntime's definitions say.
@Suite struct ONNXHostTests {
    private static let scale: Float = 0.25
    private static let zeroPoint = 100

    /// A convolution whose result has 3 channels of 2 x 2, in real numbers `scores`.
    private func graph(_ output: String) -> WrittenGraph {
        var graph = WrittenGraph([1, 1, 2, 2], outputs: [output])
        graph.floats("s", [], [Self.scale])
        graph.integers("z", [Self.zeroPoint], .uint8, extents: [])
        graph.integers("w", [1, 2, 3], .int8, extents: [3, 1, 1, 1])
        graph.add("QuantizeLinear", ["in", "s", "z"], "codes")
        graph.add("QLinearConv", ["codes", "s", "z", "w", "s", "", "s", "z"], "result")
        graph.add("DequantizeLinear", ["result", "s", "z"], "scores")
        return graph
    }

    private func network(_ graph: WrittenGraph) throws -> QuantizedNetwork? {
        guard case .quantized(let network) = try ONNXImport(graph.model, name: "net", at: "test").network else {
            Issue.record("a float network")
            return nil
        }
        #expect(try NetworkFile(NetworkFile(quantized: network).bytes, at: "net").quantized == network)
        return network
    }

    /// Stored codes `[H][W][C]`.
    private static let stored: [Int32] = [100, 104, 90, 0, 255, 101, 99, 99, 98, 7, 8, 9]

    private func results(_ graph: WrittenGraph) throws -> [(name: String, array: HostArray)] {
        let host = try #require(try network(graph)).host
        let shape = TensorShape(height: 2, width: 2, channels: 3)
        return try HostRun(
            host, stored: { $0 == "result" ? Tensor(shape: shape, elements: Self.stored) : nil }, memory: .standard
        ).results
    }

    /// The real number of channel c at a pixel.
    private func real(_ c: Int, _ pixel: Int) -> Double {
        Double(Self.scale) * Double(Int(Self.stored[pixel * 3 + c]) - Self.zeroPoint)
    }

    @Test("An output in real numbers has the file's order")
    func output() throws {
        let results = try results(graph("scores"))
        #expect(results.last?.name == "scores" && results.last?.array.tensor.extents == [1, 3, 2, 2])
        let expected = (0..<12).map { Float(real($0 / 4, $0 % 4)) }
        #expect(results.last?.array.elements == .reals(expected))
    }

    /// A float input of rows, columns and 2 channels, turned before it is quantized, and an output turned back.
    private func turned(_ perm: [Int], _ extents: [Int]) -> WrittenGraph {
        var graph = WrittenGraph(extents)
        graph.floats("s", [], [Self.scale])
        graph.integers("z", [Self.zeroPoint], .uint8, extents: [])
        graph.integers("w", [1, 2, 3, 4, 5, 6], .int8, extents: [3, 2, 1, 1])
        graph.add("Transpose", ["in"], "turned", ["perm": .integers(perm)])
        graph.add("QuantizeLinear", ["turned", "s", "z"], "codes")
        graph.add("QLinearConv", ["codes", "s", "z", "w", "s", "", "s", "z"], "result")
        graph.add("DequantizeLinear", ["result", "s", "z"], "scores")
        graph.add("Transpose", ["scores"], "out", ["perm": .integers([0, 2, 3, 1])])
        return graph
    }

    @Test("A float input is known in front of the network; its codes are rounded to even")
    func front() throws {
        let host = try #require(try network(graph("scores"))?.host.first)
        #expect(host.name == "codes" && host.input == "in" && host.function == .quantizeHalfEven)
        #expect(host.operand == HostTensor(extents: [1, 2, 2, 1], type: .float32))
        #expect(
            host.result
                == HostTensor(extents: [1, 2, 2, 1], type: .uint8, scale: Self.scale, zeroPoint: Self.zeroPoint))
        // Quarters: a half, 1 and a half, 2 and a half; far above; far below.
        let codes = try host.codes(of: [0.125, 0.375, 0.625, 1e9, -.infinity], at: "test")
        #expect(codes == [100, 102, 102, 255, 0])
        #expect(throws: Diagnostic.self) { try host.codes(of: [.nan], at: "test") }
    }

    @Test("One float input with two quantizations")
    func fronts() throws {
        var graph = graph("sum")
        graph.floats("t", [], [0.5])
        graph.add("QuantizeLinear", ["in", "t", "z"], "others")
        graph.add("QLinearConv", ["others", "t", "z", "w", "s", "", "s", "z"], "other")
        graph.add("QLinearAdd", ["result", "s", "z", "other", "s", "z", "s", "z"], "sum")
        let fronts = try #require(try network(graph)).host
        #expect(fronts.map(\.name) == ["codes", "others"] && fronts.map(\.input) == ["in", "in"])
        #expect(fronts.map(\.result.scale) == [0.25, 0.5])
    }

    @Test("Channels last outside, turned before the first quantization and behind the last")
    func channelsLast() throws {
        let network = try #require(try network(turned([0, 3, 1, 2], [1, 2, 2, 2])))
        #expect(network.graph.inputs.map(\.channels) == [2] && network.graph.layers.map(\.name) == ["result"])
        #expect(network.host[0].operand.extents == [1, 2, 2, 2])
        let results = try HostRun(
            network.host,
            stored: { _ in Tensor(shape: TensorShape(height: 2, width: 2, channels: 3), elements: Self.stored) },
            memory: .standard
        ).results
        #expect(results.map(\.name) == ["out"] && results[0].array.tensor.extents == [1, 2, 2, 3])
        #expect(results[0].array.elements == .reals((0..<12).map { Float(real($0 % 3, $0 / 3)) }))
        // Rows and columns exchanged is no order that is stored.
        #expect(throws: Diagnostic.self) {
            try ONNXImport(turned([0, 1, 3, 2], [1, 2, 2, 3]).model, name: "net", at: "test")
        }
    }

    @Test("Elements that are joined at the end have the file's order, in codes too")
    func joined() throws {
        var graph = graph("flat")
        graph.add("Flatten", ["result"], "flat")
        let results = try results(graph)
        #expect(results.last?.array.tensor.extents == [1, 12])
        #expect(results.last?.array.elements == .integers((0..<12).map { Int(Self.stored[$0 % 4 * 3 + $0 / 4]) }))
    }

    @Test("Softmax and its logarithm over channels, then elements again", arguments: ["Softmax", "LogSoftmax"])
    func softmax(_ kind: String) throws {
        var graph = graph("real")
        graph.add(kind, ["scores"], "p", ["axis": .integer(1)])
        graph.floats("fine", [], [kind == "Softmax" ? 1 / 255 : 0.5])
        graph.integers("top", [kind == "Softmax" ? 0 : 255], .uint8, extents: [])
        graph.add("QuantizeLinear", ["p", "fine", "top"], "elements")
        graph.add("DequantizeLinear", ["elements", "fine", "top"], "real")
        let results = try results(graph)
        let made = Dictionary(uniqueKeysWithValues: results.map { ($0.name, $0.array) })
        guard case .reals(let reals)? = made["p"]?.elements, case .integers(let elements)? = made["elements"]?.elements
        else {
            Issue.record("no results")
            return
        }
        for index in 0..<12 {
            let pixel = index % 4
            let sum = (0..<3).reduce(0) { $0 + exp(real($1, pixel)) }
            let probability = exp(real(index / 4, pixel)) / sum
            let expected = kind == "Softmax" ? probability : real(index / 4, pixel) - log(sum)
            #expect(abs(Double(reals[index]) - expected) <= 1e-6 * max(1, abs(expected)))
            let steps = (kind == "Softmax" ? reals[index] / (1 / 255) : reals[index] / 0.5).rounded(.toNearestOrEven)
            #expect(elements[index] == Int(min(max(steps + (kind == "Softmax" ? 0 : 255), 0), 255)))
        }
    }

    @Test("The index of the largest and the smallest, the first of several, with and without the axis")
    func indices() throws {
        for (kind, keeps) in [("ArgMax", 1), ("ArgMin", 0)] {
            var graph = graph("out")
            graph.add(kind, ["scores"], "out", ["axis": .integer(1), "keepdims": .integer(keeps)])
            let last = try #require(try results(graph).last)
            let expected = kind == "ArgMax" ? [1, 1, 0, 2] : [2, 0, 2, 0]
            #expect(last.name == "out" && last.array.elements == .integers(expected))
            #expect(last.array.tensor.extents == (keeps == 1 ? [1, 1, 2, 2] : [1, 2, 2]))
        }
    }

    @Test("Before operator set 13 softmax goes over all axes behind its own; views and turns follow")
    func older() throws {
        var graph = graph("out")
        graph.model.operatorSet = 12
        graph.add("Softmax", ["scores"], "p")
        graph.integers("flat", [3, 4])
        graph.add("Reshape", ["p", "flat"], "q")
        graph.add("Transpose", ["q"], "out")
        let last = try #require(try results(graph).last)
        guard case .reals(let reals) = last.array.elements else {
            Issue.record("no real numbers")
            return
        }
        let sum = (0..<12).reduce(0) { $0 + exp(real($1 / 4, $1 % 4)) }
        #expect(last.array.tensor.extents == [4, 3])
        for index in 0..<12 {
            #expect(abs(Double(reals[index]) - exp(real(index % 3, index / 3)) / sum) <= 1e-6)
        }
    }

    @Test("What the host has no definition of is refused")
    func refusals() {
        func code(_ build: (inout WrittenGraph) -> Void) -> DiagnosticCode? {
            var graph = graph("out")
            build(&graph)
            do throws(Diagnostic) {
                _ = try ONNXImport(graph.model, name: "net", at: "test")
                return nil
            } catch { return error.code }
        }
        #expect(
            code { $0.add("ArgMax", ["scores"], "out", ["select_last_index": .integer(1)]) } == .onnxOperatorUnsupported
        )
        #expect(code { $0.add("ArgMax", ["scores"], "out", ["axis": .integer(9)]) } == .onnxShapeUnfit)
        #expect(code { $0.add("Softmax", ["result"], "out") } == .onnxOperatorUnsupported)
        #expect(
            code {
                $0.add("ArgMax", ["scores"], "i")
                $0.add("Cast", ["i"], "out", ["to": .integer(6)])
            } == .onnxOperatorUnsupported)
    }
}
