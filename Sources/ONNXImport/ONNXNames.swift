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
        for tensor in model.inputs.map(\.name) + model.nodes.flatMap(\.outputs) where !tensor.isEmpty {
            guard plain[tensor] == nil, model.constants[tensor] == nil else { continue }
            var name = String(PlainName.mapped(tensor).prefix(112))
            var number = 2
            while foreign[name] != nil {
                name = "\(String(PlainName.mapped(tensor).prefix(112))).\(number)"
                number += 1
            }
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
