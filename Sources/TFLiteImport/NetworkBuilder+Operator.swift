import Diagnostics
import TFLite

extension NetworkBuilder {
    /// Imports one operator.
    ///
    /// - Throws: `tfliteOperatorUnsupported` for those that are not carried over, and what each of the others throws.
    mutating func `import`(_ place: OperatorPlace) throws(Diagnostic) {
        guard let builtin = place.operation.code.builtin else { throw unknown(place) }
        if builtin == .quantize, let first = place.operation.input(0), hostTensors[first] != nil {
            return try requantizeOnHost(at: place)
        }
        if try isInBatches(builtin, at: place) { return }
        switch (builtin, place.operation.options) {
        case (.conv2D, .conv2D(let options)): try convolution(options, at: place)
        case (.depthwiseConv2D, .depthwiseConv2D(let options)): try depthwiseConvolution(options, at: place)
        case (.transposeConv, .transposeConv(let options)): try transposedConvolution(options, at: place)
        case (.fullyConnected, .fullyConnected(let options)): try fullyConnected(options, at: place)
        case (.averagePool2D, .pool2D(let options)): try averagePool(options, at: place)
        case (.mean, .reducer(let keepsDimensions)): try mean(keepsDimensions: keepsDimensions, at: place)
        case (.mean, .none): try mean(keepsDimensions: false, at: place)
        case (.concatenation, .concatenation(let options)): try concatenation(options, at: place)
        case (.reshape, .reshape(let extents)): try reshape(extents, at: place)
        case (.reshape, .none): try reshape(nil, at: place)
        case (.squeeze, .squeeze(let axes)): try squeeze(axes, at: place)
        case (.squeeze, .none): try squeeze([], at: place)
        case (.expandDims, _): try expandDimensions(at: place)
        case (.transpose, _): try transpose(at: place)
        case (.spaceToBatchND, _): try spaceToBatch(at: place)
        case (.batchToSpaceND, _): try batchToSpace(at: place)
        case (.slice, _): try slice(at: place)
        case (.stridedSlice, .stridedSlice(let options)): try stridedSlice(options, at: place)
        case (.split, _), (.splitV, _): try split(at: place)
        case (.depthToSpace, .depthToSpace(let block)): try depthToSpace(block, at: place)
        case (.spaceToDepth, .spaceToDepth(let block)): try spaceToDepth(block, at: place)
        case (.reduceMax, .reducer(let keepsDimensions)): try largest(keepsDimensions: keepsDimensions, at: place)
        case (.reduceMax, .none): try largest(keepsDimensions: false, at: place)
        case (.add, .add(let options)): try sum(subtracts: false, options.activation, at: place)
        case (.sub, .sub(let options)): try sum(subtracts: true, options.activation, at: place)
        case (.mul, .mul(let activation)): try product(activation, at: place)
        case (.maxPool2D, .pool2D(let options)): try maxPool(options, at: place)
        case (.pad, _), (.padV2, _): try pad(at: place)
        case (.resizeNearestNeighbor, .resizeNearestNeighbor(let options)): try resizeNearest(options, at: place)
        case (.logistic, _): try unary(.logistic, at: place)
        case (.tanh, _): try unary(.tanh, at: place)
        case (.relu, _): try unary(.limit(low: 0, high: nil), at: place)
        case (.relu6, _): try unary(.limit(low: 0, high: 6), at: place)
        case (.reluN1To1, _): try unary(.limit(low: -1, high: 1), at: place)
        case (.leakyRelu, .leakyRelu(let alpha)): try unary(.leakyRelu(alpha: alpha), at: place)
        case (.hardSwish, _): try unary(.hardSwish, at: place)
        case (.quantize, _): try unary(.requantize, at: place)
        case (let builtin, _) where Self.ofHost.contains(builtin): try leaveToHost(at: place)
        default: throw unknown(place)
        }
    }

    private func unknown(_ place: OperatorPlace) -> Diagnostic {
        // A file without 8-bit activations is refused as such.
        for case let tensor? in place.operation.inputs + place.operation.outputs.map(Optional.some) {
            let described = subgraph.tensors[tensor]
            guard [.float32, .float16, .int16].contains(described.elementType), !model.isConstant(described) else {
                continue
            }
            do {
                _ = try ActivationQuantization(described, at: place.text)
            } catch { return error }
        }
        return unsupported(
            place, found: "an operator that is not carried over", expected: "one of \(Self.imported)")
    }

    /// What the host computes from the network's results.
    private static let ofHost: Set<TFLiteBuiltin> = [
        .dequantize, .softmax, .logSoftmax, .argMax, .argMin, .resizeBilinear,
    ]

    private static let imported = [
        "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "MEAN", "CONCATENATION",
        "ADD", "SUB", "MUL", "MAX_POOL_2D", "PAD", "PADV2", "RESIZE_NEAREST_NEIGHBOR",
        "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "LOGISTIC", "TANH", "RELU", "RELU6", "RELU_N1_TO_1", "LEAKY_RELU",
        "HARD_SWISH", "QUANTIZE", "DEQUANTIZE", "SOFTMAX", "LOG_SOFTMAX", "ARG_MAX", "ARG_MIN", "RESIZE_BILINEAR",
        "TRANSPOSE", "SLICE", "STRIDED_SLICE", "SPLIT", "SPLIT_V", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH",
        "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "REDUCE_MAX",
    ].joined(separator: ", ")
}
