import Diagnostics
import Graph
import ONNX
import Tensors
import Text

// Two tensors, element by element, or one and constants for its channels.
extension GraphBuilder {
    enum Pair { case add, sub, mul, div }

    mutating func pair(_ kind: Pair, at place: ONNXPlace) throws(Diagnostic) {
        for index in 0...1 {
            guard let constant = try floats(index, of: place) else { continue }
            return try channels(kind, constant, isFirst: index == 0, at: place)
        }
        let (first, second) = (try operand(0, of: place), try operand(1, of: place))
        try combine(kind, first, second, at: place)
    }

    private mutating func combine(
        _ kind: Pair, _ first: ImportedValue, _ second: ImportedValue, at place: ONNXPlace
    ) throws(Diagnostic) {
        let areAlike =
            first.stored == second.stored && first.extents == second.extents
            && (first.isChannelsLast == second.isChannelsLast || first.hasOneOrder)
        let commutes = kind == .add || kind == .mul
        guard kind != .div else {
            throw unsupported(place, found: "a quotient of two activations", expected: "a constant divisor")
        }
        if !areAlike, commutes, first.isPixel(of: second) { return try combine(kind, second, first, at: place) }
        guard areAlike || second.isPixel(of: first) else {
            throw unsupported(
                place, found: "operands of extents \(first.extents) and \(second.extents)",
                expected: "one shape, or one pixel of as many channels")
        }
        let extents = first.extents
        try pend(
            kind == .mul ? .multiply : .add, kind == .mul ? .product : .sum(subtracts: kind == .sub),
            of: [first, second], at: place, isChannelsLast: first.isChannelsLast, extents: { _ in extents })
    }

    /// Sum of one tensor or two.
    mutating func sum(at place: ONNXPlace) throws(Diagnostic) {
        switch place.node.inputs.count {
        case 1: try identity(at: place)
        case 2: try pair(.add, at: place)
        default:
            throw unsupported(place, found: "a sum of \(place.node.inputs.count.counted("tensor"))", expected: "of two")
        }
    }

    /// BatchNormalization: `(x - mean) scale / sqrt(variance + epsilon) + shift` of each channel.
    mutating func batchNormalization(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try value(0, of: place)
        guard operand.hasChannels else { throw unfitOrder(operand, at: place) }
        let channels = operand.stored.channels
        var parts: [[Double]] = []
        for index in 1...4 {
            guard let constant = try floats(index, of: place)?.floats, constant.count == channels else {
                throw unsupported(
                    place, found: "statistics that are not \(channels) constants", expected: "those of inference")
            }
            parts.append(constant.map { Double($0) })
        }
        let epsilon = try place.float("epsilon", default: 1e-5)
        if let channel = parts[3].firstIndex(where: { !($0 + Double(epsilon) > 0) }) {
            throw Diagnostic(
                .networkValueOutOfRange,
                at: "\(place.text), constant \(try name(4, of: place)), element [\(channel)]",
                found: "a variance of \(Float(parts[3][channel]).namingNaN), epsilon \(epsilon)",
                expected: "a sum above 0: its square root is a divisor", remedy: "train or export the network again")
        }
        let scale = zip(parts[0], parts[3]).map { $0 / ($1 + Double(epsilon)).squareRoot() }
        let shift = (0..<channels).map { parts[1][$0] - parts[2][$0] * scale[$0] }
        try affine(scale: scale, shift: shift, at: place)
    }

    private mutating func channels(
        _ kind: Pair, _ constant: ONNXTensor, isFirst: Bool, at place: ONNXPlace
    ) throws(Diagnostic) {
        let operandIndex = isFirst ? 1 : 0
        let value = try value(operandIndex, of: place)
        guard let elements = constant.channels(of: value) else {
            throw unsupported(
                place, found: "constants of extents \(constant.extents) on \(value.extents)",
                expected: "one number, or one for each channel")
        }
        let ones = Array(repeating: 1.0, count: elements.count)
        let zeros = Array(repeating: 0.0, count: elements.count)
        switch kind {
        case .add: try affine(operandIndex, scale: ones, shift: elements, at: place)
        case .sub where isFirst: try affine(operandIndex, scale: ones.map { -$0 }, shift: elements, at: place)
        case .sub: try affine(operandIndex, scale: ones, shift: elements.map { -$0 }, at: place)
        case .mul: try affine(operandIndex, scale: elements, shift: zeros, at: place)
        case .div where isFirst:
            throw unsupported(place, found: "a constant divided by activations", expected: "a constant divisor")
        case .div: try affine(operandIndex, scale: elements.map { 1 / $0 }, shift: zeros, at: place)
        }
    }

