import Diagnostics
import Graph
import Networks
import ONNX
import ONNXImport
import TFLiteImport
import Testing

/// What is not carried over is refused: what, where, what was expected, what to do.
@Suite struct ONNXImportRefusalTests {
    private func refusal(
        _ graph: WrittenGraph, outputs: [String] = [], shapes: [String: [Int]] = [:], memory: Int = 1 << 28
    ) -> Diagnostic? {
        do throws(Diagnostic) {
            _ = try ONNXImport(
                graph.model, name: "net", outputs: outputs, shapes: shapes, at: "test.onnx",
                memory: MemoryBudget(bytes: memory))
            return nil
        } catch { return error }
    }

    private func graph(_ extents: [Int] = [1, 2, 4, 4], _ build: (inout WrittenGraph) -> Void) -> WrittenGraph {
        var graph = WrittenGraph(extents)
        graph.floats("w", [2, 2, 1, 1], [1, 2, 3, 4])
        build(&graph)
        return graph
    }

    /// x, its scale and zero point, weights, and a scale for the result.
    private func quantized(
        scale: Float = 0.5, zeroPoint: Int = 3, type: ONNXElementType = .uint8, weights: Int = 1, result: Float = 1
    ) -> WrittenGraph {
        graph { graph in
            graph.floats("s", [], [scale])
            graph.integers("z", [zeroPoint], type, extents: [])
            graph.integers("q", Array(repeating: weights, count: 4), .int8, extents: [2, 2, 1, 1])
            graph.floats("r", [], [result])
            graph.add("QuantizeLinear", ["in", "s", "z"], "a")
            graph.add("QLinearConv", ["a", "s", "z", "q", "s", "", "r", "z"], "out")
        }
    }

