import Diagnostics
import Networks
import ONNX
import ONNXImport
import Testing

/// What a file must be before its operators are read: of a known operator set, in order, made for inference. The
/// refusal names the cause.
@Suite struct ONNXFormTests {
    private func refusal(_ graph: WrittenGraph) -> Diagnostic? {
        do throws(Diagnostic) {
            _ = try ONNXImport(graph.model, name: "net", at: "test.onnx")
            return nil
        } catch { return error }
    }

    private func graph(_ operatorSet: Int, _ build: (inout WrittenGraph) -> Void) -> WrittenGraph {
        var graph = WrittenGraph()
        graph.model.operatorSet = operatorSet
        graph.floats("w", [2, 2, 1, 1], [1, 2, 3, 4])
        for name in ["s", "b", "m", "v"] { graph.floats(name, [2], [1, 1]) }
        build(&graph)
        return graph
    }

    /// A convolution and a Dropout of it.
    private func dropout(
        _ operatorSet: Int, _ mode: ONNXTensor? = nil, _ attributes: [String: ONNXAttribute] = [:]
    ) -> WrittenGraph {
        graph(operatorSet) {
            $0.add("Conv", ["in", "w"], "a")
            $0.floats("ratio", [], [0.5])
            $0.model.constants["mode"] = mode
            $0.add("Dropout", mode == nil ? ["a"] : ["a", "ratio", "mode"], "out", attributes)
        }
    }

    private func bool(_ value: Int) -> ONNXTensor { ONNXTensor(.bool, [], .integers([value])) }

    @Test("Dropout that trains is refused in every operator set that has a form of it")
    func dropout() throws {
        for version in [7, 10, 11, 12, 13, 22, ONNXModel.newestOperatorSet] {
            #expect(refusal(dropout(version)) == nil)
        }
        for version in [12, 13, 22, ONNXModel.newestOperatorSet] {
            #expect(refusal(dropout(version, bool(0))) == nil)
            let found = try #require(refusal(dropout(version, bool(1))))
            #expect(found.code == .onnxOperatorUnsupported && found.place == "test.onnx, operator 1 Dropout")
            #expect(found.found == "training_mode true: the operator trains")
            #expect(found.remedy.hasPrefix("export the model for inference"))
        }
        var open = dropout(13, bool(0))
        open.model.nodes[1].inputs[2] = "in"
        #expect(refusal(open)?.found.hasPrefix("training_mode in, which is not known") == true)
        for version in [1, 6] {
            #expect(refusal(dropout(version, nil, ["is_test": .integer(1)])) == nil)
            #expect(refusal(dropout(version, nil, ["is_test": .integer(0)]))?.found.hasPrefix("is_test 0: ") == true)
            #expect(refusal(dropout(version))?.found.hasPrefix("no is_test, which stands for 0") == true)
        }
        // Also between QuantizeLinear and DequantizeLinear, where it is left out.
        var codes = graph(13) {
            $0.floats("step", [], [0.5])
            $0.integers("z", [3], .uint8, extents: [])
            $0.integers("k", [1, 2], .int8, extents: [1, 2, 1, 1])
            $0.floats("ratio", [], [0.5])
            $0.add("QuantizeLinear", ["in", "step", "z"], "q")
            $0.add("QLinearConv", ["q", "step", "z", "k", "step", "", "step", "z"], "r")
            $0.add("DequantizeLinear", ["r", "step", "z"], "d")
            $0.add("Dropout", ["d", "ratio", "mode"], "e")
            $0.add("QuantizeLinear", ["e", "step", "z"], "f")
            $0.add("DequantizeLinear", ["f", "step", "z"], "out")
        }
        for mode in 0...1 {
            codes.model.constants["mode"] = bool(mode)
            #expect(refusal(codes)?.code == (mode == 0 ? nil : .onnxOperatorUnsupported))
        }
    }

