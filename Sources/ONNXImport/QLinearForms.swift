import Diagnostics
import ONNX
import Text

/// Operators on 8-bit elements as what they stand for: DequantizeLinear of each operand, an operator on real numbers,
/// QuantizeLinear.
///
///     QLinearConv(x, w)   ->   x ─ DequantizeLinear ─┐
///                              w ─ DequantizeLinear ─┴─ Conv ─ QuantizeLinear
struct QLinearForms {
    private let place: ONNXPlace
    private let constants: [String: ONNXTensor]
    private(set) var nodes: [ONNXNode] = []

    /// - Throws: `onnxShapeUnfit` where an input is missing or a bias is not int32, `onnxOperatorUnsupported` for other
    ///   orders of axes.
    static func expanded(
        _ node: ONNXNode, constants: [String: ONNXTensor], file: String
    ) throws(Diagnostic) -> [ONNXNode] {
        var forms = QLinearForms(place: ONNXPlace(node: node, file: file), constants: constants)
        return try forms.expand() ? forms.nodes : [node]
    }

    private init(place: ONNXPlace, constants: [String: ONNXTensor]) {
        self.place = place
        self.constants = constants
    }

    /// False for an operator of another kind.
    private mutating func expand() throws(Diagnostic) -> Bool {
        let node = place.node
        let isOne = node.operatorType.hasPrefix("QLinear") || node.operatorType == "QGemm"
        guard isOne, node.isOfKnownDomain, node.outputs.count == 1 else { return false }
        guard try place.integer("channels_last", default: 0) == 0 else {
            throw Diagnostic(
                .onnxOperatorUnsupported, at: place.text, found: "channels as the last axis", expected: "as the second",
                remedy: "quantize the model for processors, which leaves channels where they are")
        }
        switch node.operatorType {
        case "QLinearConv":
            let operands = [try dequantize(0), try dequantize(3, axis: 0), try dequantizeBias(8)]
            try compute("Conv", operands, scale: 6)
        case "QLinearMatMul":
            try compute("MatMul", [try dequantize(0), try dequantize(3, axis: 1)], scale: 6)
        case "QGemm":
            let axis = try place.integer("transB", default: 0) == 1 ? 0 : 1
            try compute("Gemm", [try dequantize(0), try dequantize(3, axis: axis), try dequantizeBias(6)], scale: 7)
        case "QLinearAdd": try compute("Add", [try dequantize(0), try dequantize(3)], scale: 6)
        case "QLinearMul": try compute("Mul", [try dequantize(0), try dequantize(3)], scale: 6)
        case "QLinearConcat":
            guard node.inputs.count >= 5, (node.inputs.count - 2) % 3 == 0 else {
                throw place.unfit(node.inputs.count.counted("input"), expected: "2 and 3 for each operand")
            }
            var operands: [String] = []
            for index in stride(from: 2, to: node.inputs.count, by: 3) { operands.append(try dequantize(index)) }
            try compute("Concat", operands, scale: 0)
        case "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax":
            try compute(String(node.operatorType.dropFirst("QLinear".count)), [try dequantize(0)], scale: 3)
        default: return false
        }
        return true
    }

    /// The operand at an index, its scale and zero point behind it.
    private mutating func dequantize(_ index: Int, axis: Int = 1) throws(Diagnostic) -> String {
        guard let operand = place.input(index), let scale = place.input(index + 1) else {
            throw place.unfit("no input \(index), or none behind it", expected: "an operand and its scale")
        }
        let name = "\(place.node.outputs[0])\u{1}\(index)"
        add("DequantizeLinear", [operand, scale, place.input(index + 2) ?? ""], name, ["axis": .integer(axis)])
        return name
    }

    /// int32 biases on the steps of the sums: their scale is not read.
    ///
    /// - Throws: `onnxShapeUnfit` for biases of another type.
    private mutating func dequantizeBias(_ index: Int) throws(Diagnostic) -> String {
        guard let operand = place.input(index), let scale = place.input(1) else { return "" }
        if let type = constants[operand]?.elementType, type != .int32 {
            throw place.unfit("biases of type \(type)", expected: "int32")
        }
        let name = "\(place.node.outputs[0])\u{1}\(index)"
        add("DequantizeLinear", [operand, scale], name, [:])
        return name
    }

    private mutating func compute(_ type: String, _ operands: [String], scale: Int) throws(Diagnostic) {
        guard let output = place.input(scale) else { throw place.unfit("no input \(scale)", expected: "a scale") }
        let name = "\(place.node.outputs[0])\u{1}real"
        add(type, operands, name, place.node.attributes)
        add("QuantizeLinear", [name, output, place.input(scale + 1) ?? ""], place.node.outputs[0], [:])
    }

    private mutating func add(
        _ type: String, _ inputs: [String], _ output: String, _ attributes: [String: ONNXAttribute]
    ) {
        var node = ONNXNode(
            index: place.node.index, name: place.node.name, operatorType: type, domain: "", inputs: inputs,
            outputs: [output], attributes: attributes)
        node.writtenType = place.node.operatorType
        nodes.append(node)
    }
}
