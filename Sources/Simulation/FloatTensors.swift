public import Diagnostics
import FloatModel
import Graph
public import Networks
public import Tensors

/// A float network by itself, on one tensor of real numbers: float32, no machine.
public struct FloatTensors: Sendable {
    /// In the order of the layers.
    public let results: [(name: String, tensor: Tensor<Float>)]

    /// - Parameters:
    ///   - input: the name of the graph input, and its file.
    ///   - keepsAll: whether every layer's result is kept, or the outputs alone.
    ///   - memory: asked for the tensors.
    /// - Throws: `inputUnknown`, `inputMissing` for a network of several inputs, `tensorFileUnfit` for integers and
    ///   other extents, `tensorElementUnfit` for infinities and NaN, `memoryBudgetExceeded`, and what `FloatModel.run`
    ///   throws.
    public init(
        _ network: FloatNetwork, on input: (name: String, dump: TensorDump), rate: Int = 0, keepsAll: Bool,
        memory: MemoryBudget
    ) throws(Diagnostic) {
        let graph = network.graph
        guard graph.inputs.count == 1 else {
            throw Diagnostic(
                .inputMissing, at: "--input \(input.name)",
                found: "inputs \(graph.inputs.map(\.name).joined(separator: ", "))", expected: "one input",
                remedy: "cut the network with --outputs of `intaglio import`")
        }
        guard graph.inputs[0].name == input.name else {
            throw Diagnostic(
                .inputUnknown, at: "--input \(input.name)", found: "no input of that name in \(graph.name)",
                expected: graph.inputs[0].name, remedy: "name the graph input: real numbers enter nowhere else")
        }
        let tensor = try input.dump.reals(channels: graph.inputs[0].channels, of: input.name)
        let kept = keepsAll ? graph.layers.map(\.name) : graph.outputs
        let shapes = try network.shapes(
            height: graph.padded(tensor.shape.height), width: graph.padded(tensor.shape.width))
        try memory.require(
            RunMemory.floatBytes(graph, shapes: shapes, kept: kept), for: "tensors of the float network",
            at: "network \(graph.name) on \(tensor.shape)")
        let made = try FloatModel(network).run(tensor, rate: rate, keeping: kept)
        results = graph.layers.compactMap { layer in made[layer.name].map { (layer.name, $0) } }
    }
}

extension TensorDump {
    /// Real numbers in NHWC order.
    ///
    /// - Throws: `tensorFileUnfit` for integers and for other channels, `tensorElementUnfit` for infinities and NaN.
    fileprivate func reals(channels: Int, of name: String) throws(Diagnostic) -> Tensor<Float> {
        guard case .floats(let elements) = array.elements, form.offset == nil else {
            throw Diagnostic(
                .tensorFileUnfit, at: place, found: "\(array.type.name) elements",
                expected: "float32 elements of \(name), which is in real numbers",
                remedy: "give real numbers, without \(form.option)-offset")
        }
        try requireChannels(channels, of: name)
        let shape = shape(channels: channels)
        let area = shape.height * shape.width
        let stored =
            form.layout == .nhwc
            ? elements : (0..<shape.count).map { elements[$0 % channels * area + $0 / channels] }
        if let position = stored.firstIndex(where: { !$0.isFinite }) {
            throw unfit(
                position, shape, "\(stored[position].namingNaN) in \(name)", expected: "a finite number",
                remedy: "correct the input: nothing can be computed of it")
        }
        return Tensor(shape: shape, elements: stored)
    }
}
