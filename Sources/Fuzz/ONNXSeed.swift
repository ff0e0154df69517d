import ONNX
import Random

/// Small ONNX models: chains of operators with branches, in real numbers or in codes, these between QuantizeLinear and
/// DequantizeLinear or as QLinear operators.
struct ONNXSeed {
    private var model = ONNXModel(
        producer: "fuzz", operatorSet: 13, nodes: [], constants: [:], inputs: [], outputs: [])
    var channels: Int
    var height: Int
    var width: Int
    var last = "in"
    private var count = 0
    /// Results with the extents of the last one.
    var alike: [String] = []

    static func model(using random: inout SeededGenerator) -> ONNXModel {
        var seed = ONNXSeed(using: &random)
        let isQuantized = random.once(in: 2)
        let isOfQLinear = isQuantized && random.once(in: 2)
        if isQuantized { seed.quantize(using: &random) }
        for _ in 0..<random.integer(1...6) {
            if isOfQLinear {
                seed.growQLinear(using: &random)
            } else {
                seed.grow(isQuantized: isQuantized, using: &random)
            }
        }
        if isOfQLinear, random.once(in: 3) { seed.endQLinear(using: &random) }
        seed.end(isQuantized: isQuantized, using: &random)
        return seed.model
    }

    private init(using random: inout SeededGenerator) {
        (channels, height, width) = (random.integer(1...3), random.integer(3...8), random.integer(3...8))
        var extents: [ONNXTensorType.Extent] = [.known(1), .known(channels), .known(height), .known(width)]
        if random.once(in: 4) { extents[0] = .named("batch") }
        if random.once(in: 20) { extents[random.integer(0...3)] = .named("n") }
        model.inputs = [ONNXTensorType(name: "in", elementType: .float32, extents: extents)]
    }

    private mutating func grow(isQuantized: Bool, using random: inout SeededGenerator) {
        let before = isQuantized ? add("DequantizeLinear", scaled(last, using: &random)) : last
        let (oldHeight, oldWidth, oldChannels) = (height, width, channels)
        var result: String
        switch random.integer(0...14) {
        case 0, 1, 2: result = convolution(before, isQuantized: isQuantized, using: &random)
        case 3: result = add("Relu", [before])
        case 4: result = add("Clip", [before, number(0), number(random.element(of: [0.5, 1, 6]))])
        case 5:
            let kernel = min(2, height, width)
            result = add(
                random.element(of: ["MaxPool", "AveragePool"]), [before],
                ["kernel_shape": .integers([kernel, kernel]), "strides": .integers([kernel, kernel])])
            (height, width) = ((height - kernel) / kernel + 1, (width - kernel) / kernel + 1)
        case 6 where !alike.isEmpty:
            let other = random.element(of: alike)
            let operand = isQuantized ? add("DequantizeLinear", scaled(other, using: &random)) : other
            result = add(random.element(of: ["Add", "Mul", "Sub"]), [before, operand])
        case 7 where !isQuantized:
            let parts = (0..<4).map { index in floats([channels], index == 3 ? 0.1...2 : -1...1, using: &random) }
            result = add("BatchNormalization", [before] + parts)
        case 8:
            let pads = [0, 0, random.integer(0...2), random.integer(0...1), 0, 0, random.integer(0...1), 0]
            result = add("Pad", [before, integers(pads, .int64)])
            (height, width) = (height + pads[2] + pads[6], width + pads[3])
        case 9: result = add("LeakyRelu", [before], ["alpha": .float(random.element(of: [0.1, -0.5, 1, 0]))])
        case 10 where isQuantized: result = add(random.element(of: ["Sigmoid", "Tanh", "HardSwish"]), [before])
        case 11 where !isQuantized:
            let constant = random.once(in: 2) ? number(0.5) : floats([channels, 1, 1], using: &random)
            result = add(random.element(of: ["Mul", "Add", "Sub", "Div"]), [before, constant])
        case 12:
            result = add(
                "Slice",
                [before]
                    + [[1, 0], [random.integer(1...3), .max], [2, 1], [1, random.integer(1...2)]].map {
                        integers($0, .int64)
                    })
            (height, channels) = (0, 0)
        case 13:
            let turned = add("Transpose", [before], ["perm": .integers([0, 2, 3, 1])])
            let limited = add("Relu", [turned])
            result = add("Transpose", [limited], ["perm": .integers([0, 3, 1, 2])])
        case 14:
            result = add("Split", [before], ["axis": .integer(random.integer(1...3))])
            model.nodes[model.nodes.count - 1].outputs.append("u\(count)")
            (height, channels) = (0, 0)
        default: result = add(random.element(of: ["Identity", "Dropout"]), [before])
        }
        // Nobody counts what is left of them: later operators that need the extents are refused.
        (height, channels) = (max(height, 1), max(channels, 1))
        if isQuantized { result = add("QuantizeLinear", scaled(result, using: &random)) }
        if (oldHeight, oldWidth, oldChannels) != (height, width, channels) { alike = [] }
        alike.append(result)
        last = result
    }

