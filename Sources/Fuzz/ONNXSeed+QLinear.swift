import ONNX
import Random

/// Operators on 8-bit elements with their scales as inputs.
extension ONNXSeed {
    mutating func growQLinear(using random: inout SeededGenerator) {
        let before = scaled(last, using: &random)
        let format = Array(scaled("", using: &random).dropFirst())
        let (oldHeight, oldWidth, oldChannels) = (height, width, channels)
        var result: String
        switch random.integer(0...8) {
        case 0, 1, 2: result = qLinearConvolution(before, format, using: &random)
        case 3 where !alike.isEmpty:
            let other = scaled(random.element(of: alike), using: &random)
            result = add(random.element(of: ["QLinearAdd", "QLinearMul"]), before + other + format)
        case 4: result = add("QLinearSigmoid", before + format)
        case 5: result = add("QLinearLeakyRelu", before + format, ["alpha": .float(random.element(of: [0.1, 0, -1]))])
        case 6:
            let kernel = min(2, height, width)
            let attributes: [String: ONNXAttribute] = [
                "kernel_shape": .integers([kernel, kernel]), "strides": .integers([kernel, kernel]),
            ]
            result =
                random.once(in: 2)
                ? add("QLinearAveragePool", before + format, attributes) : add("MaxPool", [last], attributes)
            (height, width) = ((height - kernel) / kernel + 1, (width - kernel) / kernel + 1)
        case 7 where channels <= 8:
            let other = scaled(last, using: &random)
            result = add("QLinearConcat", format + before + other, ["axis": .integer(1)])
            channels *= 2
        case 8:
            result = add("QLinearGlobalAveragePool", before + format)
            (height, width) = (1, 1)
        default: result = add("Identity", [last])
        }
        if (oldHeight, oldWidth, oldChannels) != (height, width, channels) { alike = [] }
        alike.append(result)
        last = result
    }

    private mutating func qLinearConvolution(
        _ before: [String], _ format: [String], using random: inout SeededGenerator
    ) -> String {
        let (outputs, kernel) = (random.integer(1...4), random.integer(1...min(3, height, width)))
        let extents = [outputs, channels, kernel, kernel]
        let elements = (0..<extents.reduce(1, *)).map { _ in random.integer(-127...127) }
        var operands = before + [integers(elements, .int8, extents: extents), number(0.01)]
        operands += [integers([random.once(in: 8) ? 3 : 0], .int8, extents: [])] + format
        if random.once(in: 2) {
            operands.append(integers((0..<outputs).map { _ in random.integer(-1000...1000) }, .int32))
        }
        channels = outputs
        (height, width) = (height - kernel + 1, width - kernel + 1)
        return add("QLinearConv", operands)
    }

    /// A matrix behind everything.
    mutating func endQLinear(using random: inout SeededGenerator) {
        let flat = add("Flatten", [last])
        let (rows, columns) = (channels * height * width, random.integer(1...3))
        let elements = (0..<rows * columns).map { _ in random.integer(-127...127) }
        let format = Array(scaled("", using: &random).dropFirst())
        var operands = scaled(flat, using: &random)
        operands += [
            integers(elements, .int8, extents: [rows, columns]), number(0.01), integers([0], .int8, extents: []),
        ]
        last =
            random.once(in: 2)
            ? add("QLinearMatMul", operands + format) : add("QGemm", operands + [""] + format)
    }
}
