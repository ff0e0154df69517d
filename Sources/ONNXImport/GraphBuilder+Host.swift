import Diagnostics
import Networks
import ONNX
import TFLiteImport
import Tensors

/// A tensor that the host has: a layer's result or its own, and what the elements are.
struct HostValue {
    var name: String
    var tensor: HostTensor
}

// What the host computes behind the network, in the file's order of elements.
extension GraphBuilder {
    private typealias Step = (function: HostFunction, result: HostTensor)

    /// Softmax and the like, and what stands behind them. In a float network they are named and not computed.
    ///
    /// - Throws: `onnxOperatorUnsupported` for what the host has no definition of, `onnxShapeUnfit`.
    mutating func leaveToHost(at place: ONNXPlace) throws(Diagnostic) {
        let input = try name(0, of: place)
        let output = try output(of: place)
        seenOutside.insert(input)
        let operand = hostTensors.contains(input) ? values[input]! : try self.operand(0, of: place)
        if isQuantized {
            let given = try hostValue(of: input, at: place)
            hostResults[output] = append(try steps(from: given, at: place), to: given, as: names.name(of: output))
        }
        try define(output, as: operand, at: place)
        hostTensors.insert(output)
    }

    /// What the host has of a tensor: real numbers where the file has them, in the file's order.
    ///
    /// - Throws: what making a layer throws.
    @discardableResult
    mutating func hostValue(of tensor: String, at place: ONNXPlace) throws(Diagnostic) -> HostValue {
        if let made = hostResults[tensor] { return made }
        let value = try force(tensor)
        guard let name = value.name, let quantization = value.quantization else {
            throw unsupported(
                place, found: "an operand that is not quantized", expected: "DequantizeLinear before it")
        }
        func codes(_ extents: [Int]) -> HostTensor {
            HostTensor(
                extents: extents, type: quantization.isSigned ? .int8 : .uint8, scale: quantization.scale,
                zeroPoint: quantization.zeroPoint)
        }
        var given = HostValue(name: name, tensor: codes(value.extents))
        var steps: [Step] = []
        let shape = value.stored
        if shape.channels > 1, shape.height * shape.width > 1, !value.isChannelsLast {
            given.tensor = codes([1, shape.height, shape.width, shape.channels])
            steps.append((.transpose(permutation: [0, 3, 1, 2]), codes(shape.extents)))
            if value.extents != shape.extents { steps.append((.reshape, codes(value.extents))) }
        }
        if value.isReal { steps.append((.dequantize, HostTensor(extents: value.extents, type: .float32))) }
        let own = names.name(of: tensor)
        let made = append(steps, to: given, as: own == name ? String(own.prefix(110)) + ".host" : own)
        hostResults[tensor] = made
        return made
    }

    /// Codes of a float input in front of the network, in the order in which they are stored.
    mutating func quantizeInput(_ input: ImportedValue, to name: String, by quantization: ActivationQuantization) {
        let shape = input.stored
        let extents =
            shape.height * shape.width == 1
            ? [1, shape.channels] : [1, shape.height, shape.width, shape.channels]
        host.append(
            HostOperator(
                name: name, function: .quantizeHalfEven, input: input.name!,
                operand: HostTensor(extents: extents, type: .float32),
                result: HostTensor(
                    extents: extents, type: quantization.isSigned ? .int8 : .uint8, scale: quantization.scale,
                    zeroPoint: quantization.zeroPoint)))
    }

    /// Real numbers of an output of the file, or its elements in the file's order.
    mutating func dequantizeOutput(_ tensor: String) throws(Diagnostic) {
        let node = ONNXNode(
            index: 0, name: tensor, operatorType: "DequantizeLinear", domain: "", inputs: [tensor], outputs: [],
            attributes: [:])
        try hostValue(of: tensor, at: ONNXPlace(node: node, file: file))
    }

    /// Adds operators; the last result has the name.
    private mutating func append(_ steps: [Step], to operand: HostValue, as name: String) -> HostValue {
        var last = operand
        for (index, step) in steps.enumerated() {
            let isLast = index == steps.count - 1
            let next = HostValue(name: isLast ? name : String(name.prefix(110)) + ".host\(index)", tensor: step.result)
            host.append(
                HostOperator(
                    name: next.name, function: step.function, input: last.name, operand: last.tensor,
                    result: step.result))
            last = next
        }
        return last
    }