    private mutating func convolution(
        _ input: String, isQuantized: Bool, using random: inout SeededGenerator
    ) -> String {
        let (outputs, kernel) = (random.integer(1...4), random.integer(1...min(3, height, width)))
        let isDepthwise = random.once(in: 4)
        let extents = [isDepthwise ? channels : outputs, isDepthwise ? 1 : channels, kernel, kernel]
        var operands = [input]
        if isQuantized {
            let elements = (0..<extents.reduce(1, *)).map { _ in random.integer(-127...127) }
            operands.append(
                add("DequantizeLinear", [integers(elements, .int8, extents: extents), number(0.01)]))
            let biases = (0..<extents[0]).map { _ in random.integer(-1000...1000) }
            operands.append(add("DequantizeLinear", [integers(biases, .int32), number(0.0001)]))
        } else {
            operands += [floats(extents, using: &random), floats([extents[0]], using: &random)]
        }
        var attributes: [String: ONNXAttribute] = ["group": .integer(isDepthwise ? channels : 1)]
        let stride = random.integer(1...2)
        attributes["strides"] = .integers([stride, stride])
        channels = extents[0]
        (height, width) = ((height - kernel) / stride + 1, (width - kernel) / stride + 1)
        return add("Conv", operands, attributes)
    }

    private mutating func quantize(using random: inout SeededGenerator) {
        last = add("QuantizeLinear", scaled("in", using: &random))
    }

    private mutating func end(isQuantized: Bool, using random: inout SeededGenerator) {
        if !isQuantized, random.once(in: 2) {
            let flat = add("Flatten", [last])
            last = add("MatMul", [flat, floats([channels * height * width, random.integer(1...3)], using: &random)])
        }
        if isQuantized { last = add("DequantizeLinear", scaled(last, using: &random)) }
        if random.once(in: 3) { last = add(random.element(of: ["Softmax", "LogSoftmax"]), [last]) }
        if isQuantized, random.once(in: 6) { last = add("QuantizeLinear", scaled(last, using: &random)) }
        if random.once(in: 6) { last = add("Transpose", [last]) }
        if random.once(in: 6) {
            last = add(random.element(of: ["ArgMax", "ArgMin"]), [last], ["axis": .integer(random.integer(-1...1))])
        }
        model.outputs = [ONNXTensorType(name: last, elementType: .float32)]
    }

    mutating func add(
        _ type: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:]
    ) -> String {
        count += 1
        model.nodes.append(
            ONNXNode(
                index: model.nodes.count, name: "", operatorType: type, domain: "", inputs: inputs,
                outputs: ["t\(count)"], attributes: attributes))
        return "t\(count)"
    }

    /// A tensor with the scale and the zero point that all have, or seldom others.
    mutating func scaled(_ tensor: String, using random: inout SeededGenerator) -> [String] {
        let isOther = random.once(in: 60)
        return [tensor, number(isOther ? 0.03 : 0.05), integers([isOther ? 0 : 100], .uint8, extents: [])]
    }

    mutating func number(_ value: Float) -> String { constant(ONNXTensor(.float32, [], .floats([value]))) }

    mutating func floats(
        _ extents: [Int], _ range: ClosedRange<Float> = -1...1, using random: inout SeededGenerator
    ) -> String {
        let elements = (0..<extents.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }
        return constant(ONNXTensor(.float32, extents, .floats(elements)))
    }

    mutating func integers(_ elements: [Int], _ type: ONNXElementType, extents: [Int]? = nil) -> String {
        constant(ONNXTensor(type, extents ?? [elements.count], .integers(elements)))
    }

    private mutating func constant(_ tensor: ONNXTensor) -> String {
        count += 1
        model.constants["c\(count)"] = tensor
        return "c\(count)"
    }
}
