import Diagnostics
import ONNX
import Text

/// The part of a file's graph that makes some of its tensors.
struct ONNXCut {
    /// As the file or `--outputs` names them.
    let outputs: [String]
    /// Indices of the nodes that they need.
    let nodes: Set<Int>
    /// Inputs of the file that these read.
    let inputs: [ONNXTensorType]

    /// - Throws: `onnxOutputUnknown`, `onnxShapeUnfit` where the file has no outputs.
    init(_ model: ONNXModel, to wanted: [String], names: ONNXNames, at file: String) throws(Diagnostic) {
        var outputs = wanted.isEmpty ? model.outputs.map(\.name) : []
        for name in wanted {
            guard let tensor = names.tensor(named: name) else {
                throw Diagnostic(
                    .onnxOutputUnknown, at: "--outputs \(name)", found: "no activation tensor of that name in \(file)",
                    expected: "one of \(names.all.prefix(40).joined(separator: ", "))",
                    remedy: closestName(to: name, among: names.all).map { "did you mean '\($0)'?" }
                        ?? "name a tensor of the file")
            }
            outputs.append(tensor)
        }
        var seen: Set<String> = []
        outputs = outputs.filter { seen.insert($0).inserted }
        guard !outputs.isEmpty else {
            throw Diagnostic(
                .onnxShapeUnfit, at: file, found: "a graph without outputs", expected: "one at least",
                remedy: "name a tensor with --outputs")
        }
        var needed = Set(outputs)
        var nodes: Set<Int> = []
        for node in model.nodes.reversed() where node.outputs.contains(where: { !$0.isEmpty && needed.contains($0) }) {
            nodes.insert(node.index)
            needed.formUnion(node.inputs)
        }
        self.outputs = outputs
        self.nodes = nodes
        inputs = model.inputs.filter { needed.contains($0.name) }
    }
}
