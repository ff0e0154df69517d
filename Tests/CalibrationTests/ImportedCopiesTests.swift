import Calibration
import Graph
import Networks
import ONNX
import ONNXImport
import Quantization
import Random
import Testing

/// A model of real numbers whose copies no convolution takes in.
@Suite struct ImportedCopiesTests {
    private func model() -> ONNXModel {
        var random = SeededGenerator(seed: 11)
        var model = ONNXModel(producer: "test", operatorSet: 13, nodes: [], constants: [:], inputs: [], outputs: [])
        func weights(_ name: String, _ extents: [Int]) {
            let count = extents.reduce(1, *)
            model.constants[name] = ONNXTensor(
                .float32, extents, .floats((0..<count).map { _ in .random(in: -0.4...0.4, using: &random) }))
        }
        func add(
            _ type: String, _ inputs: [String], _ output: String, _ attributes: [String: ONNXAttribute] = [:]
        ) {
            model.nodes.append(
                ONNXNode(
                    index: model.nodes.count, name: "", operatorType: type, domain: "", inputs: inputs,
                    outputs: [output], attributes: attributes))
        }
        model.inputs = [ONNXTensorType(name: "in", elementType: .float32, extents: [1, 3, 16, 24].map { .known($0) })]
        model.outputs = [ONNXTensorType(name: "out", elementType: .float32)]
        weights("w0", [9, 3, 3, 3])
        weights("b0", [9])
        weights("w1", [4, 3, 1, 1])
        weights("b1", [4])
        model.constants["pads"] = ONNXTensor(.int64, [8], .integers([0, 0, 1, 0, 0, 0, 2, 1]))
        add("Conv", ["in", "w0", "b0"], "features", ["pads": .integers([1, 1, 1, 1])])
        add("Concat", ["in", "features"], "joined", ["axis": .integer(1)])
        add("DepthToSpace", ["joined"], "wide", ["blocksize": .integer(2), "mode": .string("CRD")])
        add("Pad", ["wide", "pads"], "padded")
        add("MaxPool", ["padded"], "maxima", ["kernel_shape": .integers([2, 2])])
        add("Conv", ["maxima", "w1", "b1"], "out")
        return model
    }

    @Test("A model with Concat, DepthToSpace, Pad and MaxPool is imported, quantized and stays near to itself")
    func copies() throws {
        guard case .float(let float) = try ONNXImport(model(), name: "copies", at: "test").network else {
            Issue.record("a quantized network")
            return
        }
        #expect(
            float.graph.layers.map(\.operator.name) == [
                "convolution", "concatenation", "pixelShuffle", "pad", "maxPooling", "convolution",
            ])
        let options = QuantizationOptions().changed { $0.activations.rangeSelection = .maximum }
        for options in [options, .plain] {
            let network = try QuantizedCheck.quantized(float, options)
            #expect(network.graph.layers.map(\.name).contains("joined.operand0"))
            try QuantizedCheck.requireFaithful(network, to: float)
        }
    }
}