    @Test("An operator that is not known, with the place and where to cut")
    func unknown() throws {
        let found = try #require(
            refusal(
                graph {
                    $0.add("Conv", ["in", "w"], "/first/out")
                    $0.add("Einsum", ["/first/out"], "out")
                }))
        #expect(found.code == .onnxOperatorUnsupported && found.place == "test.onnx, operator 1 Einsum")
        #expect(found.remedy.contains("--outputs _first_out"))
    }

    @Test("A weight, bias, slope or attribute that is no finite number, with its element")
    func notFinite() throws {
        let weight = try #require(
            refusal(
                graph {
                    $0.floats("bad", [2, 2, 1, 1], [1, 2, -.nan, 4])
                    $0.add("Conv", ["in", "bad"], "out")
                }))
        #expect(weight.code == .networkNotFinite && weight.found == "NaN")
        #expect(weight.place == "test.onnx, operator 0 Conv, constant bad, element [1, 0, 0, 0]")
        let bias = try #require(
            refusal(
                graph {
                    $0.floats("bad", [2], [0, -.infinity])
                    $0.add("Conv", ["in", "w", "bad"], "out")
                }))
        #expect(bias.place == "test.onnx, operator 0 Conv, constant bad, element [1]" && bias.found == "-inf")
        func code(_ type: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:]) -> DiagnosticCode? {
            refusal(
                graph {
                    $0.floats("bad", [1], [.infinity])
                    $0.floats("large", [2, 2, 1, 1], [3e38, 1, 1, 1])
                    $0.floats("ten", [1], [10])
                    $0.floats("one", [2], [1, 1])
                    $0.add("Conv", ["in", "large"], "a")
                    $0.add(type, inputs, "out", attributes)
                })?.code
        }
        #expect(code("PRelu", ["a", "bad"]) == .networkNotFinite)
        #expect(code("Add", ["a", "bad"]) == .networkNotFinite)
        #expect(code("BatchNormalization", ["a", "one", "one", "one", "bad"]) == .networkNotFinite)
        #expect(code("LeakyRelu", ["a"], ["alpha": .float(.infinity)]) == .onnxShapeUnfit)
        // What folding makes of finite numbers: 3e38 times 10.
        #expect(code("Mul", ["a", "ten"]) == .networkNotFinite)
        // Limits may be infinite, where something lies between them.
        #expect(code("Clip", ["a", "ten", "bad"]) == nil)
        #expect(code("Clip", ["a", "bad", "bad"]) == .onnxOperatorUnsupported)
    }

    @Test("A limit, fill or attribute that is NaN is said to be so, by the constant's name or the attribute's")
    func notNumbers() throws {
        func found(
            _ type: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:]
        ) throws -> Diagnostic {
            try #require(
                refusal(
                    graph {
                        $0.floats("bad", [1], [.nan])
                        $0.floats("scalar", [], [.nan])
                        $0.floats("zero", [], [0])
                        $0.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
                        $0.floats("grow", [4], [1, 1, 2, .nan])
                        $0.add("Conv", ["in", "w"], "a")
                        $0.add(type, inputs, "out", attributes)
                    }))
        }
        let low = try found("Clip", ["a", "bad"])
        #expect(low.code == .networkNotFinite && low.found == "NaN")
        #expect(low.place == "test.onnx, operator 1 Clip, constant bad, element [0]")
        let high = try found("Clip", ["a", "zero", "scalar"])
        #expect(high.place == "test.onnx, operator 1 Clip, constant scalar, element []" && high.found == "NaN")
        let fill = try found("Pad", ["a", "pads", "scalar"])
        #expect(fill.place == "test.onnx, operator 1 Pad, constant scalar, element []" && fill.found == "NaN")
        let grow = try found("Resize", ["a", "", "grow"])
        #expect(grow.place == "test.onnx, operator 1 Resize, constant grow, element [3]" && grow.found == "NaN")
        let slope = try found("LeakyRelu", ["a"], ["alpha": .float(.nan)])
        #expect(slope.found == "attribute alpha: NaN" && slope.expected == "one finite number")
        let limit = try found("Clip", ["a"], ["max": .float(.nan)])
        #expect(limit.found == "attribute max: NaN" && limit.expected == "one number, perhaps infinite")
    }

    @Test("Statistics that have no root, and what folding makes infinite: the constant, the channel, the number")
    func unfitStatistics() throws {
        func found(variance: [Float], scale: [Float] = [1, 1], epsilon: Float = 1e-5) -> Diagnostic? {
            refusal(
                graph {
                    $0.floats("scale", [2], scale)
                    $0.floats("zero", [2], [0, 0])
                    $0.floats("variance", [2], variance)
                    $0.add("Conv", ["in", "w"], "a")
                    $0.add(
                        "BatchNormalization", ["a", "scale", "zero", "zero", "variance"], "out",
                        ["epsilon": .float(epsilon)])
                })
        }
        let negative = try #require(found(variance: [1, -1]))
        #expect(negative.code == .networkValueOutOfRange)
        #expect(negative.place == "test.onnx, operator 1 BatchNormalization, constant variance, element [1]")
        #expect(negative.found == "a variance of -1.0, epsilon 1e-05")
        #expect(found(variance: [0, 0], epsilon: 0)?.place.hasSuffix("constant variance, element [0]") == true)
        #expect(found(variance: [0, 0]) == nil && found(variance: [1, -1e-6]) == nil)
        let large = try #require(found(variance: [1, 0], scale: [1, 3e38]))
        #expect(large.code == .networkNotFinite)
        #expect(large.place.hasSuffix("constants scale, zero, zero, variance, channel 1"), "\(large.place)")
        #expect(large.found == "a factor of inf and a term of 0.0 made of them")
        let quotient = try #require(
            refusal(
                graph {
                    $0.floats("zero", [2, 1, 1], [1, 0])
                    $0.add("Conv", ["in", "w"], "a")
                    $0.add("Div", ["a", "zero"], "out")
                }))
        #expect(quotient.place == "test.onnx, operator 1 Div, constant zero, channel 1")
        let folded = try #require(
            refusal(
                graph {
                    $0.floats("large", [2, 1, 1], [1, 3e38])
                    $0.add("Conv", ["in", "w"], "a")
                    $0.add("Mul", ["a", "large"], "out")
                }))
        #expect(folded.code == .networkNotFinite && folded.place == "test.onnx, operator 1 Mul, output channel 1")
        #expect(folded.found == "a weight of inf once it is computed with constant large")
    }

    @Test("Scales that are no numbers above 0, by the constant's name")
    func unfitScales() throws {
        var graph = quantized()
        graph.floats("bad", [2], [0.5, .nan])
        graph.model.nodes[1].inputs[4] = "bad"
        let weights = try #require(refusal(graph))
        #expect(weights.code == .onnxTensorUnsupported && weights.found == "a scale of NaN")
        #expect(weights.place == "test.onnx, operator 1 QLinearConv, constant bad, element 1")
        #expect(refusal(quantized(scale: 0))?.found == "scale s of 0.0")
        // Weights in real numbers that QuantizeLinear makes codes of.
        var real = self.graph { _ in }
        real.floats("s", [], [0.5])
        real.integers("z", [3], .uint8, extents: [])
        real.integers("wz", [0], .int8, extents: [])
        real.floats("bad", [2, 2, 1, 1], [1, .nan, 3, 4])
        real.add("QuantizeLinear", ["bad", "s", "wz"], "q")
        real.add("QuantizeLinear", ["in", "s", "z"], "a")
        real.add("QLinearConv", ["a", "s", "z", "q", "s", "wz", "s", "z"], "out")
        let element = try #require(refusal(real))
        #expect(element.place == "test.onnx, operator 0 QuantizeLinear, constant bad, element [0, 1, 0, 0]")
    }

    @Test("Forms of operators that are not carried over")
    func forms() {
        func code(
            _ type: String, _ inputs: [String] = ["in"], _ attributes: [String: ONNXAttribute] = [:]
        )
            -> DiagnosticCode?
        {
            refusal(
                graph {
                    $0.floats("two", [2, 1, 4], Array(repeating: 1, count: 8))
                    $0.integers("pads", [0, 1, 0, 0, 0, 0, 0, 0])
                    $0.integers("many", [0, 0, 2000, 0, 0, 0, 0, 0])
                    $0.floats("grow", [4], [1, 1, 2, 3])
                    $0.add(type, inputs, "out", attributes)
                })?.code
        }
        #expect(code("Tanh") == .onnxOperatorUnsupported)
        #expect(code("Mul", ["in", "two"]) == .onnxOperatorUnsupported)
        #expect(code("Pad", ["in", "pads"]) == .onnxOperatorUnsupported)
        #expect(code("Pad", ["in", "many"]) == .onnxShapeUnfit)
        #expect(code("Resize", ["in", "", "grow"]) == .onnxOperatorUnsupported)
        #expect(code("Transpose", ["in"], ["perm": .integers([0, 2, 3, 1])]) == .onnxOperatorUnsupported)
        #expect(code("Transpose", ["in"], ["perm": .integers([0, 2, 2, 1])]) == .onnxShapeUnfit)
        #expect(
            code("AveragePool", ["in"], ["kernel_shape": .integers([3, 3]), "pads": .integers([1, 1, 1, 1])])
                == .onnxOperatorUnsupported)
        #expect(code("Slice", ["in"], ["starts": .integers([3]), "ends": .integers([1])]) == .onnxOperatorUnsupported)
        #expect(code("Slice", ["in"], ["starts": .integers([0, 0]), "ends": .integers([1])]) == .onnxShapeUnfit)
        #expect(code("Split", ["in"], ["axis": .integer(7)]) == .onnxShapeUnfit)
        #expect(code("DepthToSpace", ["in"], ["blocksize": .integer(2)]) == .onnxOperatorUnsupported)
        #expect(code("Conv", ["in", "in"]) == .onnxOperatorUnsupported)
        #expect(code("Conv", ["in", "w"], ["strides": .integers([0, 1])]) == .onnxShapeUnfit)
        #expect(code("Conv", ["in", "w"], ["group": .integer(2)]) == .onnxShapeUnfit)
        #expect(code("Conv", ["in", "w"], ["pads": .integers([1 << 40, 0, 0, 0])]) == .onnxShapeUnfit)
        #expect(code("Conv", ["in", "w"], ["strides": .integers([400, 1])]) == .graphAttributeOutOfRange)
        #expect(code("Conv", ["none", "w"]) == .onnxShapeUnfit)
        #expect(code("Softmax") == .onnxOperatorUnsupported)
        #expect(code("Identity") == .onnxOperatorUnsupported)
        #expect(code("Reshape", ["in", "pads"]) == .onnxShapeUnfit)
    }

    @Test("Extents that no network has: --shape is named only where it helps")
    func unfitExtents() throws {
        for extents in [[2, 2, 4, 4], [1, 2, 4], [1, 2, 4, 4, 4], [1, 0, 4, 4]] {
            let found = try #require(refusal(graph(extents) { $0.add("Relu", ["in"], "out") }))
            #expect(found.code == .onnxShapeUnfit && found.remedy.hasPrefix("export the model"), "\(found.remedy)")
        }
        func open(_ extents: [ONNXTensorType.Extent]) -> WrittenGraph {
            var written = graph { $0.add("Conv", ["in", "w"], "out") }
            written.model.inputs[0].extents = extents
            return written
        }
        let batch = open([.named("N"), .known(2), .known(4), .known(4)])
        #expect(refusal(batch, shapes: ["N": [2]])?.remedy == "give a batch of 1 with --shape, or none")
        #expect(refusal(batch, shapes: ["N": [1]]) == nil && refusal(batch) == nil)
        // What is advised is taken.
        let rows = open([.named(""), .known(2), .named(""), .known(4)])
        #expect(refusal(rows)?.remedy == "give them all: --shape in=1x2x224x4")
        #expect(refusal(rows, shapes: ["in": [1, 2, 224, 4]]) == nil)
        let line = open([.known(1), .known(2), .named("L")])
        #expect(refusal(line)?.remedy.hasPrefix("export the model") ?? false)
    }

    @Test("Inputs of two extents: each keeps its own, and a network in real numbers says that it is planned only")
    func twoExtents() throws {
        var written = graph {
            $0.add("Conv", ["in", "w"], "a")
            $0.add("GlobalAveragePool", ["second"], "b")
            $0.add("Mul", ["a", "b"], "out")
        }
        written.model.inputs.append(
            ONNXTensorType(name: "second", elementType: .float32, extents: [1, 2, 3, 5].map { .known($0) }))
        let imported = try ONNXImport(written.model, name: "net", at: "test")
        guard case .float(let network) = imported.network else {
            Issue.record("a quantized network")
            return
        }
        #expect(network.graph.inputs.map(\.extent?.height) == [4, 3])
        #expect(network.graph.inputs.map(\.extent?.width) == [4, 5])
        #expect(imported.report.remarks == ["2 inputs: a network in real numbers that is planned only"])
    }

    @Test("A vector at the end of a map that is too large for its weights of 0 and 1")
    func largeVector() {
        let found = refusal(
            graph([1, 2, 100, 100]) {
                $0.add("Conv", ["in", "w"], "a")
                $0.add("Flatten", ["a"], "out")
            })
        #expect(found?.code == .onnxOperatorUnsupported && found?.remedy.contains("--outputs a ") ?? false)
    }

    @Test("A node that reads what it makes")
    func circle() {
        let found = refusal(
            graph {
                $0.floats("s", [], [1])
                $0.add("QuantizeLinear", ["in", "s"], "in")
                $0.add("DequantizeLinear", ["in", "s"], "out")
            })
        #expect(found != nil)
    }

    @Test("An operator of a domain in which its name may mean something else")
    func domains() {
        var graph = graph { $0.add("Conv", ["in", "w"], "out") }
        #expect(refusal(graph) == nil)
        graph.model.nodes[0].domain = "com.ms.internal.nhwc"
        let found = refusal(graph)
        #expect(found?.code == .onnxOperatorUnsupported && found?.found.contains("com.ms.internal.nhwc") ?? false)
        var codes = quantized()
        codes.model.nodes[1].domain = "com.microsoft.nchwc"
        #expect(refusal(codes)?.code == .onnxOperatorUnsupported)
    }

    @Test(
        "Statistics of training, steps behind axes that are left out, biases that are no int32, two types of elements")
    func contradictions() {
        let statistics = graph {
            for name in ["a", "b", "c", "d"] { $0.floats(name, [2], [1, 1]) }
            $0.add("BatchNormalization", ["in", "a", "b", "c", "d"], "out", ["training_mode": .integer(1)])
        }
        #expect(refusal(statistics)?.code == .onnxOperatorUnsupported)
        // Of 1, 2, 4, 4 every second one, not the first two.
        let steps = graph {
            for (name, number) in [("start", 0), ("end", 4), ("step", 2)] { $0.integers(name, [number]) }
            $0.integers("list", [1, 2, 4, 4])
            $0.add("Slice", ["list", "start", "end", "", "step"], "shape")
            $0.add("Reshape", ["in", "shape"], "out")
        }
        #expect(refusal(steps)?.code == .onnxOperatorUnsupported)
        var biases = quantized()
        biases.model.constants["b"] = ONNXTensor(.int8, [2], .integers([1, 2]))
        biases.model.nodes[1].inputs.append("b")
        #expect(refusal(biases)?.code == .onnxShapeUnfit)
        biases.model.constants["b"] = ONNXTensor(.int32, [2], .integers([1, 2]))
        #expect(refusal(biases) == nil)
        var types = quantized()
        types.model.nodes[0].attributes["output_dtype"] = .integer(ONNXElementType.int8.rawValue)
        #expect(refusal(types)?.code == .onnxTensorUnsupported)
    }

    @Test("Part of a shape is that part: a bias of as many zeros as the extent says")
    func shapes() {
        func isTaken(_ attributes: [String: ONNXAttribute]) -> Bool {
            refusal(
                graph([1, 2, 4, 6]) {
                    $0.add("Shape", ["in"], "part", attributes)
                    $0.add("ConstantOfShape", ["part"], "zeros")
                    $0.add("Conv", ["in", "w", "zeros"], "out")
                }) == nil
        }
        // Two output channels: the extent of axis 1 alone, from either end.
        #expect(isTaken(["start": .integer(1), "end": .integer(2)]))
        #expect(isTaken(["start": .integer(-3), "end": .integer(-2)]))
        #expect(!isTaken(["start": .integer(2), "end": .integer(3)]))
        #expect(!isTaken(["start": .integer(1), "end": .integer(Int.max)]) && !isTaken([:]))
    }

    @Test("Symbolic extents are asked for, those that are given must fit")
    func extents() {
        var graph = graph { $0.add("Conv", ["in", "w"], "out") }
        graph.model.inputs[0].extents = [.named("batch"), .known(2), .named("height"), .named("")]
        #expect(refusal(graph)?.code == .onnxDimensionUnknown)
        #expect(refusal(graph, shapes: ["height": [4]])?.code == .onnxDimensionUnknown)
        #expect(refusal(graph, shapes: ["in": [1, 2, 4, 4]]) == nil)
        #expect(refusal(graph, shapes: ["in": [1, 3, 4, 4]])?.code == .onnxShapeUnfit)
        #expect(refusal(graph, shapes: ["in": [2, 2, 4, 4]])?.code == .onnxShapeUnfit)
        graph.model.inputs[0].extents = [.named("batch"), .known(2), .named("height"), .named("height")]
        #expect(refusal(graph, shapes: ["height": [4]]) == nil)
        graph.model.inputs[0].extents = nil
        #expect(refusal(graph)?.code == .onnxDimensionUnknown)
    }

    @Test("Outputs that are not there")
    func outputs() {
        let graph = graph { $0.add("Conv", ["in", "w"], "out") }
        let found = refusal(graph, outputs: ["ouT"])
        #expect(found?.code == .onnxOutputUnknown && found?.remedy == "did you mean 'out'?")
        #expect(refusal(graph, outputs: ["in"])?.code == .onnxOperatorUnsupported)
    }

    @Test("Types, scales and zero points")
    func quantizations() {
        #expect(refusal(quantized()) == nil)
        #expect(refusal(quantized(scale: 0))?.code == .onnxTensorUnsupported)
        #expect(refusal(quantized(scale: .infinity))?.code == .onnxTensorUnsupported)
        #expect(refusal(quantized(type: .int32))?.code == .onnxTensorUnsupported)
        #expect(refusal(quantized(zeroPoint: 300))?.code == .onnxTensorUnsupported)
        #expect(refusal(quantized(scale: 1e6, result: 1e-6))?.code == .onnxRequantizationUnfit)
        var graph = quantized()
        graph.model.inputs[0].elementType = .float64
        #expect(refusal(graph)?.code == .onnxTensorUnsupported)
    }

    @Test("A result in real numbers among codes")
    func unquantized() {
        var graph = quantized()
        graph.add("DequantizeLinear", ["out", "r", "z"], "b")
        graph.add("Relu", ["b"], "c")
        graph.model.outputs[0].name = "c"
        #expect(refusal(graph)?.code == .onnxOperatorUnsupported)
        graph.model.nodes.removeLast()
        graph.add("Softmax", ["b"], "c")
        #expect(refusal(graph) == nil)
        graph.add("Relu", ["c"], "d")
        graph.model.outputs[0].name = "d"
        #expect(refusal(graph)?.code == .onnxOperatorUnsupported)
    }

    @Test("Constants that ask for more than the budget are refused before they are made")
    func bombs() {
        let large = graph {
            $0.integers("shape", [1 << 15, 1 << 15])
            $0.add("ConstantOfShape", ["shape"], "c")
            $0.add("Add", ["in", "c"], "out")
        }
        #expect(refusal(large)?.code == .memoryBudgetExceeded)
        let broadcast = graph {
            $0.floats("a", [1, 1 << 13], Array(repeating: 1, count: 1 << 13))
            $0.floats("b", [1 << 13, 1], Array(repeating: 1, count: 1 << 13))
            $0.add("Add", ["a", "b"], "c")
            $0.add("Add", ["in", "c"], "out")
        }
        #expect(refusal(broadcast)?.code == .memoryBudgetExceeded)
        let negative = graph {
            $0.integers("shape", [-1])
            $0.add("ConstantOfShape", ["shape"], "c")
            $0.add("Add", ["in", "c"], "out")
        }
        #expect(refusal(negative)?.code == .onnxShapeUnfit)
    }
}
