import Diagnostics
import ONNX
import TFLiteImport

extension GraphBuilder {
    /// The extents of constant weights.
    ///
    /// - Throws: `onnxOperatorUnsupported` where they are computed from activations, `onnxShapeUnfit`.
    func weightExtents(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> [Int] {
        let name = try name(index, of: place)
        guard let extents = constants[name]?.extents ?? dequantized[name]?.tensor.extents else {
            throw unsupported(place, found: "weights \(name) that are computed", expected: "weights in the file")
        }
        guard !extents.isEmpty, extents.allSatisfy({ $0 >= 1 }) else {
            throw place.unfit("weights of extents \(extents)", expected: "extents of 1 or more")
        }
        return extents
    }

    /// Weights and biases in the order of a layer: real numbers in a float network, codes in one of codes.
    ///
    /// - Parameters:
    ///   - index: of the input with the weights.
    ///   - biasIndex: of that with the biases, which may be left out.
    ///   - axis: of the output channels.
    ///   - order: for each element of the layer, its index in the file.
    ///   - factor: of the weights.
    ///   - biasFactor: of the biases.
    mutating func weights(
        _ index: Int, bias biasIndex: Int, channels: Int, axis: Int, order: [Int], factor: Float = 1,
        biasFactor: Float = 1, of place: ONNXPlace
    ) throws(Diagnostic) -> PendingLayer.Body {
        try reserve(MemoryBudget.product(16, order.count), for: "weights", at: place)
        guard isQuantized else {
            guard let weights = try floats(index, of: place)?.floats ?? integersForShapes(index, of: place) else {
                throw unsupported(
                    place, found: "weights \(try name(index, of: place)) that are no real numbers",
                    expected: "float weights in the file")
            }
            let bias = try biases(biasIndex, channels: channels, of: place)
            parameterCount += order.count + (place.input(biasIndex) == nil ? 0 : channels)
            let made = FloatWeights(
                weights: order.map { factor == 1 ? weights[$0] : weights[$0] * factor },
                bias: biasFactor == 1 ? bias : bias.map { $0 * biasFactor })
            try made.requireFinite(with: "alpha \(factor) and beta \(biasFactor)", at: place)
            return .weights(made)
        }
        guard factor == 1, biasFactor == 1 else {
            throw unsupported(place, found: "factors \(factor) and \(biasFactor)", expected: "factors of 1")
        }
        let name = try name(index, of: place)
        guard let constant = dequantized[name], let elements = constant.tensor.integers else {
            throw unsupported(
                place, found: "weights \(name) in real numbers",
                expected: place.name == "ConvTranspose"
                    ? "8-bit weights behind DequantizeLinear: the QDQ format has them, QOperator none of it"
                    : "8-bit weights behind DequantizeLinear")
        }
        var weights = try coded(
            constant, elements: order.map { elements[$0] }, channels: channels, axis: axis, at: place)
        if let biasName = place.input(biasIndex) {
            if let bias = dequantized[biasName], bias.zeroPoints.allSatisfy({ $0 == 0 }),
                bias.tensor.elementType == .int32, let elements = bias.tensor.integers
            {
                guard elements.count == channels else {
                    throw place.unfit("\(elements.count) biases", expected: "\(channels)")
                }
                weights.bias = elements.map { Int64($0) }
                // On other steps than those of the sums, as behind pairs that are put together, they are real numbers.
                let scale = place.input(0).flatMap { values[$0]?.quantization?.scale }
                if let scale, !biasName.contains("\u{1}"), !bias.isOnSteps(scale, of: constant) {
                    weights.realBias = bias.real?.floats
                    remarks.append(
                        """
                        operator \(place.node.index) \(place.name): biases on other steps than those of the sums, \
                        rounded
                        """)
                }
            } else {
                weights.realBias = try biases(biasIndex, channels: channels, of: place)
                remarks.append(
                    """
                    operator \(place.node.index) \(place.name): biases in real numbers, rounded to steps of the sums
                    """)
            }
        }
        return .codes(weights)
    }

    /// Weights in integers where real numbers belong, of which only the number counts.
    private func integersForShapes(_ index: Int, of place: ONNXPlace) -> [Float]? {
        guard forShapes, let name = place.input(index) else { return nil }
        return constants[name]?.integers?.map { Float($0) }
    }

    /// 8-bit weights with one zero point.
    ///
    /// - Throws: `onnxTensorUnsupported`.
    func coded(
        _ constant: DequantizedConstant, elements: [Int], channels: Int, axis: Int, at place: ONNXPlace
    ) throws(Diagnostic) -> CodedWeights {
        let type = constant.tensor.elementType
        guard [.int8, .uint8].contains(type), constant.zeroPoints.allSatisfy({ $0 == constant.zeroPoints[0] }),
            (type == .int8 ? -128...127 : 0...255).contains(constant.zeroPoints[0]),
            constant.scales.count == 1 || constant.scales.count == channels && constant.axis == axis
        else {
            throw Diagnostic(
                .onnxTensorUnsupported, at: "\(place.text), weights",
                found: """
                    \(type) with \(constant.scales.count) scales along axis \(constant.axis), zero points \
                    \(constant.zeroPoints.prefix(4))
                    """,
                expected: "int8 or uint8, one zero point, one scale or \(channels) along axis \(axis)",
                remedy: "quantize the model again, weights in 8 bits")
        }
        try constant.requireScales(at: place)
        return CodedWeights(
            elements: elements, isSigned: type == .int8, zeroPoint: constant.zeroPoints[0], scales: constant.scales,
            bias: Array(repeating: 0, count: channels))
    }

    /// One for each output channel; zeros where the input is left out.
    mutating func biases(_ index: Int, channels: Int, of place: ONNXPlace) throws(Diagnostic) -> [Float] {
        guard place.input(index) != nil else { return Array(repeating: 0, count: channels) }
        guard let bias = try floats(index, of: place), let elements = bias.floats,
            elements.count == channels || elements.count == 1,
            bias.extents.allSatisfy({ $0 == 1 || $0 == channels })
        else {
            throw unsupported(
                place, found: "biases \(try name(index, of: place))", expected: "\(channels) real numbers in the file")
        }
        return elements.count == channels ? elements : Array(repeating: elements[0], count: channels)
    }
}

extension FloatWeights {
    /// Of weights that were finite, after factors.
    ///
    /// - Parameter factors: what they were computed with.
    /// - Throws: `networkNotFinite` with the first output channel that has another number now.
    func requireFinite(with factors: String, at place: ONNXPlace) throws(Diagnostic) {
        let inner = weights.count / max(bias.count, 1)
        let channel: Int
        let found: String
        if let index = weights.firstIndex(where: { !$0.isFinite }) {
            (channel, found) = (index / inner, "a weight of \(weights[index].namingNaN)")
        } else if let index = bias.firstIndex(where: { !$0.isFinite }) {
            (channel, found) = (index, "a bias of \(bias[index].namingNaN)")
        } else {
            return
        }
        throw Diagnostic(
            .networkNotFinite, at: "\(place.text), output channel \(channel)",
            found: "\(found) once it is computed with \(factors)", expected: "finite float32 numbers only",
            remedy: "train or export the network again")
    }
}

extension DequantizedConstant {
    /// Whether biases are on the steps of sums: the scale of the input times that of the weights.
    fileprivate func isOnSteps(_ input: Float, of weights: DequantizedConstant) -> Bool {
        let count = max(scales.count, weights.scales.count)
        return (0..<count).allSatisfy { channel in
            let own = scales[scales.count == 1 ? 0 : min(channel, scales.count - 1)]
            let step = input * weights.scales[weights.scales.count == 1 ? 0 : min(channel, weights.scales.count - 1)]
            return abs(own - step) <= 1e-5 * step
        }
    }
}