    @Test("BatchNormalization that trains is refused in every operator set that has a form of it")
    func normalization() throws {
        func found(
            _ version: Int, _ attributes: [String: ONNXAttribute] = [:], statistics: [String] = []
        ) -> Diagnostic? {
            var graph = graph(version) { $0.add("BatchNormalization", ["in", "s", "b", "m", "v"], "out", attributes) }
            graph.model.nodes[0].outputs += statistics
            return refusal(graph)
        }
        for version in [1, 6] {
            #expect(found(version, ["is_test": .integer(1)]) == nil)
            #expect(found(version, ["is_test": .integer(0)])?.code == .onnxOperatorUnsupported)
            #expect(found(version)?.found.contains("in operator set \(version): the operator trains") == true)
        }
        for version in [7, 8, 9, 14, 15, ONNXModel.newestOperatorSet] {
            #expect(found(version) == nil && found(version, statistics: ["", ""]) == nil)
            let trained = try #require(found(version, statistics: ["mean", "variance"]))
            #expect(trained.found.hasPrefix("outputs mean, variance, the statistics of training"))
            #expect(found(version, ["training_mode": .integer(1)])?.found == "training_mode 1: the operator trains")
        }
        #expect(found(7, ["spatial": .integer(0)])?.found.hasPrefix("spatial 0") == true)
        #expect(found(7, ["spatial": .integer(1)]) == nil)
    }

    @Test("Operands of sums that an old operator set aligns by an attribute", arguments: ["Add", "Sub", "Mul", "Div"])
    func alignedOperands(_ type: String) {
        func found(_ version: Int, _ attributes: [String: ONNXAttribute]) -> Diagnostic? {
            refusal(
                graph(version) {
                    $0.add(type, ["in", "one"], "out", attributes)
                    $0.floats("one", [1], [2])
                })
        }
        #expect(found(6, ["broadcast": .integer(1), "axis": .integer(1)])?.code == .onnxOperatorUnsupported)
        #expect(found(6, ["broadcast": .integer(1)]) == nil && found(7, [:]) == nil)
    }

    @Test("An operator set that is newer than the newest known one")
    func operatorSets() throws {
        func found(_ version: Int) -> Diagnostic? { refusal(graph(version) { $0.add("Conv", ["in", "w"], "out") }) }
        for version in [1, 7, 13, ONNXModel.newestOperatorSet] { #expect(found(version) == nil) }
        for version in [ONNXModel.newestOperatorSet + 1, 99, Int.max] {
            let newer = try #require(found(version))
            #expect(newer.code == .onnxOperatorUnsupported && newer.place == "test.onnx")
            #expect(newer.found == "operator set \(version)" && newer.remedy.contains("opset_version="))
        }
    }

    @Test("Operators that are out of order or read themselves, by both names")
    func order() throws {
        let unsorted = graph(13) {
            $0.add("Relu", ["a"], "out")
            $0.add("Conv", ["in", "w"], "a")
        }
        let found = try #require(refusal(unsorted))
        #expect(found.code == .onnxShapeUnfit && found.place == "test.onnx, operator 0 Relu")
        #expect(found.found == "operand a, which operator 1 Conv makes: that stands behind it")
        #expect(found.remedy.hasPrefix("sort the operators"))
        let circle = graph(13) {
            $0.add("Add", ["in", "d"], "c")
            $0.add("Relu", ["c"], "d")
            $0.add("Relu", ["d"], "out")
        }
        #expect(refusal(circle)?.found == "operand d, which operator 1 Relu makes: that stands behind it")
        let itself = graph(13) { $0.add("Add", ["in", "out"], "out") }
        #expect(refusal(itself)?.found == "operand out, which it makes itself")
    }

    @Test("Two inputs of one name")
    func twice() throws {
        var graph = graph(13) { $0.add("Conv", ["in", "w"], "out") }
        graph.model.inputs.append(graph.model.inputs[0])
        let found = try #require(refusal(graph))
        #expect(found.code == .onnxShapeUnfit && found.place == "test.onnx, input in")
        #expect(found.found == "a second input of this name")
    }

    @Test("Extents of an input that are none, by axis; those that a file leaves open, as such")
    func extents() throws {
        func found(_ extents: [ONNXTensorType.Extent]) -> Diagnostic? {
            var graph = graph(13) { $0.add("Conv", ["in", "w"], "out") }
            graph.model.inputs[0].extents = extents
            return refusal(graph)
        }
        let large = try #require(found([.known(1), .known(2), .known(1 << 62), .known(4)]))
        #expect(large.code == .onnxShapeUnfit && large.found.hasSuffix(": \(1 << 62) at axis 2"), "\(large.found)")
        let all = try #require(found([.known(1), .known(1 << 20), .known(1 << 20), .known(1 << 20)]))
        #expect(all.found.hasSuffix(": more than 2^40 elements"), "\(all.found)")
        let open = try #require(found([.known(1), .known(2), .named(""), .known(4)]))
        #expect(open.code == .onnxDimensionUnknown)
        #expect(open.found == "extents 1x2x?x4, ? for one that the file leaves open, or has as 0 or less")
    }
}
