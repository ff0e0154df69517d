import Diagnostics
import FixedPoint
import Graph
import NetworkFiles
import Networks
import Quantization
import TFLite
import Tensors

extension NetworkBuilder {
    /// Whether a graph input is float and every operator that reads it quantizes it.
    func isQuantizedByHost(_ tensor: Int, _ cut: GraphCut) -> Bool {
        guard subgraph.tensors[tensor].elementType == .float32, !cut.outputs.contains(tensor) else { return false }
        let readers = subgraph.operators.indices.filter {
            cut.operators.contains($0) && subgraph.operators[$0].inputs.contains(tensor)
        }
        return !readers.isEmpty && readers.allSatisfy { subgraph.operators[$0].code.builtin == .quantize }
    }

    /// The finished network, proved to fit the narrowest widths that suffice.
    ///
    /// - Throws: `tfliteOperatorUnsupported` where an output is an input, `tfliteShapeUnfit`, and what validation
    ///   throws.
    func network(named name: String, _ cut: GraphCut, at file: String) throws(Diagnostic) -> QuantizedNetwork {
        var outputs: [String] = []
        for tensor in cut.outputs {
            let described = subgraph.tensors[tensor]
            guard let imported = activations[tensor], layers.contains(where: { $0.name == imported.name }) else {
                throw Diagnostic(
                    .tfliteOperatorUnsupported, at: "\(file), output \(described.name)",
                    found: activations[tensor] == nil ? "an output that no operator makes" : "an input as an output",
                    expected: "the result of a layer", remedy: "name other tensors with --outputs")
            }
            if !outputs.contains(imported.name) { outputs.append(imported.name) }
        }
        let own = try oneExtent(at: file)
        let graph = Graph(name: name, inputs: inputs, layers: layers, outputs: outputs).keepingExtent(
            height: own.height, width: own.width)
        var network = QuantizedNetwork(
            graph: graph, formats: formats, parameters: parameters,
            widths: DatapathWidths(activationBits: 16, weightBits: 16, accumulatorBits: 32), host: host)
        network.widths = network.narrowestWidths
        try network.validate()
        return network
    }

    /// Inputs of a network have one height and width.
    private func oneExtent(at file: String) throws(Diagnostic) -> TensorShape {
        let shapes = inputs.compactMap { input in activations.values.first { $0.name == input.name }?.stored }
        guard let first = shapes.first else {
            throw Diagnostic(
                .tfliteShapeUnfit, at: file, found: "a graph without inputs", expected: "one at least",
                remedy: "name other tensors with --outputs")
        }
        guard let other = shapes.first(where: { $0.height != first.height || $0.width != first.width }) else {
            return first
        }
        throw Diagnostic(
            .tfliteOperatorUnsupported, at: "\(file), inputs", found: "inputs of \(first) and \(other)",
            expected: "inputs of one height and width", remedy: "cut the graph with --outputs")
    }
}
