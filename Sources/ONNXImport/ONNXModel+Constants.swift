import Diagnostics
import ONNX

extension ONNXModel {
    /// Makes initializers of what operators Constant hold.
    ///
    /// - Throws: `onnxShapeUnfit`.
    mutating func takeConstants(at file: String) throws(Diagnostic) {
        var rest: [ONNXNode] = []
        for node in nodes {
            guard node.operatorType == "Constant", node.isOfKnownDomain else {
                rest.append(node)
                continue
            }
            let place = ONNXPlace(node: node, file: file)
            guard let name = node.outputs.first, !name.isEmpty else { throw place.unfit("no output", expected: "one") }
            guard constants.updateValue(try place.constant(), forKey: name) == nil else {
                throw place.unfit("a tensor \(name) that is made twice", expected: "one operator for each tensor")
            }
        }
        nodes = rest
    }
}

extension ONNXPlace {
    /// What an operator Constant makes.
    ///
    /// - Throws: `onnxShapeUnfit`.
    fileprivate func constant() throws(Diagnostic) -> ONNXTensor {
        let attributes = node.attributes
        switch (attributes["value"], attributes["value_float"], attributes["value_int"]) {
        case (.tensor(let tensor)?, _, _): return tensor
        case (_, .float(let value)?, _): return ONNXTensor(.float32, [], .floats([value]))
        case (_, _, .integer(let value)?): return ONNXTensor(.int64, [], .integers([value]))
        default: break
        }
        if case .floats(let values)? = attributes["value_floats"] {
            return ONNXTensor(.float32, [values.count], .floats(values))
        }
        if case .integers(let values)? = attributes["value_ints"] {
            return ONNXTensor(.int64, [values.count], .integers(values))
        }
        throw unfit("no value that is read", expected: "a dense tensor, or numbers")
    }
}
