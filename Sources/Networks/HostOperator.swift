/// What the host computes beside a network: in front of it, codes of real numbers; behind it, results of results. The
/// machine takes no part, and no cycle is counted.
///
///     real ──quantize──> input ─ layers ─ layer ──softmax──> probabilities ──dequantize──> real
///
/// `HostOperators` computes them; the page `docs/host-operators.md` defines each.
public struct HostOperator: Hashable, Sendable {
    /// Of its result. In front of the network it is a graph input, behind it a name of its own.
    public var name: String
    public var function: HostFunction
    /// Of its operand: a layer or the result of an operator before this one; in front of the network a name of its own.
    public var input: String
    public var operand: HostTensor
    public var result: HostTensor

    public init(name: String, function: HostFunction, input: String, operand: HostTensor, result: HostTensor) {
        self.name = name
        self.function = function
        self.input = input
        self.operand = operand
        self.result = result
    }
}

/// A function of the host, and what it is told beside its operand.
public enum HostFunction: Hashable, Sendable {
    /// Real numbers to elements.
    case quantize
    /// The same, ties to even, and of real numbers behind the network, too.
    case quantizeHalfEven
    /// Elements to real numbers.
    case dequantize
    /// Over the last axis; beta times the scale goes into the exponent. Of 8-bit elements in fixed point.
    case softmax(beta: Float)
    /// Over the last axis. Of 8-bit elements in fixed point.
    case logSoftmax
    /// The index of the largest element along an axis, the first of several.
    case argMax(axis: Int)
    /// The index of the smallest element along an axis, the first of several.
    case argMin(axis: Int)
    /// For each element of the operand, in order from the lowest, the result's element less its lowest.
    case codeMap([UInt8])
    /// The same elements in the same order.
    case reshape
    /// Result axis i is axis permutation[i] of the operand.
    case transpose(permutation: [Int])
    /// Rows and columns of a picture, four neighbours weighted.
    case resizeBilinear(alignsCorners: Bool, hasHalfPixelCenters: Bool)

    /// Which function, without what it is told. Raw values are the words of files and reports.
    public enum Kind: String, CaseIterable, Sendable {
        case quantize, quantizeHalfEven, dequantize, softmax, logSoftmax, argMax, argMin, codeMap, reshape, transpose
        case resizeBilinear
    }

    public var kind: Kind {
        switch self {
        case .quantize: .quantize
        case .quantizeHalfEven: .quantizeHalfEven
        case .dequantize: .dequantize
        case .softmax: .softmax
        case .logSoftmax: .logSoftmax
        case .argMax: .argMax
        case .argMin: .argMin
        case .codeMap: .codeMap
        case .reshape: .reshape
        case .transpose: .transpose
        case .resizeBilinear: .resizeBilinear
        }
    }

    /// The word of files and reports.
    public var name: String { kind.rawValue }
}

/// What elements of the host's tensors are.
public enum HostElementType: String, CaseIterable, Sendable {
    case int8, uint8, int32, int64, float32

    public var byteCount: Int {
        switch self {
        case .int8, .uint8: 1
        case .int32, .float32: 4
        case .int64: 8
        }
    }

    /// What 8-bit elements can be; nil for the others.
    public var elements: ClosedRange<Int>? {
        switch self {
        case .int8: -128...127
        case .uint8: 0...255
        case .int32, .int64, .float32: nil
        }
    }
}

/// Extents and meaning of a tensor of the host. Of 8-bit elements q: real = scale x (q - zero point).
public struct HostTensor: Hashable, Sendable {
    /// Each 1 or more, the last varying fastest; none for one element.
    public var extents: [Int]
    public var type: HostElementType
    /// 1 where elements are not 8-bit codes.
    public var scale: Float
    /// 0 where elements are not 8-bit codes.
    public var zeroPoint: Int

    public init(extents: [Int], type: HostElementType, scale: Float = 1, zeroPoint: Int = 0) {
        self.extents = extents
        self.type = type
        self.scale = scale
        self.zeroPoint = zeroPoint
    }

    /// Number of elements.
    public var count: Int { extents.reduce(1, *) }
    public var byteCount: Int { count * type.byteCount }
    /// `1x10`; `1` for one element.
    public var shapeText: String { extents.isEmpty ? "1" : extents.map(String.init).joined(separator: "x") }
}
