import Graph
import Networks
import ONNX
import ONNXImport
import Testing

/// Every output of a file is the result of a layer, or of the host, that has its name.
@Suite struct ONNXOutputTests {
    private func written(_ build: (inout WrittenGraph) -> Void) -> WrittenGraph {
        var graph = WrittenGraph(outputs: ["first", "second"])
        graph.floats("w", [2, 2, 1, 1], [1, 2, 3, 4])
        build(&graph)
        return graph
    }

    @Test("An output that is another one under a second name is a copy of it")
    func identity() throws {
        let graph = written {
            $0.add("Conv", ["in", "w"], "first")
            $0.add("Identity", ["first"], "second")
        }
        guard case .float(let network) = try ONNXImport(graph.model, name: "net", at: "test").network else {
            Issue.record("a quantized network")
            return
        }
        #expect(network.graph.outputs == ["first", "second"])
        let copy = try #require(network.graph[layer: "second"])
        #expect(copy.operator == .pad(Pad(padding: .none)) && copy.inputs == ["first"])
    }

    @Test("The same of stored elements; real numbers of both are the host's")
    func quantized() throws {
        for isReal in [false, true] {
            let graph = written {
                $0.floats("s", [], [0.5])
                $0.integers("z", [3], .uint8, extents: [])
                $0.integers("q", [1, 2, 3, 4], .int8, extents: [2, 2, 1, 1])
                $0.add("QuantizeLinear", ["in", "s", "z"], "codes")
                $0.add(
                    "QLinearConv", ["codes", "s", "z", "q", "s", "", "s", "z"], isReal ? "stored" : "first")
                if isReal { $0.add("DequantizeLinear", ["stored", "s", "z"], "first") }
                $0.add("Identity", ["first"], "second")
            }
            guard case .quantized(let network) = try ONNXImport(graph.model, name: "net", at: "test").network else {
                Issue.record("a float network")
                return
            }
            let host = network.host.map(\.name)
            #expect(
                isReal
                    ? host.contains("first") && host.contains("second") : network.graph.outputs == ["first", "second"])
            if !isReal { #expect(network.formats["second"] == network.formats["first"]) }
        }
    }

    @Test("A bias of one element is that of all channels")
    func broadcastBias() throws {
        for type in ["Gemm", "QGemm"] {
            var graph = WrittenGraph([1, 3], outputs: ["out"])
            graph.floats("s", [], [0.5])
            graph.floats("bs", [], [0.25])
            graph.integers("z", [3], .uint8, extents: [])
            graph.integers("zero", [0], .int8, extents: [])
            graph.integers("q", [1, 2, 3, 4, 5, 6], .int8, extents: [3, 2])
            graph.integers("b", [-40], .int32)
            graph.add("QuantizeLinear", ["in", "s", "z"], "codes")
            if type == "QGemm" {
                graph.add("QGemm", ["codes", "s", "z", "q", "s", "zero", "b", "s", "z"], "out")
            } else {
                graph.add("DequantizeLinear", ["codes", "s", "z"], "real")
                graph.add("DequantizeLinear", ["q", "s", "zero"], "weights")
                graph.add("DequantizeLinear", ["b", "bs"], "bias")
                graph.add("Gemm", ["real", "weights", "bias"], "sum")
                graph.add("QuantizeLinear", ["sum", "s", "z"], "out")
            }
            guard case .quantized(let network) = try ONNXImport(graph.model, name: "net", at: "test").network,
                case .accumulation(let made)? = network.parameters["out"]
            else {
                Issue.record("no matrix")
                return
            }
            #expect(made.bias == [-40, -40])
        }
    }
}
