import Diagnostics
import ONNX

/// An operator of the file and where it stands, for what is said of it; its attributes with their defaults.
struct ONNXPlace {
    let node: ONNXNode
    let file: String

    /// `Conv`
    var name: String { node.operatorType }
    /// `net.onnx, operator 12 Conv`, and its name where it has one.
    var text: String {
        "\(file), operator \(node.index) \(node.writtenType ?? name)" + (node.name.isEmpty ? "" : " (\(node.name))")
    }

    /// The tensor of an input; nil where it is left out.
    func input(_ index: Int) -> String? {
        node.inputs.indices.contains(index) && !node.inputs[index].isEmpty ? node.inputs[index] : nil
    }

    /// A file that contradicts itself here.
    func unfit(_ found: String, expected: String) -> Diagnostic {
        Diagnostic(.onnxShapeUnfit, at: text, found: found, expected: expected, remedy: "export the model again")
    }

    /// - Throws: `onnxShapeUnfit` where the attribute is of another kind, or beyond 2^20.
    func integer(_ attribute: String, default standard: Int) throws(Diagnostic) -> Int {
        switch node.attributes[attribute] {
        case nil: return standard
        case .integer(let value) where abs(Double(value)) <= 0x1p20: return value
        case let other?: throw unfitAttribute(attribute, other, expected: "one integer within 2^20")
        }
    }

    /// Nil where it is not there.
    func integers(_ attribute: String) throws(Diagnostic) -> [Int]? {
        switch node.attributes[attribute] {
        case nil: return nil
        case .integers(let values) where values.count <= 64 && values.allSatisfy({ abs(Double($0)) <= 0x1p20 }):
            return values
        case let other?: throw unfitAttribute(attribute, other, expected: "a list of integers within 2^20")
        }
    }

    /// - Parameter mayBeInfinite: limits may; no number that is computed with may.
    func float(
        _ attribute: String, default standard: Float, mayBeInfinite: Bool = false
    ) throws(Diagnostic) -> Float {
        switch node.attributes[attribute] {
        case nil: return standard
        case .float(let value) where value.isFinite || mayBeInfinite && !value.isNaN: return value
        case let other?:
            throw unfitAttribute(
                attribute, other, expected: mayBeInfinite ? "one number, perhaps infinite" : "one finite number")
        }
    }

    func string(_ attribute: String, default standard: String) throws(Diagnostic) -> String {
        switch node.attributes[attribute] {
        case nil: return standard
        case .string(let value): return value
        case let other?: throw unfitAttribute(attribute, other, expected: "a word")
        }
    }

    private func unfitAttribute(_ name: String, _ found: ONNXAttribute, expected: String) -> Diagnostic {
        let text =
            switch found {
            case .float(let value): "\(value.namingNaN)"
            case .integer(let value): "\(value)"
            default: "\(found)"
            }
        return unfit("attribute \(name): \(text.prefix(60))", expected: expected)
    }
}
