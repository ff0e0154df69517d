import Diagnostics

extension TFLiteOptions {
    /// Types of the first union whose tables have no fields. The other types are named by the schema's tables below.
    private static let typesWithoutFields: Set<Int> = [
        22, 24, 25, 26, 33, 34, 36, 38, 39, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 56, 60, 62, 63, 65, 66,
        67, 68, 72, 73, 76, 78, 81, 82, 83, 84, 85, 86, 88, 89, 90, 91, 95, 96, 97, 98, 99, 100, 104, 105, 108, 109,
        110, 112, 113, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126,
    ]

    /// The options in an operator's table.
    ///
    /// - Throws: `tfliteValueOutOfRange`, `tfliteMalformed` for a type without its table, and what reading throws.
    init(operator table: FlatBufferTable) throws(Diagnostic) {
        let type = Int(try table.number(3, default: 0 as UInt8))
        let secondType = Int(try table.number(11, default: 0 as UInt8))
        guard type != 0 else {
            self = secondType == 0 ? .none : .otherOfSecondUnion(type: secondType)
            return
        }
        guard !Self.typesWithoutFields.contains(type) else {
            self = .none
            return
        }
        guard let options = try table.table(4, "options") else {
            throw FlatBuffer.malformed(table.place, found: "options of type \(type), but no table", expected: "a table")
        }
        if let layer = try Self.layer(type, options) {
            self = layer
        } else if let elementwise = try Self.elementwise(type, options) {
            self = elementwise
        } else if let axes = try Self.axes(type, options) {
            self = axes
        } else {
            self = try Self.arrangement(type, options) ?? .other(type: type)
        }
    }

    /// Layers with kernels.
    private static func layer(_ type: Int, _ table: FlatBufferTable) throws(Diagnostic) -> TFLiteOptions? {
        switch type {
        // Conv2DOptions
        case 1:
            .conv2D(
                Convolution(
                    padding: try table.choice(0, "padding"), strideHeight: try table.positive(2, "stride"),
                    strideWidth: try table.positive(1, "stride"),
                    dilationHeight: try table.positive(5, "dilation", default: 1),
                    dilationWidth: try table.positive(4, "dilation", default: 1),
                    activation: try table.choice(3, "activation")))
        // DepthwiseConv2DOptions
        case 2:
            .depthwiseConv2D(
                DepthwiseConvolution(
                    padding: try table.choice(0, "padding"), strideHeight: try table.positive(2, "stride"),
                    strideWidth: try table.positive(1, "stride"),
                    dilationHeight: try table.positive(6, "dilation", default: 1),
                    dilationWidth: try table.positive(5, "dilation", default: 1),
                    depthMultiplier: try table.integer(3), activation: try table.choice(4, "activation")))
        // Pool2DOptions
        case 5:
            .pool2D(
                Pooling(
                    padding: try table.choice(0, "padding"), strideHeight: try table.positive(2, "stride"),
                    strideWidth: try table.positive(1, "stride"), filterHeight: try table.positive(4, "filter extent"),
                    filterWidth: try table.positive(3, "filter extent"), activation: try table.choice(5, "activation")))
        // FullyConnectedOptions
        case 8:
            .fullyConnected(
                FullyConnected(
                    activation: try table.choice(0, "activation"),
                    weightsAreShuffled: try table.number(1, default: 0 as Int8) != 0,
                    keepsDimensions: try table.flag(2), quantizesInputsAsymmetrically: try table.flag(3)))
        // TransposeConvOptions
        case 49:
            .transposeConv(
                TransposedConvolution(
                    padding: try table.choice(0, "padding"), strideHeight: try table.positive(2, "stride"),
                    strideWidth: try table.positive(1, "stride"), activation: try table.choice(3, "activation")))
        // BatchMatMulOptions
        case 101:
            .batchMatMul(
                BatchMatMul(
                    transposesLeft: try table.flag(0), transposesRight: try table.flag(1),
                    quantizesInputsAsymmetrically: try table.flag(2)))
        default: nil
        }
    }

