public import Diagnostics

/// An ONNX model, read from a file. What its operators mean is not judged here.
///
///     model ── graph ── nodes ────────── operator, names of tensors, attributes
///                    ── constants ────── elements, in the file or in another one of its folder
///                    ── inputs, outputs  name, element type, extents, some of them names
public struct ONNXModel: Equatable, Sendable {
    public var producer: String
    /// Of the operators without a domain.
    public var operatorSet: Int
    /// In the order of their run.
    public var nodes: [ONNXNode]
    /// Initializers that a node reads or that are outputs, by name.
    public var constants: [String: ONNXTensor]
    /// Without those that are constants.
    public var inputs: [ONNXTensorType]
    public var outputs: [ONNXTensorType]
    /// Constants in real numbers whose file was not there: their elements are taken as 0.
    public var missing: [String]

    /// Nodes, constants, inputs, attributes of a node: more of one are refused.
    public static let most = 1 << 16
    /// Extents of a tensor.
    public static let mostExtents = 16

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - bytes: of the file.
    ///   - place: the file's path: its name in diagnostics, and its folder is where external elements lie.
    ///   - memory: asked before anything is decoded.
    ///   - assumesMissing: whether real numbers in files that are not there are taken as 0. Enough to plan.
    /// - Throws: `onnxNotOne`, `onnxMalformed`, `onnxTooLarge`, `onnxConstantUnfit`, `onnxExternalRefused`,
    ///   `memoryBudgetExceeded`.
    public init(
        _ bytes: [UInt8], at place: String, memory: MemoryBudget = .standard, assumesMissing: Bool = false
    ) throws(Diagnostic) {
        var reader = ONNXReader(place: place, memory: memory, assumesMissing: assumesMissing)
        self = try reader.model(bytes)
    }

    public init(
        producer: String, operatorSet: Int, nodes: [ONNXNode], constants: [String: ONNXTensor],
        inputs: [ONNXTensorType], outputs: [ONNXTensorType], missing: [String] = []
    ) {
        self.producer = producer
        self.operatorSet = operatorSet
        self.nodes = nodes
        self.constants = constants
        self.inputs = inputs
        self.outputs = outputs
        self.missing = missing
    }
}

/// What is said of an input or output.
public struct ONNXTensorType: Equatable, Sendable {
    public var name: String
    /// Nil where it is no tensor or of a type that is not read.
    public var elementType: ONNXElementType?
    /// Nil where nothing is said of them.
    public var extents: [Extent]?

    public init(name: String, elementType: ONNXElementType? = nil, extents: [Extent]? = nil) {
        self.name = name
        self.elementType = elementType
        self.extents = extents
    }

    public enum Extent: Equatable, Sendable {
        case known(Int)
        /// A symbolic dimension; empty where it has no name.
        case named(String)
    }
}
