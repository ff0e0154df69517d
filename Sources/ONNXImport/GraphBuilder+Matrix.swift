import Diagnostics
import Graph
import ONNX
import Tensors

extension GraphBuilder {
    /// Gemm: `alpha A B + beta C` of one row A.
    mutating func gemm(at place: ONNXPlace) throws(Diagnostic) {
        guard try place.integer("transA", default: 0) == 0 else {
            throw unsupported(place, found: "a transposed first operand", expected: "transA 0")
        }
        try matrix(
            isTransposed: try place.integer("transB", default: 0) == 1, alpha: try place.float("alpha", default: 1),
            beta: try place.float("beta", default: 1), at: place)
    }

    /// MatMul of one row and a constant matrix.
    mutating func matMul(at place: ONNXPlace) throws(Diagnostic) {
        try matrix(isTransposed: false, alpha: 1, beta: 1, at: place)
    }

    /// The file's rows are elements `[C][H][W]`, a layer's `[H][W][C]`: the weights are turned, unless a Transpose has
    /// turned the elements.
    private mutating func matrix(
        isTransposed: Bool, alpha: Float, beta: Float, at place: ONNXPlace
    ) throws(Diagnostic) {
        let operand = try operand(0, of: place)
        let shape = try weightExtents(1, of: place)
        let stored = operand.stored
        guard shape.count == 2 else {
            throw unsupported(place, found: "a matrix of extents \(shape)", expected: "two extents")
        }
        let (channels, rows) = isTransposed ? (shape[0], shape[1]) : (shape[1], shape[0])
        guard operand.extents.last == rows, stored.count == rows else {
            throw unsupported(
                place, found: "an operand of extents \(operand.extents) and a matrix of \(shape)",
                expected: "one row of as many elements as the matrix has rows")
        }
        var order: [Int] = []
        try reserve(MemoryBudget.product(8, channels, rows), for: "an order of weights", at: place)
        order.reserveCapacity(channels * rows)
        for channel in 0..<channels {
            for y in 0..<stored.height {
                for x in 0..<stored.width {
                    for c in 0..<stored.channels {
                        let row =
                            operand.isChannelsLast
                            ? (y * stored.width + x) * stored.channels + c : (c * stored.height + y) * stored.width + x
                        order.append(isTransposed ? channel * rows + row : row * channels + channel)
                    }
                }
            }
        }
        let leading = Array(operand.extents.dropLast())
        try pend(
            .fullyConnected(outputChannels: channels),
            try weights(
                1, bias: 2, channels: channels, axis: isTransposed ? 0 : 1, order: order, factor: alpha,
                biasFactor: beta, of: place),
            of: [operand], at: place, extents: { leading + [$0.channels] })
    }
}
