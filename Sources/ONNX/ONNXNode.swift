/// An operator of the graph.
public struct ONNXNode: Equatable, Sendable {
    /// In the order of the file.
    public var index: Int
    public var name: String
    public var operatorType: String
    /// As the file calls it, where the node stands for a part of one of another type.
    public var writtenType: String?
    /// Empty for the operators of ONNX itself.
    public var domain: String
    /// Names of tensors; empty where an optional one is left out.
    public var inputs: [String]
    public var outputs: [String]
    public var attributes: [String: ONNXAttribute]

    /// Whether it is of ONNX, or of the runtime's operators on 8-bit elements: elsewhere a name may mean another
    /// function, or another order of axes.
    public var isOfKnownDomain: Bool { ["", "ai.onnx", "com.microsoft"].contains(domain) }

    public init(
        index: Int, name: String, operatorType: String, domain: String, inputs: [String], outputs: [String],
        attributes: [String: ONNXAttribute]
    ) {
        self.index = index
        self.name = name
        self.operatorType = operatorType
        self.domain = domain
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }
}

/// A parameter of an operator.
public enum ONNXAttribute: Equatable, Sendable {
    case float(Float)
    case integer(Int)
    case string(String)
    case tensor(ONNXTensor)
    case floats([Float])
    case integers([Int])
    /// Graphs, sparse tensors, lists of strings and what else is not read: its number in the format.
    case other(Int)
}
