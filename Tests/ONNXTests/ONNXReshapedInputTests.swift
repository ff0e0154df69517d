import Diagnostics
import FloatModel
import Graph
import Networks
import ONNX
import ONNXImport
import Random
import TFLiteImport
import Tensors
import Testing

/// A view in front of the first layer: the network has the rows and columns that the file gives its input, or there is
/// none.
@Suite struct ONNXReshapedInputTests {
    /// All three extents behind a batch of 1 for so many elements.
    private static func extents(_ count: Int) -> [[Int]] {
        let divisors = (1...count).filter { count.isMultiple(of: $0) }
        return divisors.flatMap { first in
            divisors.filter { (count / first).isMultiple(of: $0) }.map { [1, first, $0, count / first / $0] }
        }
    }

    /// `in`, a view of it called `a`, and a convolution of that.
    private func graph(_ extents: [Int], to picture: [Int], _ random: inout SeededGenerator) -> WrittenGraph {
        var graph = WrittenGraph(extents)
        graph.integers("picture", picture)
        graph.add("Reshape", ["in", "picture"], "a")
        graph.convolution("a", "out", [2, picture[1], min(2, picture[2]), min(2, picture[3])], &random)
        return graph
    }

    private func imported(_ graph: WrittenGraph) throws -> ONNXImport? {
        do throws(Diagnostic) {
            return try ONNXImport(graph.model, name: "net", at: "test")
        } catch {
            #expect(error.code == .onnxOperatorUnsupported && error.place.hasPrefix("test, operator 1 Conv"))
            return nil
        }
    }

    /// Elements of the file as a tensor of the shape: turned where the file has `[C][H][W]`.
    private func stored(_ elements: [Float], _ shape: TensorShape, isPlanar: Bool) -> Tensor<Float> {
        let area = shape.height * shape.width
        return Tensor(
            shape: shape,
            elements: (0..<shape.count).map {
                elements[isPlanar ? $0 % shape.channels * area + $0 / shape.channels : $0]
            })
    }

    /// Whether the network of a graph computes what the graph says, on a file of `extents` in one of the two orders
    /// that a file may have.
    private func isRight(
        _ made: ONNXImport, _ graph: WrittenGraph, _ extents: [Int], _ random: inout SeededGenerator
    ) throws -> Bool {
        guard case .float(let network) = made.network else { return false }
        let elements = (0..<extents.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }
        var evaluator = PlainEvaluator(graph.model)
        let expected = evaluator.run(PlainTensor(extents, elements))
        let channels = network.graph.inputs[0].channels
        let readings = [
            (TensorShape(height: extents[2], width: extents[3], channels: extents[1]), true),
            (TensorShape(height: extents[1], width: extents[2], channels: extents[3]), false),
        ]
        return try readings.contains { shape, isPlanar in
            guard made.report.height == shape.height, made.report.width == shape.width, channels == shape.channels
            else { return false }
            let input = stored(elements, shape, isPlanar: isPlanar)
            guard let output = try FloatModel(network).run(input, keeping: ["out"])["out"],
                expected.extents == [1, output.shape.channels, output.shape.height, output.shape.width]
            else { return false }
            let wanted = stored(expected.elements.map { Float($0) }, output.shape, isPlanar: true)
            return zip(wanted.elements, output.elements).allSatisfy { abs($0 - $1) <= 1e-5 }
        }
    }

    @Test(
        "Every view of 12 and of 16 elements: right, or refused where rows, columns or channels move",
        arguments: [12, 16])
    func reshaped(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        var taken = 0
        for extents in Self.extents(count) {
            for picture in Self.extents(count) {
                let graph = graph(extents, to: picture, &random)
                let made = try imported(graph)
                let hasOneOrder = picture[1] == 1 || picture[2] * picture[3] == 1
                let keeps =
                    picture == extents || hasOneOrder && Array(picture[2...]) + [picture[1]] == Array(extents[1...])
                #expect((made != nil) == keeps, "\(extents) to \(picture)")
                guard let made else { continue }
                taken += 1
                #expect(try isRight(made, graph, extents, &random), "\(extents) to \(picture)")
            }
        }
        #expect(taken > Self.extents(count).count)
    }

