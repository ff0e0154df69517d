import Diagnostics
import FloatModel
import Graph
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import ReferenceModel
import TFLiteImport
import Tensors
import Testing

/// Imported networks against what onnxruntime computed.
@Suite struct RecordedModelTests {
    /// For each tensor that a layer makes and that was recorded: how many elements, how many differ, by how much.
    private func differences(_ name: String) throws -> (elements: Int, different: Int, largest: Int) {
        let recorded = try RecordedModel(name)
        let imported = try ONNXImport(recorded.model, name: "net", at: "recorded")
        guard case .quantized(let network) = imported.network else {
            Issue.record("a float network")
            return (0, 0, 0)
        }
        // What is written and read again is the same.
        #expect(try NetworkFile(NetworkFile(quantized: network).bytes, at: "net").quantized == network)
        let input = try #require(imported.report.inputs.first)
        let recordedInput = try #require(recorded.tensors[input.fileNames[0]])
        let zero: Double = input.elementType == "int8" ? 128 : 0
        let shape = TensorShape(
            height: imported.report.height, width: imported.report.width, channels: network.graph.inputs[0].channels)
        let result = try ReferenceModel(ProvenNetwork(network).network).run(
            inputs: [input.name: Tensor(shape: shape, elements: recordedInput.channelsLast.map { Int32($0 + zero) })])
        var (elements, different, largest) = (0, 0, 0)
        for layer in network.graph.layers {
            guard let expected = recorded.tensors[imported.report.names[layer.name] ?? layer.name],
                let output = result.tensors[layer.name]
            else { continue }
            #expect(expected.elements.count == output.elements.count)
            for (code, element) in zip(output.elements, expected.channelsLast) {
                let distance = abs(Int(code) - Int(element + zero))
                (elements, largest) = (elements + 1, max(largest, distance))
                different += distance == 0 ? 0 : 1
            }
        }
        return (elements, different, largest)
    }

    @Test(
        "Convolutions, matrices, maxima and views: every code is the runtime's",
        arguments: ["exact-qdq", "exact-qlinear"])
    func exact(_ name: String) throws {
        let found = try differences(name)
        // All that layers make: a layer that is missing is seen.
        #expect(found.elements == 4624)
        #expect(found.different == 0, "\(found.different) of \(found.elements)")
    }

    @Test(
        "Sums, products, averages and functions, each after other codes: few differ, by few",
        arguments: ["near-qdq", "near-qlinear"])
    func near(_ name: String) throws {
        let found = try differences(name)
        #expect(found.elements == 2328)
        #expect(found.different * 200 <= found.elements, "\(found.different) of \(found.elements)")
        #expect(found.largest <= 1)
    }

    @Test("A float graph, its operators folded: within 1e-4 of the runtime")
    func real() throws {
        let recorded = try RecordedModel("real")
        let imported = try ONNXImport(recorded.model, name: "net", at: "recorded")
        guard case .float(let network) = imported.network else {
            Issue.record("a quantized network")
            return
        }
        let image = try #require(recorded.tensors["image"])
        let shape = TensorShape(height: image.shape[2], width: image.shape[3], channels: image.shape[1])
        let output = network.graph.outputs[0]
        let made = try FloatModel(network).run(
            Tensor(shape: shape, elements: image.channelsLast.map { Float($0) }), keeping: [output])
        let expected = try #require(recorded.tensors["scores"]).elements
        let scale = expected.map(\.magnitude).max()!
        let elements = try #require(made[output]).elements
        #expect(elements.count == expected.count)
        for (element, wanted) in zip(elements, expected) {
            #expect(abs(Double(element) - wanted) <= 1e-4 * scale)
        }
        // What is folded is no layer: normalizations behind convolutions, functions, padding, views, what is dropped.
        let kinds = Set(network.graph.layers.map(\.operator.name))
        #expect(!kinds.contains("pad") && !kinds.contains("requantize"))
        #expect(network.graph.layers.count == 12, "\(network.graph.layers.map(\.name))")
    }
}
