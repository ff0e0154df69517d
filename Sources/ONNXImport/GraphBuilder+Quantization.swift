import Diagnostics
import Graph
import ONNX
import TFLiteImport
import Tensors

// Where real numbers become codes, and codes real numbers.
extension GraphBuilder {
    /// QuantizeLinear: the result before it becomes a layer in codes; of an input, the host does it.
    mutating func quantizeLinear(at place: ONNXPlace) throws(Diagnostic) {
        let tensor = try output(of: place)
        let input = try name(0, of: place)
        if let constant = constants[input] { return try quantize(constant, as: tensor, at: place) }
        let quantization = try quantization(at: place)
        if let host = hostInputs[input] {
            let name = names.name(of: tensor)
            addInput(name, host.stored)
            formats[name] = quantization.format(channels: host.stored.channels)
            quantizeInput(host, to: name, by: quantization)
            var value = host
            (value.name, value.quantization, value.isReal) = (name, quantization, false)
            return try define(tensor, as: value, at: place)
        }
        let value = try value(0, of: place)
        let made: ImportedValue
        if var pending = value.pending {
            guard uses[input] == 1 else {
                throw unsupported(
                    place, found: "\(input), which other operators read in real numbers",
                    expected: "a result that only this one reads")
            }
            pending.tensor = tensor
            pending.nodes.append(place.node.index)
            made = try quantized(pending, as: quantization)
        } else if value.quantization == quantization {
            made = value
        } else {
            let pending = PendingLayer(
                tensor: tensor, place: place, nodes: [place.node.index], operator: .requantize, body: .identity,
                operands: [value])
            computing.insert(place.node.index)
            made = try quantized(pending, as: quantization)
        }
        try define(tensor, as: made.viewed(as: value, isReal: false), at: place)
    }

    /// DequantizeLinear: real numbers that stored elements stand for.
    mutating func dequantizeLinear(at place: ONNXPlace) throws(Diagnostic) {
        let tensor = try output(of: place)
        let input = try name(0, of: place)
        if let constant = constants[input] {
            guard constant.integers != nil else {
                throw place.unfit("a constant of type \(constant.elementType)", expected: "integers")
            }
            dequantized[tensor] = try dequantized(constant, at: place)
            return
        }
        var value = try value(0, of: place)
        let quantization = try quantization(at: place)
        if value.quantization == nil, let name = value.name, value.pending == nil, !value.isReal {
            value.quantization = quantization
            formats[name] = quantization.format(channels: value.stored.channels)
            values[input] = value
        }
        guard value.quantization == quantization, !value.isReal, value.pending == nil else {
            throw unsupported(
                place, found: "an operand of another scale, zero point or type",
                expected: "those with which it was quantized")
        }
        value.isReal = true
        try define(tensor, as: value, at: place)
    }

    /// Scale and zero point of inputs 1 and 2, of activations.
    ///
    /// - Throws: `onnxTensorUnsupported`.
    mutating func quantization(at place: ONNXPlace) throws(Diagnostic) -> ActivationQuantization {
        func refusal(_ found: String) -> Diagnostic {
            Diagnostic(
                .onnxTensorUnsupported, at: place.text, found: found,
                expected: "int8 or uint8 activations with one constant scale above 0 and one zero point",
                remedy: "quantize the model with 8-bit activations, one scale for a tensor")
        }
        let scaleName = try name(1, of: place)
        guard let scales = constants[scaleName]?.floats, scales.count == 1 else {
            throw refusal("scales that are not one constant")
        }
        // What the file says of the elements besides: the type of an input, or of the result.
        let operand = try name(0, of: place)
        let declared =
            place.name == "DequantizeLinear"
            ? model.inputs.first { $0.name == operand }?.elementType
            : ONNXElementType(rawValue: try place.integer("output_dtype", default: 0))
        var type = declared ?? .uint8
        var zeroPoint = 0
        if let name = place.input(2) {
            guard let constant = constants[name], let elements = constant.integers, elements.count == 1 else {
                throw refusal("zero points that are not one constant")
            }
            (type, zeroPoint) = (constant.elementType, elements[0])
            guard declared.map({ $0 == type }) ?? true else {
                throw refusal("a zero point of type \(type) for elements of type \(declared ?? type)")
            }
        } else if declared == nil, let stored = values[operand]?.quantization {
            type = stored.isSigned ? .int8 : .uint8
        }
        guard [.int8, .uint8].contains(type) else { throw refusal("elements of type \(type)") }
        let quantization = ActivationQuantization(isSigned: type == .int8, scale: scales[0], zeroPoint: zeroPoint)
        guard scales[0] > 0, scales[0].isFinite else { throw refusal("scale \(scaleName) of \(scales[0])") }
        guard quantization.elements.contains(zeroPoint) else {
            throw refusal("zero point \(place.input(2) ?? "") of \(zeroPoint)")
        }
        return quantization
    }

