public import Diagnostics
import FixedPoint
import Graph
public import Networks
public import Tensors

/// The executable specification of a quantized network: every operator by its definition, in plain loops and exact
/// integers.
///
/// It knows no machine, tile or command, and shares with the machine types and rule names only: what rounds, decodes
/// and encodes here is written here, from the definitions of `docs/arithmetic.md`. It stays slow on purpose.
///
///     stored operands ──decode──> values ──operator──> exact sums ──post-processing──> r ──encode──> stored output
///
/// A stored tensor is a `Tensor<Int32>` whose elements are codes (format `codes`: 0..<entries) or the values themselves
/// (format `integers16`).
public struct ReferenceModel: Sendable {
    public let network: QuantizedNetwork

    /// - Throws: `referenceOverflowRule` for accumulators that wrap or saturate (only the command order gives those a
    ///   meaning), `referenceParametersUnfit` for widths that make no sense.
    public init(_ network: QuantizedNetwork) throws(Diagnostic) {
        let widths = network.widths
        guard widths.overflow == .proven else {
            throw Diagnostic(
                .referenceOverflowRule, at: "network \(network.graph.name)",
                found: "overflow rule \(widths.overflow.rawValue)", expected: "proven",
                remedy:
                    """
                    give the network accumulators that hold every sum, or compare machine and RTL, which alone define \
                    \(widths.overflow.rawValue)
                    """
            )
        }
        guard (2...16).contains(widths.activationBits), (2...16).contains(widths.weightBits),
            (2...62).contains(widths.accumulatorBits)
        else {
            throw Diagnostic(
                .referenceParametersUnfit, at: "network \(network.graph.name)",
                found: "V \(widths.activationBits), W \(widths.weightBits), A \(widths.accumulatorBits) bits",
                expected: "V and W in 2...16, A in 2...62",
                remedy: "correct the widths in the network file")
        }
        self.network = network
    }

    /// Runs all layers in order.
    ///
    /// - Parameters:
    ///   - inputs: one stored tensor for each graph input, by name.
    ///   - keeping: names of the tensors wanted in the result; `nil` keeps all.
    ///   - progress: called as layers begin, with the layer's number from 1 and how many there are.
    /// - Throws: `graphUnknownTensor` where an input is missing, `graphShapeMismatch`, and what `runLayer` throws.
    public func run(
        inputs: [String: Tensor<Int32>], keeping: Set<String>? = nil, progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) -> ReferenceResult {
        var tensors: [String: Tensor<Int32>] = [:]
        for input in network.graph.inputs {
            guard let tensor = inputs[input.name] else {
                throw Diagnostic(
                    .graphUnknownTensor, at: "graph \(network.graph.name)",
                    found: "no tensor for input '\(input.name)'",
                    expected: "one tensor for each of \(network.graph.inputs.map(\.name).joined(separator: ", "))",
                    remedy: "give the missing input")
            }
            guard tensor.shape.channels == input.channels else {
                throw Diagnostic(
                    .graphShapeMismatch, at: "input \(input.name)", found: "\(tensor.shape)",
                    expected: "\(input.channels) channels",
                    remedy: "give an input of the graph's channels")
            }
            tensors[input.name] = tensor
        }
        var saturatedOutputs: [String: [Int]] = [:]
        for (index, layer) in network.graph.layers.enumerated() {
            progress?(index + 1, network.graph.layers.count)
            let result = try runLayer(layer, operands: try operands(of: layer, in: tensors))
            tensors[layer.name] = result.output
            saturatedOutputs[layer.name] = result.saturatedOutputsByChannel
            for name in layer.inputs where !isWanted(name, after: index, keeping: keeping) { tensors[name] = nil }
        }
        if let keeping { tensors = tensors.filter { keeping.contains($0.key) } }
        return ReferenceResult(tensors: tensors, saturatedOutputsByChannel: saturatedOutputs)
    }

    private func operands(of layer: Layer, in tensors: [String: Tensor<Int32>]) throws(Diagnostic) -> [Tensor<Int32>] {
        var operands: [Tensor<Int32>] = []
        for name in layer.inputs {
            guard let tensor = tensors[name] else {
                throw Diagnostic(
                    .graphUnknownTensor, at: "layer \(layer.name)",
                    found: "input '\(name)' is neither a graph input nor an earlier layer",
                    expected: "one of \(tensors.keys.sorted().joined(separator: ", "))",
                    remedy: "correct the name or put the producing layer first")
            }
            operands.append(tensor)
        }
        return operands
    }

    private func isWanted(_ name: String, after index: Int, keeping: Set<String>?) -> Bool {
        guard let keeping, !keeping.contains(name) else { return true }
        return network.graph.layers[(index + 1)...].contains { $0.inputs.contains(name) }
    }
}
