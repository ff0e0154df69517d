/// What an operator's table of options says. Numbers are the file's own: nothing is checked against shapes.
public enum TFLiteOptions: Equatable, Sendable {
    /// The operator has no options, or ones without any field (PAD, TRANSPOSE, ABS, QUANTIZE, ...).
    case none
    case conv2D(Convolution)
    case depthwiseConv2D(DepthwiseConvolution)
    case transposeConv(TransposedConvolution)
    case pool2D(Pooling)
    case fullyConnected(FullyConnected)
    case softmax(beta: Float)
    case concatenation(Concatenation)
    case add(Addition)
    case sub(Addition)
    case mul(TFLiteActivation)
    case div(TFLiteActivation)
    case l2Normalization(TFLiteActivation)
    /// Nil where the shape is an input of the operator. An extent of -1 is what the others leave.
    case reshape(shape: [Int]?)
    case resizeBilinear(Resizing)
    case resizeNearestNeighbor(Resizing)
    case stridedSlice(StridedSlice)
    /// Axes of extent 1 that are removed; all of them where there are none. Negative ones count from the end.
    case squeeze(axes: [Int])
    /// The slope of negative inputs; it may be negative or above 1.
    case leakyRelu(alpha: Float)
    case spaceToDepth(blockSize: Int)
    case depthToSpace(blockSize: Int)
    /// MEAN, SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ANY, REDUCE_ALL; the axes are an input.
    case reducer(keepsDimensions: Bool)
    case argMax(outputType: TFLiteElementType)
    case argMin(outputType: TFLiteElementType)
    case gather(axis: Int, batchDimensions: Int)
    case pack(count: Int, axis: Int)
    case unpack(count: Int, axis: Int)
    case split(count: Int)
    case splitV(count: Int)
    case mirrorPad(MirrorMode)
    case cast(from: TFLiteElementType, to: TFLiteElementType)
    case shape(outputType: TFLiteElementType)
    case gelu(isApproximate: Bool)
    case batchMatMul(BatchMatMul)
    /// Another table, by its number in the first union of the format.
    case other(type: Int)
    /// Another table, by its number in the second union.
    case otherOfSecondUnion(type: Int)
}

/// How the edges of a picture are padded.
public enum TFLitePadding: Int, CaseIterable, Sendable {
    /// So many output elements as input elements / stride, rounded up; an odd row or column of padding comes last.
    case same = 0
    /// No padding.
    case valid = 1
}

/// The function that an operator applies to its result.
public enum TFLiteActivation: Int, CaseIterable, Sendable {
    case none = 0
    case relu = 1
    /// Limits to -1...1.
    case reluN1To1 = 2
    case relu6 = 3
    case tanh = 4
    case signBit = 5
}
