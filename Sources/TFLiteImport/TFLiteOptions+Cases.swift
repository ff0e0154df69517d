import TFLite

/// The options of one kind of operator; nil where they are another's.
extension TFLiteOptions {
    var convolution: Convolution? { if case .conv2D(let options) = self { options } else { nil } }
    var depthwiseConvolution: DepthwiseConvolution? {
        if case .depthwiseConv2D(let options) = self { options } else { nil }
    }
    var transposedConvolution: TransposedConvolution? {
        if case .transposeConv(let options) = self { options } else { nil }
    }
    var dense: FullyConnected? { if case .fullyConnected(let options) = self { options } else { nil } }
    var pooling: Pooling? { if case .pool2D(let options) = self { options } else { nil } }
    var joined: Concatenation? { if case .concatenation(let options) = self { options } else { nil } }
    var addition: Addition? { if case .add(let options) = self { options } else { nil } }
    var subtraction: Addition? { if case .sub(let options) = self { options } else { nil } }
    var productActivation: TFLiteActivation? { if case .mul(let activation) = self { activation } else { nil } }
    var nearestResizing: Resizing? { if case .resizeNearestNeighbor(let options) = self { options } else { nil } }
    var bilinearResizing: Resizing? { if case .resizeBilinear(let options) = self { options } else { nil } }
    var slicing: StridedSlice? { if case .stridedSlice(let options) = self { options } else { nil } }
    var slope: Float? { if case .leakyRelu(let alpha) = self { alpha } else { nil } }
    var blockOfDepth: Int? { if case .depthToSpace(let block) = self { block } else { nil } }
    var blockOfSpace: Int? { if case .spaceToDepth(let block) = self { block } else { nil } }

    /// Of a reduction; without options false.
    var keepsDimensions: Bool? {
        switch self {
        case .reducer(let keepsDimensions): keepsDimensions
        case .none: false
        default: nil
        }
    }

    /// Of a reshape; without options the shape is an input, too.
    var newExtents: [Int]?? {
        switch self {
        case .reshape(let extents): .some(extents)
        case .none: .some(nil)
        default: nil
        }
    }

    /// Of a squeeze; without options all of extent 1.
    var removedAxes: [Int]? {
        switch self {
        case .squeeze(let axes): axes
        case .none: []
        default: nil
        }
    }

    /// Of a softmax; without options 1.
    var beta: Float { if case .softmax(let beta) = self { beta } else { 1 } }
}