    /// Operators that keep the places of elements.
    private static func elementwise(_ type: Int, _ table: FlatBufferTable) throws(Diagnostic) -> TFLiteOptions? {
        switch type {
        // SoftmaxOptions
        case 9: .softmax(beta: try table.float(0))
        // AddOptions
        case 11: .add(try Addition(table))
        // SubOptions
        case 28: .sub(try Addition(table))
        // L2NormOptions
        case 12: .l2Normalization(try table.choice(0, "activation"))
        // MulOptions
        case 21: .mul(try table.choice(0, "activation"))
        // DivOptions
        case 29: .div(try table.choice(0, "activation"))
        // CastOptions
        case 37: .cast(from: try table.elementType(0), to: try table.elementType(1))
        // LeakyReluOptions
        case 75: .leakyRelu(alpha: try table.float(0))
        // GeluOptions
        case 116: .gelu(isApproximate: try table.flag(0))
        default: nil
        }
    }

    /// Operators along axes.
    private static func axes(_ type: Int, _ table: FlatBufferTable) throws(Diagnostic) -> TFLiteOptions? {
        switch type {
        // ConcatenationOptions
        case 10:
            .concatenation(
                Concatenation(axis: try table.integer(0), activation: try table.choice(1, "activation")))
        // GatherOptions
        case 23: .gather(axis: try table.integer(0), batchDimensions: try table.integer(1))
        // ReducerOptions
        case 27: .reducer(keepsDimensions: try table.flag(0))
        // SplitOptions
        case 35: .split(count: try table.integer(0))
        // ArgMaxOptions
        case 40: .argMax(outputType: try table.elementType(0))
        // ArgMinOptions
        case 57: .argMin(outputType: try table.elementType(0))
        // PackOptions
        case 59: .pack(count: try table.integer(0), axis: try table.integer(1))
        // UnpackOptions
        case 64: .unpack(count: try table.integer(0), axis: try table.integer(1))
        // SplitVOptions
        case 79: .splitV(count: try table.integer(0))
        default: nil
        }
    }

    /// Operators that give elements other places.
    private static func arrangement(_ type: Int, _ table: FlatBufferTable) throws(Diagnostic) -> TFLiteOptions? {
        switch type {
        // ResizeBilinearOptions
        case 15:
            .resizeBilinear(Resizing(alignsCorners: try table.flag(2), hasHalfPixelCenters: try table.flag(3)))
        // ReshapeOptions
        case 17: .reshape(shape: try table.integers(0, "new shape"))
        // SpaceToDepthOptions
        case 19: .spaceToDepth(blockSize: try table.positive(0, "block extent"))
        // SqueezeOptions
        case 30: .squeeze(axes: try table.integers(0, "axes") ?? [])
        // StridedSliceOptions
        case 32:
            .stridedSlice(
                StridedSlice(
                    beginMask: try table.integer(0), endMask: try table.integer(1),
                    ellipsisMask: try table.integer(2), newAxisMask: try table.integer(3),
                    shrinkAxisMask: try table.integer(4), endsAreOffsets: try table.flag(5)))
        // ShapeOptions
        case 55: .shape(outputType: try table.elementType(0))
        // ResizeNearestNeighborOptions
        case 74:
            .resizeNearestNeighbor(
                Resizing(alignsCorners: try table.flag(0), hasHalfPixelCenters: try table.flag(1)))
        // MirrorPadOptions
        case 77: .mirrorPad(try table.choice(0, "mode"))
        // DepthToSpaceOptions
        case 94: .depthToSpace(blockSize: try table.positive(0, "block extent"))
        default: nil
        }
    }
}

extension TFLiteOptions.Addition {
    fileprivate init(_ table: FlatBufferTable) throws(Diagnostic) {
        activation = try table.choice(0, "activation")
        hasPowerOfTwoScales = try table.flag(1, default: true)
    }
}