    /// `x[c] scale[c] + shift[c]`: folded into the weights before it, or a depthwise convolution of 1 x 1.
    private mutating func affine(
        _ index: Int = 0, scale: [Double], shift: [Double], at place: ONNXPlace
    ) throws(Diagnostic) {
        let factors = place.node.inputs.filter { constants[$0] != nil || dequantized[$0] != nil }
        let constantNames = "constant\(factors.count == 1 ? "" : "s") \(factors.joined(separator: ", "))"
        if let channel = scale.indices.first(where: { !Float(scale[$0]).isFinite || !Float(shift[$0]).isFinite }) {
            throw Diagnostic(
                .networkNotFinite, at: "\(place.text), \(constantNames), channel \(channel)",
                found:
                    """
                    a factor of \(Float(scale[channel]).namingNaN) and a term of \(Float(shift[channel]).namingNaN) \
                    made of them
                    """,
                expected: "finite float32 numbers only", remedy: "train or export the network again")
        }
        let isUniform = Set(scale).count == 1 && Set(shift).count == 1
        if !isQuantized, let value = try pendingOperand(index, of: place),
            isUniform || value.hasChannels || value.isTurnedPicture, let pending = value.pending, pending.limits.isNone,
            case .weights(var weights) = pending.body
        {
            weights.multiply(by: scale, shift: shift)
            try weights.requireFinite(with: constantNames, at: place)
            return try fold(place, into: value) { $0.body = .weights(weights) }
        }
        let operand = try operand(index, of: place)
        guard isUniform || operand.hasChannels || operand.isTurnedPicture else {
            throw unfitOrder(operand, at: place)
        }
        let extents = operand.extents
        if isQuantized {
            guard isUniform else {
                throw unsupported(
                    place, found: "constants for each channel", expected: "one number, in a graph of 8-bit operators")
            }
            let (factor, term) = (Float(scale[0]), Float(shift[0]))
            return try pend(
                .requantize, .function { $0 * factor + term }, of: [operand], at: place,
                isChannelsLast: operand.isChannelsLast, extents: { _ in extents })
        }
        let channels = scale.count
        parameterCount += 2 * channels
        try pend(
            .convolution(Convolution(outputChannels: channels, kernelHeight: 1, kernelWidth: 1, groups: channels)),
            .weights(FloatWeights(weights: scale.map { Float($0) }, bias: shift.map { Float($0) })), of: [operand],
            at: place, isChannelsLast: operand.isChannelsLast, extents: { _ in extents })
    }

    private func unfitOrder(_ operand: ImportedValue, at place: ONNXPlace) -> Diagnostic {
        unsupported(
            place, found: "an operand of extents \(operand.extents), stored as \(operand.stored)",
            expected: "a batch of 1, channels, rows, columns as they were made")
    }
}

extension ImportedValue {
    fileprivate func isPixel(of other: ImportedValue) -> Bool {
        stored.height == 1 && stored.width == 1 && stored.channels == other.stored.channels && hasChannels
            && other.isPicture && (isPicture || other.stored.height * other.stored.width == 1)
    }
}

extension ONNXTensor {
    /// One element for each channel of an operand; nil where they differ along other axes.
    fileprivate func channels(of value: ImportedValue) -> [Double]? {
        guard let floats else { return nil }
        let channels = value.stored.channels
        if floats.count == 1, extents.count <= value.extents.count {
            return Array(repeating: Double(floats[0]), count: channels)
        }
        // Extents are aligned at their ends; the channels' axis is 1, or the last.
        guard value.hasChannels || value.isTurnedPicture else { return nil }
        let axis = value.hasChannels ? extents.count - (value.extents.count - 1) : extents.count - 1
        guard floats.count == channels, extents.indices.contains(axis), extents[axis] == channels else { return nil }
        return floats.map { Double($0) }
    }
}