    /// Scales and zero points of a constant: one, or one for each index along an axis.
    private func dequantized(
        _ constant: ONNXTensor, at place: ONNXPlace
    ) throws(Diagnostic) -> DequantizedConstant {
        let scales = constants[try name(1, of: place)]?.floats ?? []
        let zeroPoints = place.input(2).map { constants[$0]?.integers ?? [] } ?? [0]
        let listed = try place.integer("axis", default: 1)
        let axis = listed < 0 ? listed + constant.extents.count : listed
        let extent = constant.extents.indices.contains(axis) ? constant.extents[axis] : 1
        guard try place.integer("block_size", default: 0) == 0, scales.count == 1 || scales.count == extent,
            zeroPoints.count == 1 || zeroPoints.count == scales.count, axis >= 0,
            zeroPoints.allSatisfy({ Int32(exactly: $0) != nil })
        else {
            throw Diagnostic(
                .onnxTensorUnsupported, at: place.text,
                found: "\(scales.count) scales and \(zeroPoints.count) zero points along axis \(listed) of extents "
                    + "\(constant.extents)",
                expected: "one, or one for each index along an axis",
                remedy: "quantize the model again, one scale for a tensor or a channel")
        }
        return DequantizedConstant(
            tensor: constant, scales: scales, zeroPoints: zeroPoints, axis: axis, scaleName: try name(1, of: place))
    }

    /// A constant in real numbers is quantized now.
    private mutating func quantize(
        _ constant: ONNXTensor, as tensor: String, at place: ONNXPlace
    ) throws(Diagnostic) {
        let format = try dequantized(constant, at: place)
        let declared = ONNXElementType(rawValue: try place.integer("output_dtype", default: 0))
        let type = place.input(2).flatMap { constants[$0]?.elementType } ?? declared ?? .uint8
        let limits: ClosedRange<Int> =
            switch type {
            case .int8: -128...127
            case .uint8: 0...255
            case .int32: Int(Int32.min)...Int(Int32.max)
            default: 0...0
            }
        guard let floats = constant.floats, limits.count > 1 else {
            throw place.unfit("a constant of type \(constant.elementType) to \(type)", expected: "float32 to 8 bits")
        }
        try requireFinite(constant, named: try name(0, of: place), at: place)
        try format.requireScales(at: place)
        try reserve(MemoryBudget.product(8, floats.count), for: "a constant", at: place)
        let inner = format.axis < constant.extents.count ? constant.extents[(format.axis + 1)...].reduce(1, *) : 1
        var elements: [Int] = []
        elements.reserveCapacity(floats.count)
        for (index, value) in floats.enumerated() {
            let channel = format.scales.count == 1 ? 0 : index / inner % format.scales.count
            let zeroPoint = format.zeroPoints[format.zeroPoints.count == 1 ? 0 : channel]
            let steps = (value / format.scales[channel]).rounded(.toNearestOrEven)
            let element = (Int(exactly: max(min(steps, 0x1p40), -0x1p40)) ?? 0) + zeroPoint
            elements.append(min(max(element, limits.lowerBound), limits.upperBound))
        }
        try define(tensor, as: ONNXTensor(type, constant.extents, .integers(elements)), at: place)
    }

    mutating func addInput(_ name: String, _ shape: TensorShape) {
        inputs.append(GraphInput(name: name, channels: shape.channels))
        inputShapes[name] = shape
    }
}
