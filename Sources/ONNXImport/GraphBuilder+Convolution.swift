import Diagnostics
import Graph
import ONNX
import Tensors
import Text

extension GraphBuilder {
    /// Conv: weights `[K][C/groups][R][S]`. A Pad with zeros before it becomes its padding.
    mutating func convolution(at place: ONNXPlace) throws(Diagnostic) {
        let (operand, margin) = try unpadded(0, of: place)
        let shape = try weightExtents(1, of: place)
        guard shape.count == 4 else {
            throw unsupported(place, found: "weights of extents \(shape)", expected: "rows and columns")
        }
        let window = try ONNXWindow(over: operand.stored, height: shape[2], width: shape[3], margin: margin, at: place)
        let convolution = Convolution(
            outputChannels: shape[0], kernelHeight: shape[2], kernelWidth: shape[3], strideY: window.strideY,
            strideX: window.strideX, padding: window.padding, dilationY: window.dilationY,
            dilationX: window.dilationX, groups: try place.integer("group", default: 1))
        guard MemoryBudget.product(shape[1], max(convolution.groups, 0)) == operand.stored.channels else {
            throw place.unfit(
                "weights of extents \(shape) in \(convolution.groups) groups on \(operand.stored)",
                expected: "weights for \(operand.stored.channels.counted("channel"))")
        }
        let order = Self.order(shape) { k, c, r, s in ((k * shape[2] + r) * shape[3] + s) * shape[1] + c }
        try pend(
            .convolution(convolution), try weights(1, bias: 2, channels: shape[0], axis: 0, order: order, of: place),
            of: [operand], at: place)
    }

    /// ConvTranspose: weights `[C][K][R][S]`.
    mutating func transposedConvolution(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let shape = try weightExtents(1, of: place)
        let padded = try place.integers("output_padding") ?? [0, 0]
        guard shape.count == 4, padded.count == 2, try place.integer("group", default: 1) == 1,
            (try place.integers("dilations") ?? [1, 1]) == [1, 1], try place.integers("output_shape") == nil,
            operand.stored.channels == shape[0]
        else {
            throw unsupported(
                place, found: "weights of extents \(shape) on \(operand.stored), groups, dilations or an output_shape",
                expected: "one group, no dilation, and padding that is given")
        }
        let geometry = try ONNXWindow(over: operand.stored, height: shape[2], width: shape[3], isGiven: true, at: place)
        let transposed = TransposedConvolution(
            outputChannels: shape[1], kernelHeight: shape[2], kernelWidth: shape[3], strideY: geometry.strideY,
            strideX: geometry.strideX, padding: geometry.padding, outputPaddingY: padded[0], outputPaddingX: padded[1])
        let order = Self.order(shape) { c, k, r, s in ((k * shape[2] + r) * shape[3] + s) * shape[0] + c }
        try pend(
            .transposedConvolution(transposed),
            try weights(1, bias: 2, channels: shape[1], axis: 1, order: order, of: place), of: [operand], at: place)
    }

    /// An input as a picture, and the zeros that a Pad only for this operator puts around it.
    mutating func unpadded(_ index: Int, of place: ONNXPlace) throws(Diagnostic) -> (ImportedValue, Padding) {
        if let value = try pendingOperand(index, of: place), let pending = value.pending, pending.limits.isNone,
            case .copy(0) = pending.body, case .pad(let pad) = pending.operator, value.isPicture,
            pad.strideX == 1, pad.strideY == 1, pad.padding.isNotNegative
        {
            foldedBefore += pending.nodes
            computing.subtract(pending.nodes)
            var operand = pending.operands[0]
            (operand.extents, operand.isReal) = (operand.stored.extents, true)
            return (operand, pad.padding)
        }
        return (try picture(index, of: place), .none)
    }

    /// For each element in the order of a layer, its index in the file's weights.
    static func order(_ shape: [Int], _ index: (Int, Int, Int, Int) -> Int) -> [Int] {
        var order = Array(repeating: 0, count: shape.reduce(1, *))
        var position = 0
        for a in 0..<shape[0] {
            for b in 0..<shape[1] {
                for c in 0..<shape[2] {
                    for d in 0..<shape[3] {
                        order[index(a, b, c, d)] = position
                        position += 1
                    }
                }
            }
        }
        return order
    }
}

extension Padding {
    fileprivate var isNotNegative: Bool { top >= 0 && bottom >= 0 && left >= 0 && right >= 0 }
}
