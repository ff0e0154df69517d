/// One layer: an operator, the tensors it reads, and the one tensor it writes, which has the layer's own name.
public struct Layer: Hashable, Sendable {
    public var name: String
    public var `operator`: Operator
    /// Names of graph inputs or of earlier layers.
    public var inputs: [String]
    /// Fused to the end; only accumulating layers, add and requantize have one.
    public var activation: ActivationFunction

    public init(name: String, operator: Operator, inputs: [String], activation: ActivationFunction = .none) {
        self.name = name
        self.operator = `operator`
        self.inputs = inputs
        self.activation = activation
    }
}
