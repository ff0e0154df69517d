import Diagnostics
import Networks
import TFLite
import Tensors

// What the host computes: in front of the network, and behind its outputs.
extension NetworkBuilder {
    /// QUANTIZE of a float input: its result becomes the network's input.
    mutating func quantizeInput(at place: OperatorPlace) throws(Diagnostic) {
        let tensor = try output(of: place)
        try addInput(tensor)
        guard let codes = activations[tensor] else { return }
        try append(
            HostOperator(
                name: codes.name, function: .quantize, input: names.name(of: try input(0, of: place)),
                operand: HostTensor(extents: codes.extents, type: .float32), result: codes.hostTensor), at: place)
    }

    /// SOFTMAX and the like at the end: a result of its operand's extents.
    mutating func leaveToHost(_ function: HostFunction, at place: OperatorPlace) throws(Diagnostic) {
        try leaveToHost(function, hostOperand(of: place).tensor.extents, at: place)
    }

    /// ARG_MAX, ARG_MIN along one axis.
    mutating func leaveIndexToHost(isLargest: Bool, at place: OperatorPlace) throws(Diagnostic) {
        let extents = try hostOperand(of: place).tensor.extents
        let axes = try knownIntegers(1, of: place).elements
        guard axes.count == 1, (-extents.count..<extents.count).contains(axes[0]) else {
            throw place.unfit("axes \(axes.prefix(8)) of \(extents)", expected: "one of them")
        }
        let axis = axes[0] < 0 ? axes[0] + extents.count : axes[0]
        var rest = extents
        rest.remove(at: axis)
        try leaveToHost(isLargest ? .argMax(axis: axis) : .argMin(axis: axis), rest, at: place)
    }

    /// RESIZE_BILINEAR.
    mutating func leaveResizingToHost(_ options: TFLiteOptions.Resizing, at place: OperatorPlace) throws(Diagnostic) {
        let extents = try hostOperand(of: place).tensor.extents
        let wanted = try knownIntegers(1, of: place).elements
        guard extents.count == 4, wanted.count == 2, wanted.allSatisfy({ $0 > 0 }) else {
            throw place.unfit("\(wanted.prefix(8)) rows and columns of \(extents)", expected: "two numbers above 0")
        }
        try requireScale(of: place)
        try leaveToHost(
            .resizeBilinear(alignsCorners: options.alignsCorners, hasHalfPixelCenters: options.hasHalfPixelCenters),
            [extents[0], wanted[0], wanted[1], extents[3]], at: place)
    }

    /// QUANTIZE of a result of the host, to other 8-bit elements.
    mutating func requantizeOnHost(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try hostOperand(of: place).tensor
        let tensor = subgraph.tensors[try input(0, of: place)]
        let (input, output) = (
            try ActivationQuantization(tensor, at: place.text), try outputQuantization(of: place)
        )
        guard let table = UnaryFunction.requantize.table(from: input, to: output) else {
            throw unsupported(
                place, found: "scales \(input.scale) and \(output.scale)", expected: "scales that the kernel takes")
        }
        let map = table.map { UInt8($0 - output.elements.lowerBound) }
        try leaveToHost(.codeMap(map), operand.extents, at: place)
    }

    /// Adds an operator of the host with these extents of its result.
    mutating func leaveToHost(
        _ function: HostFunction, _ extents: [Int], at place: OperatorPlace
    ) throws(Diagnostic) {
        let operand = try hostOperand(of: place)
        let tensor = try output(of: place)
        let described = subgraph.tensors[tensor]
        let isKnown = !described.isDynamic && !(described.shape.isEmpty && !described.hasRank)
        // Some converters write no rank for one element.
        guard !isKnown || described.shape == extents else {
            throw place.unfit(
                "an output of extents \(described.shape)", expected: "\(extents), which its operand gives")
        }
        let result = try hostTensor(described, extents: extents, at: place)
        try append(
            HostOperator(
                name: names.name(of: tensor), function: function, input: operand.name, operand: operand.tensor,
                result: result), at: place)
        guard activations.updateValue(operand.activation, forKey: tensor) == nil, integers[tensor] == nil else {
            throw place.unfit(
                "a tensor \(described.name) that is made twice", expected: "one operator for each tensor")
        }
        hostTensors[tensor] = result
    }

    private struct HostOperand {
        var name: String
        var tensor: HostTensor
        /// The layer's result that the host begins with.
        var activation: ImportedTensor
    }

    private func hostOperand(of place: OperatorPlace) throws(Diagnostic) -> HostOperand {
        let tensor = try input(0, of: place)
        if let result = hostTensors[tensor], let activation = activations[tensor] {
            return HostOperand(name: names.name(of: tensor), tensor: result, activation: activation)
        }
        let activation = try activation(0, of: place)
        return HostOperand(name: activation.name, tensor: activation.hostTensor, activation: activation)
    }

    private func hostTensor(
        _ described: TFLiteTensor, extents: [Int], at place: OperatorPlace
    ) throws(Diagnostic) -> HostTensor {
        switch described.elementType {
        case .float32: return HostTensor(extents: extents, type: .float32)
        case .int32: return HostTensor(extents: extents, type: .int32)
        case .int64: return HostTensor(extents: extents, type: .int64)
        default:
            let quantization = try ActivationQuantization(described, at: place.text)
            return HostTensor(
                extents: extents, type: quantization.isSigned ? .int8 : .uint8, scale: quantization.scale,
                zeroPoint: quantization.zeroPoint)
        }
    }

    /// The kernel takes elements as they are.
    private func requireScale(of place: OperatorPlace) throws(Diagnostic) {
        let operand = try hostOperand(of: place).tensor
        let quantization = try outputQuantization(of: place)
        guard quantization.scale == operand.scale, quantization.zeroPoint == operand.zeroPoint else {
            throw unsupported(
                place, found: "an output of another scale or zero point", expected: "those of the operand")
        }
    }
}

extension ImportedTensor {
    /// As the host sees it.
    var hostTensor: HostTensor {
        HostTensor(
            extents: extents, type: quantization.isSigned ? .int8 : .uint8, scale: quantization.scale,
            zeroPoint: quantization.zeroPoint)
    }
}
