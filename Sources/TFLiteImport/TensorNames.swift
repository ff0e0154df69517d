import Diagnostics
import TFLite

/// The names of a file's activation tensors in a network: plain ones, each once.
///
///     model/dense/MatMul;model/dense/BiasAdd   ->   model_dense_MatMul
///     (a second tensor with that name)         ->   model_dense_MatMul.2
///
/// Converters join the names of what they fused with semicolons: the first stays. They do not depend on where a graph
/// is cut.
struct TensorNames {
    private var plain: [Int: String] = [:]
    private var tensors: [String: Int] = [:]
    private let foreign: [String]

    init(_ subgraph: TFLiteSubgraph, isConstant: (TFLiteTensor) -> Bool) {
        foreign = subgraph.tensors.map(\.name)
        for (index, tensor) in subgraph.tensors.enumerated() where !isConstant(tensor) {
            let first = String(tensor.name.split(separator: ";", omittingEmptySubsequences: true).first ?? "")
            var name = first.isEmpty ? "tensor.\(index)" : String(PlainName.mapped(first).prefix(112))
            if tensors[name] != nil { name = PlainName.free(name, index: index) { tensors[$0] != nil } }
            plain[index] = name
            tensors[name] = index
        }
    }

    /// The plain name of a tensor that is no constant.
    func name(of tensor: Int) -> String { plain[tensor] ?? "tensor.\(tensor)" }

    /// The name of the file, for people.
    func foreignName(of tensor: Int) -> String { foreign[tensor] }

    /// The tensor that a person means: by its plain name, or by the file's.
    func tensor(named name: String) -> Int? {
        tensors[name] ?? plain.keys.filter { foreign[$0] == name }.min()
    }

    var all: [String] { tensors.keys.sorted() }
}