    @Test("Every order of axes of 8 and of 12 elements: right, or refused", arguments: [8, 12])
    func transposed(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        var (taken, refused) = (0, 0)
        for extents in Self.extents(count) {
            for perm in [[0, 1, 2, 3], [0, 1, 3, 2], [0, 2, 1, 3], [0, 2, 3, 1], [0, 3, 1, 2], [0, 3, 2, 1]] {
                let picture = perm.map { extents[$0] }
                var graph = WrittenGraph(extents)
                graph.add("Transpose", ["in"], "a", ["perm": .integers(perm)])
                graph.convolution("a", "out", [2, picture[1], min(2, picture[2]), min(2, picture[3])], &random)
                do throws(Diagnostic) {
                    let made = try ONNXImport(graph.model, name: "net", at: "test")
                    taken += 1
                    #expect(try! isRight(made, graph, extents, &random), "\(extents) by \(perm)")
                } catch {
                    refused += 1
                    #expect(error.code == .onnxOperatorUnsupported, "\(extents) by \(perm): \(error)")
                }
            }
        }
        #expect(taken > 0 && refused > 0)
    }

    @Test(
        "The refusal names the input, its extents, those that are read, and the way out",
        arguments: [
            ([1, 28, 28, 1], [1, 1, 14, 56]), ([1, 1, 8, 8], [1, 1, 4, 16]), ([1, 64, 1, 1], [1, 1, 8, 8]),
            ([1, 1, 8, 8], [1, 4, 4, 4]), ([1, 3, 8, 8], [1, 1, 24, 8]),
        ])
    func refusal(_ extents: [Int], _ picture: [Int]) throws {
        var random = SeededGenerator(seed: 1)
        let graph = graph(extents, to: picture, &random)
        for forShapes in [false, true] {
            let found = #expect(throws: Diagnostic.self) {
                try ONNXImport(graph.model, name: "net", forShapes: forShapes, at: "test.onnx")
            }
            #expect(found?.code == .onnxOperatorUnsupported && found?.place == "test.onnx, operator 1 Conv")
            #expect(
                found?.found.hasPrefix("input in of extents \(extents), ") == true
                    && found?.found.hasSuffix("\(picture)") == true)
            let words = picture.map(String.init).joined(separator: "x")
            #expect(found?.remedy.contains("an input of these extents, \(words): ") == true, "\(found?.remedy ?? "")")
        }
        // What the remedy says is taken.
        var other = graph
        other.model.inputs[0].extents = picture.map { .known($0) }
        #expect(try imported(other) != nil)
        // In codes, quantized by the host in front of the view and behind it.
        for isBefore in [true, false] {
            var codes = WrittenGraph(extents)
            codes.floats("s", [], [0.5])
            codes.integers("z", [3], .uint8, extents: [])
            codes.integers("picture", picture)
            codes.integers("w", Array(repeating: 1, count: picture[1]), .int8, extents: [1, picture[1], 1, 1])
            if isBefore { codes.add("QuantizeLinear", ["in", "s", "z"], "q") }
            codes.add("Reshape", [isBefore ? "q" : "in", "picture"], "a")
            if !isBefore { codes.add("QuantizeLinear", ["a", "s", "z"], "q") }
            codes.add("QLinearConv", [isBefore ? "a" : "q", "s", "z", "w", "s", "", "s", "z"], "result")
            codes.add("DequantizeLinear", ["result", "s", "z"], "out")
            let found = #expect(throws: Diagnostic.self) { try ONNXImport(codes.model, name: "net", at: "test.onnx") }
            #expect(found?.code == .onnxOperatorUnsupported, "\(String(describing: found))")
        }
    }

    @Test("A reader of the input as it is beside one of other rows is refused, too")
    func twoReaders() throws {
        var random = SeededGenerator(seed: 2)
        var graph = graph([1, 1, 4, 4], to: [1, 1, 2, 8], &random)
        graph.model.nodes[1].outputs = ["b"]
        graph.convolution("in", "c", [2, 1, 4, 4], &random)
        graph.add("GlobalAveragePool", ["b"], "d")
        graph.add("Add", ["c", "d"], "out")
        #expect(try imported(graph) == nil)
    }
}
