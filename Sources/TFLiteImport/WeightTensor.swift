import Diagnostics
import Quantization
import TFLite

/// Constant weights with a scale for each output channel.
struct WeightTensor {
    /// As the file has them.
    let extents: [Int]
    /// In the order of the file: codes of `decoder`.
    let codes: [UInt8]
    /// From a code to the weight less its zero point.
    let decoder: WeightDecoder
    /// One, or one for each output channel.
    let scales: [Float]

    func scale(_ channel: Int) -> Float { scales.count == 1 ? scales[0] : scales[channel] }

    /// A scale that is the same for all channels, in the file.
    var isPerTensor: Bool { scales.count == 1 }
}

extension NetworkBuilder {
    /// The weights of an input.
    ///
    /// - Parameters:
    ///   - rank: number of extents.
    ///   - channelAxis: the axis of the output channels.
    ///   - allowsZeroPoint: whether the runtime subtracts a zero point of int8 weights.
    /// - Throws: `tfliteTensorUnsupported`, `tfliteOperatorUnsupported`, `tfliteConstantUnfit`, `tfliteShapeUnfit`.
    mutating func weights(
        _ index: Int, of place: OperatorPlace, rank: Int, channelAxis: Int, allowsZeroPoint: Bool = false
    ) throws(Diagnostic) -> WeightTensor {
        let tensor = subgraph.tensors[try input(index, of: place)]
        let location = "\(place.text), weights \(tensor.name)"
        guard tensor.shape.count == rank, tensor.elementCount > 0 else {
            throw place.unfit("weights of extents \(tensor.shape)", expected: "\(rank) extents of 1 or more")
        }
        try reserve(MemoryBudget.product(3, tensor.elementCount), for: "weights", at: place)
        guard let constant = try model.constant(tensor) else {
            throw unsupported(place, found: "weights that are computed", expected: "weights in the file")
        }
        func refusal(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .tfliteTensorUnsupported, at: location, found: found, expected: expected,
                remedy: "convert the model with full integer quantization: int8 weights and activations")
        }
        let codes: [UInt8]
        switch constant {
        case .int8(let elements): codes = elements.map { UInt8(bitPattern: $0) ^ 0x80 }
        case .uint8(let elements): codes = elements
        default:
            throw refusal(
                "elements of type \(tensor.elementType.name)", "int8, or uint8 with one scale and zero point")
        }
        guard let quantization = tensor.quantization else { throw refusal("weights without a scale", "scales") }
        let channels = tensor.shape[channelAxis]
        guard quantization.isPerTensor || quantization.scales.count == channels else {
            throw refusal("\(quantization.scales.count) scales", "1, or \(channels): one for each output channel")
        }
        let isSigned = tensor.elementType == .int8
        let zeroPoint = quantization.zeroPoints[0]
        guard quantization.zeroPoints.allSatisfy({ $0 == zeroPoint }),
            isSigned
                ? (allowsZeroPoint ? (-128...127).contains(zeroPoint) : zeroPoint == 0)
                : quantization.isPerTensor && (0...255).contains(zeroPoint)
        else {
            throw refusal(
                "\(quantization.scales.count) scales and zero points \(quantization.zeroPoints.prefix(3))",
                isSigned ? "symmetric int8 weights: zero points of 0" : "one scale and one zero point in 0...255")
        }
        if !quantization.isPerTensor, quantization.quantizedDimension != channelAxis {
            remarks.append(
                """
                operator \(place.index) \(place.name): quantized_dimension \(quantization.quantizedDimension) of its \
                weights does not fit; taken as \(channelAxis), whose extent has the \(channels) scales. The runtime \
                refuses this file
                """)
        }
        return WeightTensor(
            extents: tensor.shape, codes: codes,
            decoder: .linear(offset: (isSigned ? 0 : 128) - zeroPoint), scales: quantization.scales)
    }

    /// The biases of an optional input; zeros where it is left out.
    ///
    /// - Throws: `tfliteTensorUnsupported`, `tfliteShapeUnfit`, `tfliteConstantUnfit`.
    func bias(_ index: Int, of place: OperatorPlace, channels: Int) throws(Diagnostic) -> [Int64] {
        guard let tensor = place.operation.input(index) else { return Array(repeating: 0, count: channels) }
        let described = subgraph.tensors[tensor]
        guard described.elementCount == channels else {
            throw place.unfit("\(described.elementCount) biases", expected: "\(channels)")
        }
        guard case .int32(let elements)? = try model.constant(described) else {
            throw Diagnostic(
                .tfliteTensorUnsupported, at: "\(place.text), bias \(described.name)",
                found: model.isConstant(described)
                    ? "biases of type \(described.elementType.name)" : "biases that are computed",
                expected: "int32 biases in the file",
                remedy: "convert the model with full integer quantization: int8 weights and activations")
        }
        return elements.map { Int64($0) }
    }
}
