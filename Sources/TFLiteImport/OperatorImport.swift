import Diagnostics
import Networks
package import TFLite

/// An operator of the format, and who carries it over.
struct OperatorImport: Sendable {
    typealias Handler = @Sendable (inout NetworkBuilder, OperatorPlace) throws(Diagnostic) -> Void

    let builtin: TFLiteBuiltin
    let handler: Handler

    private init(_ builtin: TFLiteBuiltin, _ handler: @escaping Handler) {
        (self.builtin, self.handler) = (builtin, handler)
    }

    /// One with options of its own; with another operator's it is refused as unknown.
    private static func with<Options>(
        _ builtin: TFLiteBuiltin, _ options: @escaping @Sendable (TFLiteOptions) -> Options?,
        _ handler: @escaping @Sendable (inout NetworkBuilder, Options, OperatorPlace) throws(Diagnostic) -> Void
    ) -> OperatorImport {
        OperatorImport(builtin) { (builder, place) throws(Diagnostic) in
            guard let options = options(place.operation.options) else { throw builder.unknown(place) }
            try handler(&builder, options, place)
        }
    }

    /// One that is a function of single elements.
    private static func unary(_ builtin: TFLiteBuiltin, _ function: UnaryFunction) -> OperatorImport {
        OperatorImport(builtin) { (builder, place) throws(Diagnostic) in try builder.unary(function, at: place) }
    }

    private static func plain(_ builtin: TFLiteBuiltin, _ handler: @escaping Handler) -> OperatorImport {
        OperatorImport(builtin, handler)
    }

    static subscript(_ builtin: TFLiteBuiltin) -> OperatorImport? { byBuiltin[builtin] }

    private static let byBuiltin = Dictionary(uniqueKeysWithValues: all.map { ($0.builtin, $0) })

    /// Those that become layers or views, and those that the host computes from the network's results.
    static let all: [OperatorImport] = [
        with(.conv2D, \.convolution) { (builder, options, place) throws(Diagnostic) in
            try builder.convolution(options, at: place)
        },
        with(.depthwiseConv2D, \.depthwiseConvolution) { (builder, options, place) throws(Diagnostic) in
            try builder.depthwiseConvolution(options, at: place)
        },
        with(.transposeConv, \.transposedConvolution) { (builder, options, place) throws(Diagnostic) in
            try builder.transposedConvolution(options, at: place)
        },
        with(.fullyConnected, \.dense) { (builder, options, place) throws(Diagnostic) in
            try builder.fullyConnected(options, at: place)
        },
        with(.averagePool2D, \.pooling) { (builder, options, place) throws(Diagnostic) in
            try builder.averagePool(options, at: place)
        },
        with(.mean, \.keepsDimensions) { (builder, keepsDimensions, place) throws(Diagnostic) in
            try builder.mean(keepsDimensions: keepsDimensions, at: place)
        },
        with(.concatenation, \.joined) { (builder, options, place) throws(Diagnostic) in
            try builder.concatenation(options, at: place)
        },
        with(.add, \.addition) { (builder, options, place) throws(Diagnostic) in
            try builder.sum(subtracts: false, options.activation, at: place)
        },
        with(.sub, \.subtraction) { (builder, options, place) throws(Diagnostic) in
            try builder.sum(subtracts: true, options.activation, at: place)
        },
        with(.mul, \.productActivation) { (builder, activation, place) throws(Diagnostic) in
            try builder.product(activation, at: place)
        },
        with(.maxPool2D, \.pooling) { (builder, options, place) throws(Diagnostic) in
            try builder.maxPool(options, at: place)
        },
        plain(.pad) { (builder, place) throws(Diagnostic) in try builder.pad(at: place) },
        plain(.padV2) { (builder, place) throws(Diagnostic) in try builder.pad(at: place) },
        with(.resizeNearestNeighbor, \.nearestResizing) { (builder, options, place) throws(Diagnostic) in
            try builder.resizeNearest(options, at: place)
        },
        with(.reshape, \.newExtents) { (builder, extents, place) throws(Diagnostic) in
            try builder.reshape(extents, at: place)
        },
        with(.squeeze, \.removedAxes) { (builder, axes, place) throws(Diagnostic) in
            try builder.squeeze(axes, at: place)
        },
        plain(.expandDims) { (builder, place) throws(Diagnostic) in try builder.expandDimensions(at: place) },
        unary(.logistic, .logistic),
        unary(.tanh, .tanh),
        unary(.relu, .limit(low: 0, high: nil)),
        unary(.relu6, .limit(low: 0, high: 6)),
        unary(.reluN1To1, .limit(low: -1, high: 1)),
        with(.leakyRelu, \.slope) { (builder, alpha, place) throws(Diagnostic) in
            try builder.unary(.leakyRelu(alpha: alpha), at: place)
        },
        unary(.hardSwish, .hardSwish),
        plain(.prelu) { (builder, place) throws(Diagnostic) in try builder.parametricRelu(at: place) },
        plain(.tile) { (builder, place) throws(Diagnostic) in try builder.tile(at: place) },
        plain(.quantize) { (builder, place) throws(Diagnostic) in try builder.quantize(at: place) },
        plain(.dequantize) { (builder, place) throws(Diagnostic) in
            try builder.leaveToHost(.dequantize, at: place)
        },
        plain(.softmax) { (builder, place) throws(Diagnostic) in
            try builder.leaveToHost(.softmax(beta: place.operation.options.beta), at: place)
        },
        plain(.logSoftmax) { (builder, place) throws(Diagnostic) in
            try builder.leaveToHost(.logSoftmax, at: place)
        },
        plain(.argMax) { (builder, place) throws(Diagnostic) in
            try builder.leaveIndexToHost(isLargest: true, at: place)
        },
        plain(.argMin) { (builder, place) throws(Diagnostic) in
            try builder.leaveIndexToHost(isLargest: false, at: place)
        },
        with(.resizeBilinear, \.bilinearResizing) { (builder, options, place) throws(Diagnostic) in
            try builder.leaveResizingToHost(options, at: place)
        },
        plain(.transpose) { (builder, place) throws(Diagnostic) in try builder.transpose(at: place) },
        plain(.slice) { (builder, place) throws(Diagnostic) in try builder.slice(at: place) },
        with(.stridedSlice, \.slicing) { (builder, options, place) throws(Diagnostic) in
            try builder.stridedSlice(options, at: place)
        },
        plain(.split) { (builder, place) throws(Diagnostic) in try builder.split(at: place) },
        plain(.splitV) { (builder, place) throws(Diagnostic) in try builder.split(at: place) },
        with(.depthToSpace, \.blockOfDepth) { (builder, block, place) throws(Diagnostic) in
            try builder.depthToSpace(block, at: place)
        },
        with(.spaceToDepth, \.blockOfSpace) { (builder, block, place) throws(Diagnostic) in
            try builder.spaceToDepth(block, at: place)
        },
        plain(.spaceToBatchND) { (builder, place) throws(Diagnostic) in try builder.spaceToBatch(at: place) },
        plain(.batchToSpaceND) { (builder, place) throws(Diagnostic) in try builder.batchToSpace(at: place) },
        with(.reduceMax, \.keepsDimensions) { (builder, keepsDimensions, place) throws(Diagnostic) in
            try builder.largest(keepsDimensions: keepsDimensions, at: place)
        },
    ]
}

extension TFLiteImport {
    /// The operators that are carried over, in the order in which refusals list them.
    package static var operators: [TFLiteBuiltin] { OperatorImport.all.map(\.builtin) }
}
