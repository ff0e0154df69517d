import Diagnostics
import Graph
import Networks
import ONNX
import ONNXImport
import ReferenceModel
import TFLiteImport
import Tensors
import Testing

/// What a Pad puts outside in graphs of codes is what the definitions of QuantizeLinear and DequantizeLinear make of
/// its constant, whatever format lies inside.
@Suite struct ONNXPadTests {
    struct Format: Sendable {
        var isSigned: Bool
        var scale: Float
        var zeroPoint: Int

        var elements: ClosedRange<Int> { isSigned ? -128...127 : 0...255 }

        func element(of real: Float) -> Int {
            let steps = Double((real / scale).rounded(.toNearestOrEven))
            return Int(min(max(steps + Double(zeroPoint), Double(elements.lowerBound)), Double(elements.upperBound)))
        }
        func real(of element: Int) -> Float { Float(element - zeroPoint) * scale }
    }

    private static let padding = [0, 0, 1, 0, 0, 0, 2, 1]

    /// `in` with this format, and what pads it.
    private func graph(_ inner: Format, _ build: (inout WrittenGraph) -> Void) -> WrittenGraph {
        var graph = WrittenGraph([1, 1, 2, 3])
        graph.integers("pads", Self.padding)
        graph.add(inner, "inner")
        graph.add("QuantizeLinear", ["in", "inner.s", "inner.z"], "codes")
        build(&graph)
        return graph
    }

    private func network(_ graph: WrittenGraph) throws -> QuantizedNetwork? {
        guard case .quantized(let network) = try ONNXImport(graph.model, name: "net", at: "test.onnx").network else {
            Issue.record("a float network")
            return nil
        }
        return network
    }

    /// Elements of the result, row by row, of these elements inside.
    private func run(_ graph: WrittenGraph, _ elements: [Int], _ inner: Format, _ outer: Format) throws -> [Int] {
        let network = try #require(try network(graph))
        let input = Tensor(
            shape: TensorShape(height: 2, width: 3, channels: 1),
            elements: elements.map { Int32($0 - inner.elements.lowerBound) })
        let result = try ReferenceModel(ProvenNetwork(network).network).run(
            inputs: [network.graph.inputs[0].name: input])
        return try #require(result.tensors[network.graph.outputs[0]]).elements.map {
            Int($0) + outer.elements.lowerBound
        }
    }

    /// One row before, two rows and a column behind.
    private func padded(_ elements: [Int], with fill: Int) -> [Int] {
        var all = Array(repeating: fill, count: 5 * 4)
        for (index, element) in elements.enumerated() { all[(index / 3 + 1) * 4 + index % 3] = element }
        return all
    }

    private static let formats = [
        Format(isSigned: true, scale: 0.02, zeroPoint: 0), Format(isSigned: true, scale: 0.05, zeroPoint: -90),
        Format(isSigned: false, scale: 0.05, zeroPoint: 3), Format(isSigned: false, scale: 0.011, zeroPoint: 128),
    ]

    @Test(
        "A constant behind which a QuantizeLinear stands has that one's element, also beyond the operand's range",
        arguments: [0, 0.3, 1, -0.7, 6, -300, .infinity] as [Float])
    func quantized(fill: Float) throws {
        for inner in Self.formats {
            for outer in Self.formats where inner.isSigned == outer.isSigned {
                for isLimited in [false, true] {
                    let graph = graph(inner) {
                        $0.add(outer, "outer")
                        $0.floats("fill", [], [fill])
                        $0.add("DequantizeLinear", ["codes", "inner.s", "inner.z"], "real")
                        $0.add("Pad", ["real", "pads", "fill"], isLimited ? "free" : "padded")
                        if isLimited { $0.add("Relu", ["free"], "padded") }
                        $0.add("QuantizeLinear", ["padded", "outer.s", "outer.z"], "out")
                    }
                    let elements = [-128, 127, 0, 3, -77, 64].map { $0 - (inner.isSigned ? 0 : -128) }
                    func stored(_ real: Float) -> Int { outer.element(of: isLimited ? max(real, 0) : real) }
                    let expected = padded(elements.map { stored(inner.real(of: $0)) }, with: stored(fill))
                    #expect(try run(graph, elements, inner, outer) == expected, "\(inner), \(outer), \(isLimited)")
                }
            }
        }
    }

    @Test("Stored elements are padded with an element: a constant, one that is quantized before, or 0")
    func stored() throws {
        let inner = Format(isSigned: false, scale: 0.5, zeroPoint: 7)
        let elements = [0, 1, 7, 100, 254, 255]
        func pad(_ fill: String?, _ build: (inout WrittenGraph) -> Void = { _ in }) throws -> [Int] {
            let graph = graph(inner) {
                build(&$0)
                $0.add("Pad", ["codes", "pads"] + (fill.map { [$0] } ?? []), "out")
            }
            return try run(graph, elements, inner, inner)
        }
        #expect(try pad(nil) == padded(elements, with: 0))
        #expect(try pad("fill") { $0.integers("fill", [9], .uint8, extents: []) } == padded(elements, with: 9))
        // 3 / 0.5 + 7.
        let quantized = try pad("fill") {
            $0.floats("three", [], [3])
            $0.add("QuantizeLinear", ["three", "inner.s", "inner.z"], "fill")
        }
        #expect(quantized == padded(elements, with: 13))
    }

    @Test("Without a QuantizeLinear behind it a constant is an element's real number, or refused")
    func real() throws {
        func graph(_ fill: Float) -> WrittenGraph {
            self.graph(Format(isSigned: true, scale: 0.25, zeroPoint: 2)) {
                $0.floats("fill", [], [fill])
                $0.add("DequantizeLinear", ["codes", "inner.s", "inner.z"], "real")
                $0.add("Pad", ["real", "pads", "fill"], "out")
            }
        }
        for (fill, element) in [(0, 2), (0.75, 5), (-32.5, -128), (31.25, 127)] as [(Float, Int)] {
            let pad = try #require(try network(graph(fill))?.graph.layers.last)
            guard case .pad(let made) = pad.operator else {
                Issue.record("\(pad)")
                continue
            }
            #expect(made.fill == element + 128)
        }
        for fill in [0.3, -32.75, 31.5, .infinity] as [Float] {
            let refusal = #expect(throws: Diagnostic.self) { try network(graph(fill)) }
            #expect(refusal?.code == .onnxOperatorUnsupported && refusal?.place == "test.onnx, operator 2 Pad")
            #expect(refusal?.found == "padding with \(fill), which no element of the operand stands for")
            #expect(
                refusal?.expected.hasPrefix("an element's real number: from -32.5 to 31.25 in steps of 0.25") == true)
        }
    }
}

extension WrittenGraph {
    fileprivate mutating func add(_ format: ONNXPadTests.Format, _ name: String) {
        floats("\(name).s", [], [format.scale])
        integers("\(name).z", [format.zeroPoint], format.isSigned ? .int8 : .uint8, extents: [])
    }
}
