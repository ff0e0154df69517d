import Diagnostics
import ONNX

/// The names of a file's activation tensors in a network: plain ones, each once.
///
///     /layer1/conv1/Conv_output_0   ->   _layer1_conv1_Conv_output_0
///
/// They do not depend on where a graph is cut.
struct ONNXNames {
    private var plain: [String: String] = [:]
    private var foreign: [String: String] = [:]

    init(_ model: ONNXModel) {
        let tensors = model.inputs.map(\.name) + model.nodes.flatMap(\.outputs)
        for (index, tensor) in tensors.enumerated() where !tensor.isEmpty {
            guard plain[tensor] == nil, model.constants[tensor] == nil else { continue }
            var name = String(PlainName.mapped(tensor).prefix(112))
            if foreign[name] != nil { name = PlainName.free(name, index: index) { foreign[$0] != nil } }
            plain[tensor] = name
            foreign[name] = tensor
        }
    }

    func name(of tensor: String) -> String { plain[tensor] ?? PlainName.mapped(tensor) }
    func foreignName(of name: String) -> String { foreign[name] ?? name }
    /// The tensor that a person means: by its plain name, or by the file's.
    func tensor(named name: String) -> String? { plain[name] != nil ? name : foreign[name] }
    var all: [String] { foreign.keys.sorted() }
}
