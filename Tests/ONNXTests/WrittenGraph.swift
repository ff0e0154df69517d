import ONNX

/// A model that a test writes, node by node.
struct WrittenGraph {
    var model = ONNXModel(
        producer: "test", operatorSet: 13, nodes: [], constants: [:], inputs: [], outputs: [])

    init(_ extents: [Int] = [1, 2, 4, 4], outputs: [String] = ["out"]) {
        model.inputs = [ONNXTensorType(name: "in", elementType: .float32, extents: extents.map { .known($0) })]
        model.outputs = outputs.map { ONNXTensorType(name: $0, elementType: .float32) }
    }

    mutating func floats(_ name: String, _ extents: [Int], _ elements: [Float]) {
        model.constants[name] = ONNXTensor(.float32, extents, .floats(elements))
    }

    mutating func integers(_ name: String, _ elements: [Int], _ type: ONNXElementType = .int64, extents: [Int]? = nil) {
        model.constants[name] = ONNXTensor(type, extents ?? [elements.count], .integers(elements))
    }

    mutating func add(
        _ type: String, _ inputs: [String], _ output: String, _ attributes: [String: ONNXAttribute] = [:]
    ) {
        model.nodes.append(
            ONNXNode(
                index: model.nodes.count, name: "", operatorType: type, domain: "", inputs: inputs, outputs: [output],
                attributes: attributes))
    }
}
