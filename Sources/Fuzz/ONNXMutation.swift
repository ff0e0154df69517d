import ONNX
import Random

/// Changes a model where it says what to do, or its bytes.
enum ONNXMutation {
    static func mutated(_ model: ONNXModel, using random: inout SeededGenerator) -> [UInt8] {
        switch random.integer(0...3) {
        case 0: return model.bytes
        case 1: return ByteMutation.mutated(model.bytes, using: &random)
        default: break
        }
        var changed = model
        for _ in 0..<random.element(of: [1, 1, 2]) { change(&changed, using: &random) }
        return changed.bytes
    }

    private static let numbers = [0, 1, -1, 2, 3, 255, 256, 1025, 1 << 20, 1 << 31, 1 << 40, .max, .min]
    private static let types = [
        "Conv", "Relu", "Flatten", "Concat", "Resize", "Transpose", "ConstantOfShape", "Gather", "Slice", "Squeeze",
        "GlobalAveragePool", "Gemm", "Sigmoid", "QuantizeLinear", "ConvTranspose", "Expand", "QLinearConv", "Shape",
    ]
    private static let attributes = [
        "pads", "strides", "dilations", "kernel_shape", "group", "axis", "perm", "axes", "alpha", "mode", "auto_pad",
        "ceil_mode", "value", "blocksize",
    ]

    private static func change(_ model: inout ONNXModel, using random: inout SeededGenerator) {
        let node = random.integer(0...model.nodes.count - 1)
        let tensors = model.nodes.flatMap(\.outputs) + model.constants.keys.sorted() + ["in", "", "none"]
        switch random.integer(0...7) {
        case 0: model.nodes[node].operatorType = random.element(of: types)
        case 1: model.nodes[node].attributes[random.element(of: attributes)] = attribute(using: &random)
        case 2:
            let index = random.integer(0...model.nodes[node].inputs.count - 1)
            model.nodes[node].inputs[index] = random.element(of: tensors)
        case 3: model.nodes[node].outputs[0] = random.element(of: tensors)
        case 4: model.nodes.remove(at: node)
        case 5:
            model.inputs[0].extents = (0..<random.integer(0...5)).map { _ in
                random.once(in: 4) ? .named("n") : .known(random.element(of: numbers + [1, 3, 4, 8]))
            }
        case 6:
            guard let name = model.constants.keys.sorted().first(where: { _ in random.once(in: 4) }) else { return }
            let count = random.integer(0...4)
            model.constants[name] =
                random.once(in: 2)
                ? ONNXTensor(
                    .int64, [count], .integers((0..<count).map { _ in random.element(of: numbers) }))
                : ONNXTensor(
                    .float32, [count],
                    .floats((0..<count).map { _ in random.element(of: [0, -1, 1e-30, 1e30, .infinity, .nan]) }))
        default: model.nodes[node].inputs.append(random.element(of: tensors))
        }
        if model.nodes.isEmpty {
            model.nodes = [
                ONNXNode(
                    index: 0, name: "", operatorType: "Relu", domain: "", inputs: ["in"], outputs: ["out"],
                    attributes: [:])
            ]
        }
        for index in model.nodes.indices { model.nodes[index].index = index }
    }

    private static func attribute(using random: inout SeededGenerator) -> ONNXAttribute {
        switch random.integer(0...5) {
        case 0: .integer(random.element(of: numbers))
        case 1: .float(random.element(of: [0, -1, 1e30, .infinity, .nan]))
        case 2: .string(random.element(of: ["SAME_UPPER", "VALID", "reflect", "linear", ""]))
        case 3:
            .tensor(ONNXTensor(.float32, [], .floats([random.element(of: [0, 1, .nan])])))
        default: .integers((0..<random.integer(0...8)).map { _ in random.element(of: numbers + [0, 1, 2, 3]) })
        }
    }
}
