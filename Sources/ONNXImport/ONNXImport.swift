public import Diagnostics
public import Networks
public import ONNX
public import TFLiteImport
import Text

/// An ONNX model as a network, and the report of it: graphs of 8-bit operators (QuantizeLinear and DequantizeLinear
/// around each, or the QLinear forms) as a quantized network, others as a float network.
public struct ONNXImport: Sendable {
    public enum Network: Sendable {
        case float(FloatNetwork)
        case quantized(QuantizedNetwork)
    }

    public let network: Network
    public let report: ImportReport
    /// Layers of a float network that stand for functions which only codes have: maps of 256 codes once it is
    /// quantized. Only where the network is imported for its shapes.
    public let codeMaps: Set<String>

    /// - Parameters:
    ///   - name: of the network.
    ///   - outputs: tensors to cut the graph at, by the names of the file or of the network; none for its outputs.
    ///   - shapes: what symbolic dimensions are, by their names, and extents by the names of inputs.
    ///   - forShapes: whether only shapes are wanted, to plan: functions of real numbers become layers of `codeMaps`.
    ///   - place: the file, in diagnostics.
    ///   - memory: asked for what the network takes.
    /// - Throws: `onnxOperatorUnsupported`, `onnxTensorUnsupported`, `onnxOutputUnknown`, `onnxDimensionUnknown`,
    ///   `onnxRequantizationUnfit`, `onnxShapeUnfit`, `memoryBudgetExceeded`, and what graphs and networks have against
    ///   it.
    public init(
        _ file: ONNXModel, name: String, outputs: [String] = [], shapes: [String: [Int]] = [:],
        forShapes: Bool = false, at place: String, memory: MemoryBudget = .standard
    ) throws(Diagnostic) {
        try file.requireKnownOperatorSet(at: place)
        try file.requireDistinctInputs(at: place)
        try file.requireOrder(at: place)
        try Self.requireKnown(shapes, of: file, at: place)
        let names = ONNXNames(file)
        let cut = try ONNXCut(file, to: outputs, names: names, at: place)
        var model = file
        model.nodes = file.nodes.filter { cut.nodes.contains($0.index) }
        try model.takeConstants(at: place)
        try model.requireInference(at: place)
        let joined = DoubledQuantization(model.nodes, constants: model.constants, outputs: cut.outputs)
        (model.nodes, model.constants) = ([], joined.constants)
        for node in joined.nodes {
            model.nodes += try QLinearForms.expanded(node, constants: model.constants, file: place)
        }
        var builder = GraphBuilder(model, named: names, cut, forShapes: forShapes, at: place, memory: memory)
        builder.remarks = joined.remarks
        for input in cut.inputs { try builder.addInput(input, shapes: shapes) }
        for node in model.nodes { try builder.import(ONNXPlace(node: node, file: place)) }
        let graph = try builder.graph(named: name, cut)
        network =
            builder.isQuantized
            ? .quantized(try builder.quantizedNetwork(graph)) : .float(try builder.floatNetwork(graph))
        report = builder.report(of: graph, cut, file.nodes)
        codeMaps = builder.codeMaps
    }

    /// - Throws: `onnxShapeUnfit` for names that the file does not have.
    private static func requireKnown(
        _ shapes: [String: [Int]], of file: ONNXModel, at place: String
    ) throws(Diagnostic) {
        let inputs = file.inputs.map(\.name)
        let dimensions = file.inputs.flatMap { $0.extents ?? [] }.compactMap { extent in
            if case .named(let name) = extent, !name.isEmpty { name } else { nil }
        }
        for name in shapes.keys.sorted() where !inputs.contains(name) && !dimensions.contains(name) {
            throw Diagnostic(
                .onnxShapeUnfit, at: "--shape \(name)",
                found: "no input or symbolic dimension of that name in \(place)",
                expected: "one of \(Set(inputs + dimensions).sorted().prefix(40).joined(separator: ", "))",
                remedy: closestName(to: name, among: inputs + dimensions).map { "did you mean '\($0)'?" }
                    ?? "leave it out")
        }
    }
}