    private mutating func steps(from given: HostValue, at place: ONNXPlace) throws(Diagnostic) -> [Step] {
        let extents = given.tensor.extents
        func like(_ extents: [Int]) -> HostTensor {
            var tensor = given.tensor
            tensor.extents = extents
            return tensor
        }
        switch place.name {
        case "Softmax": return try rows(.softmax(beta: 1), of: given.tensor, at: place)
        case "LogSoftmax": return try rows(.logSoftmax, of: given.tensor, at: place)
        case "ArgMax", "ArgMin": return try indices(of: given.tensor, at: place)
        case "QuantizeLinear":
            let quantization = try quantization(at: place)
            try require(given.tensor.type == .float32, given, "real numbers", at: place)
            return [
                (
                    .quantizeHalfEven,
                    HostTensor(
                        extents: extents, type: quantization.isSigned ? .int8 : .uint8, scale: quantization.scale,
                        zeroPoint: quantization.zeroPoint)
                )
            ]
        case "DequantizeLinear":
            let quantization = try quantization(at: place)
            let isOwn =
                given.tensor.type == (quantization.isSigned ? .int8 : .uint8)
                && given.tensor.scale == quantization.scale && given.tensor.zeroPoint == quantization.zeroPoint
            try require(isOwn, given, "elements with the scale that they were quantized with", at: place)
            return [(.dequantize, HostTensor(extents: extents, type: .float32))]
        case "Transpose":
            let order = try permutation(of: extents.count, at: place)
            return [(.transpose(permutation: order), like(order.map { extents[$0] }))]
        case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
            let viewed = try viewedExtents(of: extents, at: place)
            guard viewed.allSatisfy({ $0 >= 1 }), viewed.reduce(1.0, { $0 * Double($1) }) == Double(given.tensor.count)
            else {
                throw place.unfit("extents \(viewed.prefix(8)) for \(extents)", expected: "as many elements")
            }
            return [(.reshape, like(viewed))]
        default: return []
        }
    }

    private func require(
        _ holds: Bool, _ given: HostValue, _ expected: String, at place: ONNXPlace
    ) throws(Diagnostic) {
        guard !holds else { return }
        throw unsupported(place, found: "\(given.tensor.type) elements of the host", expected: expected)
    }

    /// A function along an axis; before operator set 13 over that and all axes behind it.
    private func rows(
        _ function: HostFunction, of operand: HostTensor, at place: ONNXPlace
    ) throws(Diagnostic) -> [Step] {
        let extents = operand.extents
        guard operand.type == .float32 else {
            throw unsupported(place, found: "8-bit elements as real numbers", expected: "DequantizeLinear before it")
        }
        let version = try place.integer("opset", default: model.operatorSet)
        let axis = try axis(default: version < 13 ? 1 : -1, of: extents, at: place)
        func real(_ extents: [Int]) -> HostTensor { HostTensor(extents: extents, type: .float32) }
        if version < 13 {
            let flat = [extents[..<axis].reduce(1, *), extents[axis...].reduce(1, *)]
            guard flat != extents else { return [(function, real(extents))] }
            return [(.reshape, real(flat)), (function, real(flat)), (.reshape, real(extents))]
        }
        guard axis != extents.count - 1 else { return [(function, real(extents))] }
        var order = Array(extents.indices)
        order.append(order.remove(at: axis))
        let turned = real(order.map { extents[$0] })
        let back = extents.indices.map { order.firstIndex(of: $0)! }
        return [
            (.transpose(permutation: order), turned), (function, turned),
            (.transpose(permutation: back), real(extents)),
        ]
    }

    private func indices(of operand: HostTensor, at place: ONNXPlace) throws(Diagnostic) -> [Step] {
        guard try place.integer("select_last_index", default: 0) == 0 else {
            throw unsupported(place, found: "select_last_index 1", expected: "the first of several")
        }
        guard operand.type != .int64 else {
            throw unsupported(place, found: "indices as an operand", expected: "real numbers or 8-bit elements")
        }
        let axis = try axis(default: 0, of: operand.extents, at: place)
        var rest = operand.extents
        rest.remove(at: axis)
        let isLargest = place.name == "ArgMax"
        let step: Step = (
            isLargest ? .argMax(axis: axis) : .argMin(axis: axis), HostTensor(extents: rest, type: .int64)
        )
        guard try place.integer("keepdims", default: 1) == 1 else { return [step] }
        rest.insert(1, at: axis)
        return [step, (.reshape, HostTensor(extents: rest, type: .int64))]
    }

    private func axis(default standard: Int, of extents: [Int], at place: ONNXPlace) throws(Diagnostic) -> Int {
        let axis = try place.integer("axis", default: standard)
        guard (-extents.count..<extents.count).contains(axis) else {
            throw place.unfit("axis \(axis) of \(extents)", expected: "one of them")
        }
        return axis < 0 ? axis + extents.count : axis
    }
}
