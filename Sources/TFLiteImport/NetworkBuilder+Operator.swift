import Diagnostics
import Networks
import TFLite

extension NetworkBuilder {
    /// Imports one operator.
    ///
    /// - Throws: `tfliteOperatorUnsupported` for those that are not carried over, and what each of the others throws.
    mutating func `import`(_ place: OperatorPlace) throws(Diagnostic) {
        guard let builtin = place.operation.code.builtin, let found = OperatorImport[builtin] else {
            throw unknown(place)
        }
        if try isInBatches(builtin, at: place) { return }
        try found.handler(&self, place)
    }

    /// QUANTIZE of other 8-bit elements: of a layer's result, or of a result of the host.
    mutating func quantize(at place: OperatorPlace) throws(Diagnostic) {
        if let first = place.operation.input(0), hostTensors[first] != nil {
            return try requantizeOnHost(at: place)
        }
        try unary(.requantize, at: place)
    }

    /// The refusal of an operator that is not carried over.
    func unknown(_ place: OperatorPlace) -> Diagnostic {
        // A file without 8-bit activations is refused as such.
        for case let tensor? in place.operation.inputs + place.operation.outputs.map(Optional.some) {
            let described = subgraph.tensors[tensor]
            guard [.float32, .float16, .int16].contains(described.elementType), !model.isConstant(described) else {
                continue
            }
            // One that stayed float behind 8-bit layers: the model is cut there.
            if hostTensors[tensor]?.type == .float32 {
                return unsupported(
                    place, found: "\(place.name) on real numbers: the converter left this operator float",
                    expected: "an operator that it makes 8-bit elements of, or this one behind the network's outputs")
            }
            do {
                _ = try ActivationQuantization(described, at: place.text)
            } catch { return error }
        }
        let names = TFLiteImport.operators.map(\.rawValue).joined(separator: ", ")
        return unsupported(place, found: "an operator that is not carried over", expected: "one of \(names)")
    }
}
