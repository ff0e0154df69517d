extension TFLiteOptions {
    /// CONV_2D. Weights are `[K][R][S][C]`, the bias `[K]`.
    public struct Convolution: Equatable, Sendable {
        public var padding: TFLitePadding
        /// Each at least 1.
        public var strideHeight: Int
        public var strideWidth: Int
        public var dilationHeight: Int
        public var dilationWidth: Int
        public var activation: TFLiteActivation

        public init(
            padding: TFLitePadding, strideHeight: Int, strideWidth: Int, dilationHeight: Int, dilationWidth: Int,
            activation: TFLiteActivation
        ) {
            self.padding = padding
            self.strideHeight = strideHeight
            self.strideWidth = strideWidth
            self.dilationHeight = dilationHeight
            self.dilationWidth = dilationWidth
            self.activation = activation
        }
    }

    /// DEPTHWISE_CONV_2D. Weights are `[1][R][S][K]`.
    public struct DepthwiseConvolution: Equatable, Sendable {
        public var padding: TFLitePadding
        /// Each at least 1.
        public var strideHeight: Int
        public var strideWidth: Int
        public var dilationHeight: Int
        public var dilationWidth: Int
        /// K / C by the file; some converters write 0, so that the shapes decide.
        public var depthMultiplier: Int
        public var activation: TFLiteActivation

        public init(
            padding: TFLitePadding, strideHeight: Int, strideWidth: Int, dilationHeight: Int, dilationWidth: Int,
            depthMultiplier: Int, activation: TFLiteActivation
        ) {
            self.padding = padding
            self.strideHeight = strideHeight
            self.strideWidth = strideWidth
            self.dilationHeight = dilationHeight
            self.dilationWidth = dilationWidth
            self.depthMultiplier = depthMultiplier
            self.activation = activation
        }
    }

    /// TRANSPOSE_CONV: inputs are output shape, weights `[K][R][S][C]`, input activations and perhaps a bias.
    public struct TransposedConvolution: Equatable, Sendable {
        public var padding: TFLitePadding
        /// Each at least 1.
        public var strideHeight: Int
        public var strideWidth: Int
        public var activation: TFLiteActivation

        public init(padding: TFLitePadding, strideHeight: Int, strideWidth: Int, activation: TFLiteActivation) {
            self.padding = padding
            self.strideHeight = strideHeight
            self.strideWidth = strideWidth
            self.activation = activation
        }
    }

    /// AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D.
    public struct Pooling: Equatable, Sendable {
        public var padding: TFLitePadding
        /// Each at least 1.
        public var strideHeight: Int
        public var strideWidth: Int
        public var filterHeight: Int
        public var filterWidth: Int
        public var activation: TFLiteActivation

        public init(
            padding: TFLitePadding, strideHeight: Int, strideWidth: Int, filterHeight: Int, filterWidth: Int,
            activation: TFLiteActivation
        ) {
            self.padding = padding
            self.strideHeight = strideHeight
            self.strideWidth = strideWidth
            self.filterHeight = filterHeight
            self.filterWidth = filterWidth
            self.activation = activation
        }
    }

    /// FULLY_CONNECTED. Weights are `[K][C]`.
    public struct FullyConnected: Equatable, Sendable {
        public var activation: TFLiteActivation
        /// Weights in blocks of 4 x 16 elements instead of rows.
        public var weightsAreShuffled: Bool
        /// The output has the rank of the input; otherwise it is `[N][K]`.
        public var keepsDimensions: Bool
        /// Of a hybrid layer: float activations are quantized with a zero point.
        public var quantizesInputsAsymmetrically: Bool

        public init(
            activation: TFLiteActivation, weightsAreShuffled: Bool, keepsDimensions: Bool,
            quantizesInputsAsymmetrically: Bool
        ) {
            self.activation = activation
            self.weightsAreShuffled = weightsAreShuffled
            self.keepsDimensions = keepsDimensions
            self.quantizesInputsAsymmetrically = quantizesInputsAsymmetrically
        }
    }

    public struct Concatenation: Equatable, Sendable {
        /// Negative ones count from the end.
        public var axis: Int
        public var activation: TFLiteActivation

        public init(axis: Int, activation: TFLiteActivation) {
            self.axis = axis
            self.activation = activation
        }
    }

    /// ADD and SUB.
    public struct Addition: Equatable, Sendable {
        public var activation: TFLiteActivation
        /// Of 16-bit tensors only: scales are powers of two.
        public var hasPowerOfTwoScales: Bool

        public init(activation: TFLiteActivation, hasPowerOfTwoScales: Bool) {
            self.activation = activation
            self.hasPowerOfTwoScales = hasPowerOfTwoScales
        }
    }

    /// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR; the new extents are an input.
    public struct Resizing: Equatable, Sendable {
        public var alignsCorners: Bool
        public var hasHalfPixelCenters: Bool

        public init(alignsCorners: Bool, hasHalfPixelCenters: Bool) {
            self.alignsCorners = alignsCorners
            self.hasHalfPixelCenters = hasHalfPixelCenters
        }
    }

    /// STRIDED_SLICE; begin, end and strides are inputs, bit i of a mask belongs to element i of them.
    public struct StridedSlice: Equatable, Sendable {
        public var beginMask: Int
        public var endMask: Int
        public var ellipsisMask: Int
        public var newAxisMask: Int
        public var shrinkAxisMask: Int
        /// The ends are counted from the begins.
        public var endsAreOffsets: Bool

        public init(
            beginMask: Int, endMask: Int, ellipsisMask: Int, newAxisMask: Int, shrinkAxisMask: Int,
            endsAreOffsets: Bool
        ) {
            self.beginMask = beginMask
            self.endMask = endMask
            self.ellipsisMask = ellipsisMask
            self.newAxisMask = newAxisMask
            self.shrinkAxisMask = shrinkAxisMask
            self.endsAreOffsets = endsAreOffsets
        }
    }

    /// Whether the outermost elements are repeated by MIRROR_PAD.
    public enum MirrorMode: Int, CaseIterable, Sendable {
        case reflect = 0
        case symmetric = 1
    }

    /// BATCH_MATMUL: which operand's last two axes are exchanged.
    public struct BatchMatMul: Equatable, Sendable {
        public var transposesLeft: Bool
        public var transposesRight: Bool
        public var quantizesInputsAsymmetrically: Bool

        public init(transposesLeft: Bool, transposesRight: Bool, quantizesInputsAsymmetrically: Bool) {
            self.transposesLeft = transposesLeft
            self.transposesRight = transposesRight
            self.quantizesInputsAsymmetrically = quantizesInputsAsymmetrically
        }
    }
}
