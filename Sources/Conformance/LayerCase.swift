import Graph
public import Networks
public import Schedules
public import Tensors

/// One layer or a chain of a few, its parameters and its stimulus: written once, run on every executor.
public struct LayerCase: Sendable {
    /// The operator and what is special, with the seed that makes the case again.
    public let name: String
    public let seed: UInt64
    /// A network of this one layer, which is called `layer`; of a chain, that is its last.
    public let network: QuantizedNetwork
    /// What a searched schedule is to give the input lanes to, where the machine and the layer can; nil for what is
    /// quickest. Bits do not depend on it.
    public let lanes: Lanes?
    /// Whether the groups of layers that advance by rows, and their rows, are drawn from the seed, not searched for.
    public package(set) var drawsGroups = false
    /// Stored elements of the graph inputs, by name.
    public let inputs: [String: Tensor<Int32>]

    /// Of the first operand, whose extent the case is planned for.
    public var shape: TensorShape { inputs[network.graph.inputs[0].name]!.shape }
}

/// What the sign and size of the stimulus is like.
enum Stimulus: CaseIterable {
    /// Any code equally often.
    case uniform
    /// Only the first and the last code: the largest sums.
    case extremes
    /// Everything at the last code.
    case allHighest
    /// Around the middle, as real activations are.
    case central
}
