import Diagnostics
import TFLite
import Text

/// The part of a file's graph that makes some of its tensors.
struct GraphCut {
    /// Tensors that the network is run for, as the file or `--outputs` names them.
    let outputs: [Int]
    /// Operators that they need, in the order of the file.
    let operators: Set<Int>
    /// Tensors of the graph's inputs that these operators read, in the order of the file.
    let inputs: [Int]

    /// - Parameter wanted: names of tensors, plain or the file's; none for all outputs of the file.
    /// - Throws: `tfliteOutputUnknown`, `tfliteShapeUnfit` where the file has no outputs.
    init(
        _ subgraph: TFLiteSubgraph, to wanted: [String], names: TensorNames, at file: String
    ) throws(Diagnostic) {
        var outputs: [Int] = wanted.isEmpty ? subgraph.outputs : []
        for name in wanted {
            guard let tensor = names.tensor(named: name) else {
                throw Diagnostic(
                    .tfliteOutputUnknown, at: "--outputs \(name)",
                    found: "no activation tensor of that name in \(file)",
                    expected: "one of \(names.all.prefix(40).joined(separator: ", "))",
                    remedy: closestName(to: name, among: names.all).map { "did you mean '\($0)'?" }
                        ?? "name a tensor of the file")
            }
            outputs.append(tensor)
        }
        outputs = outputs.enumerated().filter { !outputs[..<$0.offset].contains($0.element) }.map(\.element)
        guard !outputs.isEmpty else {
            throw Diagnostic(
                .tfliteShapeUnfit, at: file, found: "a graph without outputs", expected: "one at least",
                remedy: "name a tensor with --outputs")
        }
        var needed = Set(outputs)
        var operators: Set<Int> = []
        for (index, operation) in subgraph.operators.enumerated().reversed()
        where operation.outputs.contains(where: needed.contains) {
            operators.insert(index)
            needed.formUnion(operation.inputs.compactMap(\.self))
        }
        self.outputs = outputs
        self.operators = operators
        inputs = subgraph.inputs.enumerated().filter { index, tensor in
            needed.contains(tensor) && !subgraph.inputs[..<index].contains(tensor)
        }.map(\.element)
    }
}
